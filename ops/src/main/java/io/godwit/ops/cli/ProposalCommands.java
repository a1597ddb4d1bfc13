package io.godwit.ops.cli;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.Proposals;
import io.godwit.schemas.state.RegionState;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit proposal …}, {@code godwit approve} and {@code godwit reject}: plans that wait for a person's word. */
@Command(
        name = "proposal",
        description = "Plans that wait for a person's word, in mode approve.",
        subcommands = ProposalCommands.ListProposals.class)
public final class ProposalCommands {
    @Command(name = "list", description = "Proposals, oldest first: pending, approved, rejected, or overtaken.")
    static final class ListProposals extends AskHistory implements Runnable {
        @Option(names = "--pending", description = "Only those that wait for a word.")
        boolean pending;

        @Override
        Topic[] topics() {
            return new Topic[] {Topic.HOST_PARTITIONS, Topic.DETECTIONS};
        }

        @Override
        History history(Instant back) {
            return History.ofProposals(back);
        }

        @Override
        public void run() {
            list(
                    List.of("proposed", "id", "host", "does", "stage", "by", "reason"),
                    (state, rows) -> state.proposals().all().stream()
                            .filter(proposal -> !pending || proposal.stage() == Proposals.Stage.PENDING)
                            .map(proposal -> row(proposal, rows)));
        }

        private static Map<String, Object> row(Proposals.Proposal proposal, StateRows rows) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("proposed", rows.time(proposal.proposed()));
            row.put("id", proposal.id());
            row.put("host", rows.hostName(proposal.hostId()));
            row.put("does", proposal.plan().getReason());
            row.put("stage", CommonOptions.lower(proposal.stage()));
            row.put("by", proposal.word().map(ProposalAnswered::getBy).orElse(null));
            row.put("reason", proposal.word().map(ProposalAnswered::getReason).orElse(null));
            row.put("because", proposal.answer().map(RequestAnswered::getReason).orElse(null));
            row.put(
                    "moves",
                    proposal.plan().getMoves().stream()
                            .map(move -> words(move, rows))
                            .toList());
            row.put("detection", proposal.plan().getDetectionId());
            row.put("position", WhyChain.place(proposal.position()));
            return row;
        }

        private static String words(PlannedMove move, StateRows rows) {
            String target = rows.hostName(move.getTargetHostId());
            if (move.getAction() == ActionKind.FENCE) {
                return "fence " + target;
            }
            String vm = rows.vmName(move.getVmId());
            boolean moves = move.getAction() == ActionKind.UNKNOWN || move.getAction() == ActionKind.MIGRATE;
            return moves && !move.getResumes()
                    ? "%s %s → %s".formatted(vm, rows.hostName(move.getSourceHostId()), target)
                    : "%s %s on %s".formatted(vm, moves ? "resume" : CommonOptions.lower(move.getAction()), target);
        }
    }

    /** A word about a proposal that waits for one. */
    abstract static class Word extends Asking {
        /** What was proposed by then is told apart from what never was. */
        private static final Duration LATELY = Duration.ofDays(1);

        @Parameters(paramLabel = "PROPOSAL", description = "Its id, as in: godwit proposal list")
        String id;

        abstract boolean approves();

        @Override
        final History history() {
            return History.ofProposals(Instant.now().minus(LATELY));
        }

        @Override
        final Question question(RegionState state, String requestId) {
            Proposals.Proposal proposal = state.proposals()
                    .byId(id)
                    .orElseThrow(() -> new Failed("no proposal has the id " + id + "; see: godwit proposal list"));
            switch (proposal.stage()) {
                case PENDING -> {}
                case APPROVED, REJECTED ->
                    throw new Refused("%s has %s it already: %s"
                            .formatted(
                                    proposal.word().orElseThrow().getBy(),
                                    CommonOptions.lower(proposal.stage()),
                                    proposal.word().orElseThrow().getReason()));
                case SUPERSEDED ->
                    throw new Refused("a later plan took its place; see: godwit proposal list --pending");
                case ENDED -> throw new Refused("its detection has ended, so there is nothing to be done");
                case LAPSED ->
                    throw new Refused("it has lapsed: "
                            + proposal.answer().map(RequestAnswered::getReason).orElse("nothing was left to do"));
            }
            ProposalAnswered word = new ProposalAnswered(
                    requestId,
                    id,
                    proposal.plan().getDetectionId(),
                    proposal.hostId(),
                    approves(),
                    Operator.name(),
                    reason);
            return proposal.hostId().equals(Proposals.SITE)
                    ? new Question(proposal.position().getSegment(), Proposals.SITE, "the site", word)
                    : new Question(HostCommands.find(state, proposal.hostId()), word);
        }
    }

    /** {@code godwit approve}. */
    @Command(
            name = "approve",
            description =
                    "Has a proposed plan carried out. It is planned anew on the newest samples, and commanded only if"
                            + " that is the same plan; else the new one is proposed.")
    public static final class Approve extends Word {
        @Override
        boolean approves() {
            return true;
        }
    }

    /** {@code godwit reject}. */
    @Command(name = "reject", description = "Has nothing done for a proposal's detection until that has ended.")
    public static final class Reject extends Word {
        @Override
        boolean approves() {
            return false;
        }
    }
}
