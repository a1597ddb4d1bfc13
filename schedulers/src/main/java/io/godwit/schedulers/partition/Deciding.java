package io.godwit.schedulers.partition;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OpenProposal;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanStep;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.ProposalState;
import io.godwit.schemas.events.RejectedMove;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Tells what a host partition decided, and lets a plan that was found be what the mode makes of it: commanded, proposed or advice. */
final class Deciding {
    static final String NO_ENGINE = "none";

    private final Turn turn;
    private final Room room;
    private final Closing closing;
    private final Applying applying;
    private final Trails trails;
    private final Restarts restarts;
    private final Proposals proposals;

    Deciding(Turn turn, Room room, Closing closing) {
        this.turn = turn;
        this.room = room;
        this.closing = closing;
        this.applying = new Applying(turn, room, closing);
        this.trails = new Trails(turn);
        this.restarts = new Restarts(turn);
        this.proposals = new Proposals(turn);
    }

    Applying applying() {
        return applying;
    }

    /** A plan that was found, here or outside the transaction. */
    record Found(
            List<PlannedMove> moves,
            List<RejectedMove> rejected,
            long nodes,
            String engine,
            String digest,
            String caveat) {}

    /** Says what was decided where there is no plan. */
    void decided(OpenPartition partition, PlanAnswer answer, long nodes, String digest, String reason) {
        Found nothing = new Found(List.of(), List.of(), nodes, NO_ENGINE, digest, "");
        decided(turn.decision(), partition, answer, nothing, List.of(), reason, "");
    }

    private void decided(
            Decision decision,
            OpenPartition partition,
            PlanAnswer answer,
            Found found,
            List<String> returns,
            String reason,
            String proposalId) {
        turn.emit(
                partition.getInitiator(),
                new PlanDecided(
                        decision,
                        partition.getPartitionId(),
                        partition.getDetectionId(),
                        partition.getDetection(),
                        answer,
                        Modes.word(Modes.of(turn.state, partition.getTerms())),
                        found.moves(),
                        found.rejected(),
                        partition.getMembers().stream()
                                .map(PartitionMember::getLease)
                                .toList(),
                        found.nodes(),
                        found.engine(),
                        found.digest(),
                        reason,
                        partition.getDetections(),
                        returns,
                        proposalId));
    }

    /** Says which plan was found, and has it commanded, proposed or shown, as the mode is. */
    void carryOut(OpenPartition partition, Found asPlanned) {
        Found asFound = Goal.kindOf(partition) == DetectionKind.HOST_CRASH
                ? new Found(
                        restarts.started(
                                partition,
                                asPlanned.moves(),
                                asPlanned.moves().size() + " VMs wait to be started elsewhere"),
                        asPlanned.rejected(),
                        asPlanned.nodes(),
                        asPlanned.engine(),
                        asPlanned.digest(),
                        asPlanned.caveat())
                : asPlanned;
        List<String> returns = new ArrayList<>();
        Found found = new Found(
                asFound.moves().stream().map(move -> noted(move, returns)).toList(),
                asFound.rejected(),
                asFound.nodes(),
                asFound.engine(),
                asFound.digest(),
                asFound.caveat());
        List<PlannedMove> moved = found.moves().stream()
                .filter(move -> !move.getResumes() && move.getAction() != ActionKind.FENCE)
                .toList();
        long paused = moved.stream().filter(PlannedMove::getStaysPaused).count();
        String reason = reason(partition, moved.size())
                + (paused == 0 ? "" : "; " + paused + (paused == 1 ? " VM is" : " VMs are") + " paused meanwhile")
                + (found.caveat().isEmpty() ? "" : "; " + found.caveat());
        Decision decision = turn.decision();
        boolean asksFirst = Modes.asksFirst(turn.state, partition);
        Optional<OpenProposal> same = asksFirst ? proposals.same(partition, found.moves()) : Optional.empty();
        String proposalId = asksFirst ? same.map(OpenProposal::getProposalId).orElse(Proposals.idOf(decision)) : "";
        decided(decision, partition, PlanAnswer.PLAN, found, returns, reason, proposalId);
        boolean approved = same.filter(proposal -> proposal.getState() == ProposalState.APPROVED)
                .isPresent();
        if (asksFirst && !approved) {
            proposals.propose(partition, proposalId, found.moves());
            closing.close(
                    partition,
                    PartitionEnd.ADVISED,
                    "%s; it waits for a person: godwit approve %s".formatted(reason, proposalId));
            return;
        }
        if (!approved && !Modes.commanded(turn.state, partition)) {
            String mode = Modes.word(Modes.of(turn.state, partition.getTerms()));
            closing.close(partition, PartitionEnd.ADVISED, reason + "; nothing is commanded in mode " + mode);
            return;
        }
        if (approved) {
            proposals.granted(partition);
        }
        if (Goal.kindOf(partition) == DetectionKind.HEADROOM) {
            new Budgets(turn).noteForHeadroom(moved.size());
        }
        Set<String> needed = new TreeSet<>(Set.of(partition.getInitiator()));
        found.moves().forEach(move -> needed.addAll(List.of(move.getSourceHostId(), move.getTargetHostId())));
        OpenPartition lean = closing.release(
                partition, member -> !needed.contains(member.getLease().getHostId()));
        OpenPartition applied = OpenPartition.newBuilder(lean)
                .setPlan(decision)
                .setApproved(approved)
                .setSteps(found.moves().stream()
                        .map(move -> new PlanStep(move, "", ""))
                        .toList())
                .build();
        turn.put(applied);
        applying.advance(applied);
    }

    private String reason(OpenPartition partition, int moves) {
        String verb = moves == 1 ? "s" : "";
        String what = moves + " move" + (moves == 1 ? "" : "s");
        int held = partition.getMembers().size();
        if (partition.getScope().equals(Scope.SITE)) {
            return "%s relieve%s the site with %d hosts held".formatted(what, verb, held);
        }
        HostFacts initiator = room.facts(partition.getInitiator());
        switch (Goal.kindOf(partition)) {
            case HOST_CRASH -> {
                return "%d VMs of %s start elsewhere, as it crashed, with %d hosts held"
                        .formatted(moves, initiator.getLabel(), held);
            }
            case VM_CRASH -> {
                return "the VM starts again on " + initiator.getLabel();
            }
            case RETURN -> {
                return "%d old copies of VMs leave %s".formatted(moves, initiator.getLabel());
            }
            case CUSTOM -> {
                if (Actions.of(partition.getTerms()) == DetectionAction.SNAPSHOT) {
                    return "%d snapshot%s at %s, as a rule asks"
                            .formatted(moves, moves == 1 ? "" : "s", initiator.getLabel());
                }
            }
            case OVERLOAD, UNDERLOAD, HEADROOM, CONSTRAINT, REQUEST, DRAIN, UNKNOWN -> {} // moves
        }
        String aim = switch (Goal.kindOf(partition)) {
            case UNDERLOAD -> "empt%s".formatted(moves == 1 ? "ies" : "y");
            case HEADROOM -> "give%s headroom to".formatted(verb);
            case CONSTRAINT -> "mend%s broken constraints at".formatted(verb);
            case REQUEST -> "as was asked at";
            case CUSTOM -> "as a rule asks at";
            case DRAIN -> "drain%s".formatted(verb);
            case OVERLOAD, HOST_CRASH, VM_CRASH, RETURN, UNKNOWN -> "relieve%s".formatted(verb);
        };
        return "%s %s %s (%d of %d mc) with %d hosts held"
                .formatted(
                        what,
                        aim,
                        initiator.getLabel(),
                        Room.demandMillicores(initiator),
                        initiator.getCpuCapacityMillicores(),
                        held);
    }

    /** A VM that goes back to where it came from a moment ago may be played with by two hosts, so that is said. */
    private PlannedMove noted(PlannedMove move, List<String> returns) {
        Optional<Instant> left = trails.leftWithinHold(move.getVmId(), move.getTargetHostId());
        if (left.isEmpty() || move.getResumes() || InPlace.movesNothing(move)) {
            return move;
        }
        returns.add(move.getVmId());
        long seconds = Duration.between(left.get(), turn.now()).toSeconds();
        return PlannedMove.newBuilder(move)
                .setWhy(move.getWhy() + "; returns to a host that it left " + seconds + " s ago")
                .build();
    }
}
