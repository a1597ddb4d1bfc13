package io.godwit.schedulers.partition;

import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.log.LogRecord;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The policy centralized: every so often the scheduler of segment 0 takes all free hosts of the site, solves once outside
 * the transaction, and gives back what the plan does not need.
 */
final class WholeSite {
    /** Segment whose scheduler does it. */
    static final int SEGMENT = 0;

    /** Initiator of a host partition that no host began. */
    static final String INITIATOR = "site";

    private final Turn turn;
    private final Room room;
    private final Taking taking;
    private final Planning planning;
    private final Closing closing;
    private final SiteProposal proposal;

    WholeSite(Turn turn, Room room, Taking taking, Planning planning, Closing closing) {
        this.turn = turn;
        this.room = room;
        this.taking = taking;
        this.planning = planning;
        this.closing = closing;
        this.proposal = new Proposals(turn).site();
    }

    /** Opens a host partition over the whole site if it is time, and none is open. */
    boolean due() {
        DecisionSettings settings = turn.state.settings();
        return turn.segment == SEGMENT
                && settings.policy() == Policy.CENTRALIZED
                && !turn.state.mode().equals("off")
                && !turn.now().isBefore(turn.state.siteSolvedAt().plusMillis(settings.sitePeriodMillis()))
                && turn.state.partitions.all().stream()
                        .noneMatch(open -> open.getScope().equals(Scope.SITE));
    }

    /** @return its id */
    String open(Position tick) {
        turn.state.siteSolvedAt(turn.now());
        Decision decision = turn.decision();
        String id = "p-" + decision.getSegment() + "-" + decision.getSequence();
        OpenPartition opened = HostPartitions.fresh(id, INITIATOR, turn.now(), Scope.SITE)
                .setDetectionId("")
                .setDetection(tick)
                .build();
        turn.put(opened);
        turn.emit(
                INITIATOR,
                new PartitionOpened(
                        decision, id, INITIATOR, "", tick, DetectionKind.OVERLOAD, turn.now(), List.of(), Scope.SITE));
        List<HostFacts> free = room.freeOf(
                turn.state.hosts.all().stream().map(KnownHost::getHostId).toList());
        List<OpenDetection> overloads = room.overloadsOf(free);
        for (HostFacts facts : free) {
            opened = taking.take(opened, facts.getHostId());
        }
        opened = Detections.answeredToo(opened, overloads, turn.segment);
        turn.put(opened);
        List<Integer> others = IntStream.range(0, turn.segments)
                .filter(other -> other != turn.segment)
                .boxed()
                .toList();
        for (int other : others) {
            taking.askForAll(opened, other);
        }
        OpenPartition _ = taking.asked(opened, others, 0);
        return id;
    }

    /** All have answered, or took too long: asks for a plan, unless there is nothing to do. */
    void solve(OpenPartition partition) {
        Optional<String> rejected = proposal.rejected(partition);
        if (rejected.isPresent()) {
            closing.close(partition, PartitionEnd.ADVISED, rejected.get());
        } else {
            planning.solveOutside(partition);
        }
    }

    /** Takes a person's word on the plan for the site. */
    void heard(LogRecord record, ProposalAnswered word) {
        if (proposal.rejectedBy(record, word)) {
            turn.state.partitions.all().stream()
                    .filter(open -> open.getScope().equals(Scope.SITE) && open.getPlan() == null)
                    .forEach(open ->
                            closing.close(open, PartitionEnd.ADVISED, "the plan was rejected: " + word.getReason()));
        }
    }

    /** Another policy plans from now on. */
    void policyChanged(Policy policy) {
        if (policy != Policy.CENTRALIZED) {
            proposal.over("the policy is " + policy.text() + " now");
        }
    }
}
