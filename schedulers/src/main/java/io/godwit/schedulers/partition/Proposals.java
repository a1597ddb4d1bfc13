package io.godwit.schedulers.partition;

import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OpenProposal;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.ProposalState;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Plans that wait for a person's word. A proposal holds no host: once approved, its detection is planned anew, and commanded only
 * if the new plan does the same. Each detection has one proposal at most, the newest.
 */
final class Proposals {
    private static final String NONE = "";

    private final Turn turn;
    private final SiteProposal site;

    Proposals(Turn turn) {
        this.turn = turn;
        this.site = new SiteProposal(turn, this);
    }

    SiteProposal site() {
        return site;
    }

    static String idOf(Decision decision) {
        return "d-" + decision.getSegment() + "-" + decision.getSequence();
    }

    /** What a plan does, whatever its order and however long it takes: two that do the same are one proposal. */
    static List<String> doneBy(List<PlannedMove> moves) {
        return moves.stream()
                .map(move -> "%s %s %s %s%s"
                        .formatted(
                                move.getAction().name().toLowerCase(Locale.ROOT),
                                move.getVmId(),
                                move.getSourceHostId(),
                                move.getTargetHostId(),
                                move.getResumes() ? " resumes" : ""))
                .sorted()
                .toList();
    }

    static boolean rejected(OpenDetection open) {
        return open.getProposal() != null && open.getProposal().getState() == ProposalState.REJECTED;
    }

    /** The proposal that a plan of a host partition is, where such a one was made before and was not carried out yet. */
    Optional<OpenProposal> same(OpenPartition partition, List<PlannedMove> moves) {
        return of(partition)
                .filter(proposal -> proposal.getState() != ProposalState.GRANTED)
                .filter(proposal -> proposal.getMoves().equals(doneBy(moves)));
    }

    private Optional<OpenProposal> of(OpenPartition partition) {
        return partition.getScope().equals(Scope.SITE)
                ? site.newest()
                : Optional.ofNullable(detection(partition)).map(OpenDetection::getProposal);
    }

    private OpenDetection detection(OpenPartition partition) {
        return turn.state.detections.get(Detections.key(partition.getInitiator(), partition.getDetectionId()));
    }

    /** A plan is shown and waits; one that was approved and did something else is refused with that. */
    void propose(OpenPartition partition, String proposalId, List<PlannedMove> moves) {
        of(partition)
                .filter(before -> before.getState() == ProposalState.APPROVED)
                .ifPresent(before -> answer(
                        before,
                        partition.getInitiator(),
                        Requests.REFUSED,
                        "by now the plan is another than %s, which %s approved; it is proposed anew as %s"
                                .formatted(before.getProposalId(), before.getBy(), proposalId)));
        keep(partition, new OpenProposal(proposalId, doneBy(moves), ProposalState.PENDING, NONE, -1L, NONE));
    }

    /** An approved plan was found again and is commanded now. */
    void granted(OpenPartition partition) {
        OpenProposal proposal = of(partition).orElseThrow();
        answer(
                proposal,
                partition.getInitiator(),
                Requests.DONE,
                "the plan is the same by the newest samples, and is carried out");
        keep(
                partition,
                OpenProposal.newBuilder(proposal)
                        .setState(ProposalState.GRANTED)
                        .setRequestId(NONE)
                        .setRequestOffset(-1)
                        .build());
    }

    private void keep(OpenPartition partition, OpenProposal proposal) {
        if (partition.getScope().equals(Scope.SITE)) {
            site.keep(partition, proposal);
        } else {
            OpenDetection _ = with(detection(partition), proposal);
        }
    }

    /** Takes a person's word; the detection that it is about, with its proposal approved or rejected. Empty: it is refused. */
    Optional<OpenDetection> heard(LogRecord record, ProposalAnswered word) {
        OpenDetection open = turn.state.detections.get(Detections.key(word.getHostId(), word.getDetectionId()));
        Optional<String> objection = open == null ? Optional.of(over(word)) : objection(open, word);
        if (objection.isPresent()) {
            answer(word.getRequestId(), word.getHostId(), record.offset(), Requests.REFUSED, objection.get());
            return Optional.empty();
        }
        OpenProposal.Builder proposal =
                OpenProposal.newBuilder(open.getProposal()).setBy(word.getBy());
        if (!word.getApproved()) {
            OpenDetection left =
                    with(open, proposal.setState(ProposalState.REJECTED).build());
            answer(
                    word.getRequestId(),
                    word.getHostId(),
                    record.offset(),
                    Requests.DONE,
                    "nothing is planned for " + word.getDetectionId() + " until it has ended");
            return Optional.of(left);
        }
        proposal.setState(ProposalState.APPROVED)
                .setRequestId(word.getRequestId())
                .setRequestOffset(record.offset());
        OpenDetection due = OpenDetection.newBuilder(with(open, proposal.build()))
                .setRetryAfter(turn.now())
                .setAdvisedVms(NONE)
                .build();
        turn.state.detections.put(Detections.key(due.getBegan()), due);
        return Optional.of(due);
    }

    private static String over(ProposalAnswered word) {
        return "the detection %s has ended, and its proposals with it".formatted(word.getDetectionId());
    }

    private Optional<String> objection(OpenDetection open, ProposalAnswered word) {
        Policy policy = turn.state.settings().policy();
        boolean answered = open.getBegan().getKind() != DetectionKind.OVERLOAD || policy.answersEachHost();
        return answered
                ? objection(Optional.ofNullable(open.getProposal()), word.getDetectionId(), word)
                : Optional.of("the policy is %s now, which plans for no single host".formatted(policy.text()));
    }

    /** Why a word cannot be taken; empty: it can. */
    Optional<String> objection(Optional<OpenProposal> proposed, String subject, ProposalAnswered word) {
        if (word.getApproved() && turn.state.mode().equals("off")) {
            return Optional.of("the site's mode is off, which stops all commands; set it with: godwit site mode");
        }
        if (proposed.isEmpty()) {
            return Optional.of("nothing is proposed for %s now".formatted(subject));
        }
        OpenProposal newest = proposed.get();
        if (!newest.getProposalId().equals(word.getProposalId())) {
            return Optional.of("the newest plan for it is %s; see it with: godwit proposal list"
                    .formatted(newest.getProposalId()));
        }
        return switch (newest.getState()) {
            case PENDING -> Optional.empty();
            case APPROVED, GRANTED -> Optional.of("%s has approved it already".formatted(newest.getBy()));
            case REJECTED ->
                Optional.of("%s has rejected it; its detection is planned again once it has ended and begun anew"
                        .formatted(newest.getBy()));
            case UNKNOWN -> throw new BrokenLog("proposal " + newest.getProposalId() + " is in no known state");
        };
    }

    /** A host partition has ended: an approval that led to no command is used up, unless it is to be tried again. */
    void closed(OpenPartition partition, PartitionEnd end, String reason) {
        switch (end) {
            case VIABLE, INFEASIBLE, FAILED, ADVISED, SOLVED -> {
                if (partition.getScope().equals(Scope.SITE)) {
                    site.closed(end, reason);
                } else {
                    usedUp(detection(partition), reason);
                }
            }
            case DETECTION_ENDED,
                    YIELDED,
                    INITIATOR_LOST,
                    MODE_OFF,
                    POLICY_CHANGED,
                    UNKNOWN -> {} // told elsewhere, or later
        }
    }

    /** The same where a detection ends. */
    void ended(OpenDetection open, String reason) {
        usedUp(open, "the detection has ended: " + reason);
    }

    private void usedUp(OpenDetection open, String reason) {
        if (open != null && open.getProposal() != null && open.getProposal().getState() == ProposalState.APPROVED) {
            answer(
                    open.getProposal(),
                    open.getBegan().getHostId(),
                    Requests.REFUSED,
                    "nothing of it is carried out: " + reason);
            OpenDetection _ = with(open, null);
        }
    }

    private OpenDetection with(OpenDetection open, OpenProposal proposal) {
        OpenDetection changed =
                OpenDetection.newBuilder(open).setProposal(proposal).build();
        turn.state.detections.put(Detections.key(open.getBegan()), changed);
        return changed;
    }

    void answer(OpenProposal proposal, String hostId, String answer, String reason) {
        answer(proposal.getRequestId(), hostId, proposal.getRequestOffset(), answer, reason);
    }

    void answer(String requestId, String hostId, long offset, String answer, String reason) {
        Position position = new Position(Topic.REQUESTS.stage(), turn.segment, offset, "", "");
        turn.emit(hostId, new RequestAnswered(turn.decision(), requestId, hostId, position, answer, reason));
    }
}
