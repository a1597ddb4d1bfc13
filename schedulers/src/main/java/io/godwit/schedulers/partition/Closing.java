package io.godwit.schedulers.partition;

import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanStep;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/** How host partitions end: hosts go back, the detection waits for what comes next. */
final class Closing {
    /** After giving way or after a failed move, so that the older one or fresh samples come first. */
    private static final long SHORT_PAUSE_MILLIS = 1_000;

    private static final long SCATTER =
            0x9E3779B97F4A7C15L; // 2^64 by the golden ratio: neighbours come to lie far apart
    private static final int DOUBLINGS_MAX = 10;
    private static final int DOUBLINGS_MAX_CONTENDED = 2;

    private final Turn turn;

    Closing(Turn turn) {
        this.turn = turn;
    }

    void close(OpenPartition partition, PartitionEnd end, String reason) {
        OpenPartition bare = release(partition, _ -> true);
        turn.remove(partition.getPartitionId());
        turn.emit(
                partition.getInitiator(),
                new PartitionClosed(
                        turn.decision(),
                        bare.getPartitionId(),
                        bare.getInitiator(),
                        bare.getDetectionId(),
                        end,
                        reason,
                        bare.getHostsHeldMax()));
        new Requests(turn).closed(partition, end, reason);
        new Proposals(turn).closed(partition, end, reason);
        String key = Detections.key(partition.getInitiator(), partition.getDetectionId());
        OpenDetection open = turn.state.detections.get(key);
        if (open != null) {
            turn.state.detections.put(key, waiting(open, end, bare.getContended()));
        }
        if (end != PartitionEnd.INFEASIBLE && end != PartitionEnd.YIELDED && end != PartitionEnd.ADVISED) {
            headroomMayHaveFreed();
        }
    }

    /** Gives back those hosts, and leaves the host partition with the others. */
    OpenPartition release(OpenPartition partition, Predicate<PartitionMember> which) {
        for (PartitionMember member : partition.getMembers()) {
            if (which.test(member)) {
                String hostId = member.getLease().getHostId();
                int out = commanded(
                        partition, step -> step.getMove().getSourceHostId().equals(hostId));
                int in = commanded(
                        partition, step -> step.getMove().getTargetHostId().equals(hostId));
                boolean moved = out + in > 0 || partition.getSteps().stream().anyMatch(step -> actedOn(step, hostId));
                turn.emit(
                        Topic.HOST_PARTITIONS,
                        member.getSegment(),
                        hostId,
                        new MemberReleased(
                                turn.decision(), partition.getPartitionId(), member.getLease(), moved, out, in));
                if (member.getSegment() == turn.segment) {
                    Leases.free(turn, partition.getPartitionId(), member.getLease(), moved, out, in);
                }
            }
        }
        List<PartitionMember> kept =
                partition.getMembers().stream().filter(which.negate()).toList();
        OpenPartition smaller =
                OpenPartition.newBuilder(partition).setMembers(kept).build();
        turn.put(smaller);
        return smaller;
    }

    private static int commanded(OpenPartition partition, Predicate<PlanStep> which) {
        return Math.toIntExact(partition.getSteps().stream()
                .filter(step -> !step.getCommandId().isEmpty() && moves(step.getMove()) && which.test(step))
                .count());
    }

    private static boolean moves(PlannedMove step) {
        return !step.getResumes() && !InPlace.movesNothing(step);
    }

    /** What was sampled before a VM was stopped or started there tells of it no more. */
    private static boolean actedOn(PlanStep step, String hostId) {
        return !step.getCommandId().isEmpty()
                && InPlace.movesNothing(step.getMove())
                && step.getMove().getTargetHostId().equals(hostId);
    }

    /** Returns a host that came to nobody who waits for it. */
    void giveBack(String partitionId, int lender, Lease lease) {
        turn.emit(
                Topic.HOST_PARTITIONS,
                lender,
                lease.getHostId(),
                new MemberReleased(turn.decision(), partitionId, lease, false, 0, 0));
    }

    private OpenDetection waiting(OpenDetection open, PartitionEnd end, boolean contended) {
        DecisionSettings settings = turn.state.settings();
        boolean custom = open.getBegan().getKind() == DetectionKind.CUSTOM;
        boolean tried = end == PartitionEnd.SOLVED || end == PartitionEnd.FAILED;
        Instant retryAfter = switch (end) {
            case INFEASIBLE -> HostPartitions.after(turn, backOffMillis(open, contended));
            // where nothing of a rule's action can be done, as all VMs are paused, say
            case VIABLE -> custom ? HostPartitions.after(turn, backOffMillis(open, contended)) : turn.now();
            case ADVISED -> HostPartitions.after(turn, settings.adviseAgainMillis());
            case YIELDED, FAILED -> HostPartitions.after(turn, SHORT_PAUSE_MILLIS);
            case SOLVED, DETECTION_ENDED, INITIATOR_LOST, MODE_OFF, POLICY_CHANGED, UNKNOWN -> turn.now();
        };
        boolean unanswered = switch (end) {
            case YIELDED, MODE_OFF, POLICY_CHANGED, INITIATOR_LOST -> true;
            case SOLVED, VIABLE, INFEASIBLE, ADVISED, FAILED, DETECTION_ENDED, UNKNOWN -> false;
        };
        return OpenDetection.newBuilder(open)
                .setPartitionId("")
                .setAnswers(unanswered ? open.getAnswers() : open.getAnswers() + 1)
                .setRetryAfter(retryAfter)
                .setActed(open.getActed() || (custom && tried))
                .setAdvisedVms(
                        end == PartitionEnd.ADVISED
                                ? Detections.vmsDigest(
                                        turn.state, open.getBegan().getHostId())
                                : "")
                .build();
    }

    /**
     * Doubled with each answer, less for one that lost a race for a host than for one that found none. Spread by the
     * detection's place in the log, or detections that began together would get in each other's way again and again. By its
     * place and not by its id, so that a log in which names are replaced leads to the same times.
     */
    private long backOffMillis(OpenDetection open, boolean contended) {
        DecisionSettings settings = turn.state.settings();
        int doublings = Math.min(open.getAnswers(), contended ? DOUBLINGS_MAX_CONTENDED : DOUBLINGS_MAX);
        long millis = Math.min(settings.retryMillis() << doublings, settings.retryMillisMax());
        long place = (open.getOffset() * SCATTER + turn.segment) * SCATTER + open.getAnswers();
        return millis - millis / 2 + Math.floorMod((place * SCATTER) >>> 32, millis / 2 + 1);
    }

    /** Detections that found no plan need not wait out a long back-off once a host partition has ended well. */
    void headroomMayHaveFreed() {
        Instant soon = HostPartitions.after(turn, SHORT_PAUSE_MILLIS);
        for (OpenDetection open : turn.state.detections.all()) {
            if (open.getPartitionId().isEmpty()
                    && open.getAdvisedVms().isEmpty()
                    && open.getRetryAfter().isAfter(soon)) {
                turn.state.detections.put(
                        Detections.key(open.getBegan()),
                        OpenDetection.newBuilder(open).setRetryAfter(soon).build());
            }
        }
    }
}
