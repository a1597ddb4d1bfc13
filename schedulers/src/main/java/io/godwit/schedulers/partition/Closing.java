package io.godwit.schedulers.partition;

import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** How host partitions end: hosts go back, the detection waits for what comes next. */
final class Closing {
    /** After giving way or after a failed move, so that the older one or fresh samples come first. */
    private static final long SHORT_PAUSE_MILLIS = 1_000;

    private static final int DOUBLINGS_MAX = 10;

    private final Turn turn;

    Closing(Turn turn) {
        this.turn = turn;
    }

    void close(OpenPartition partition, PartitionEnd end, String reason) {
        OpenPartition bare = release(partition, _ -> true);
        turn.state.partitions.remove(partition.getPartitionId());
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
        String key = Detections.key(partition.getInitiator(), partition.getDetectionId());
        OpenDetection open = turn.state.detections.get(key);
        if (open != null) {
            turn.state.detections.put(key, waiting(open, end));
        }
        if (end != PartitionEnd.INFEASIBLE && end != PartitionEnd.YIELDED && end != PartitionEnd.ADVISED) {
            headroomMayHaveFreed();
        }
    }

    /** Gives back those hosts, and leaves the host partition with the others. */
    OpenPartition release(OpenPartition partition, Predicate<PartitionMember> which) {
        Set<String> touched = touched(partition);
        for (PartitionMember member : partition.getMembers()) {
            if (which.test(member)) {
                String hostId = member.getLease().getHostId();
                boolean moved = touched.contains(hostId);
                turn.emit(
                        Topic.HOST_PARTITIONS,
                        member.getSegment(),
                        hostId,
                        new MemberReleased(
                                turn.decision(), partition.getPartitionId(), member.getLease(), moved, 0, 0));
                if (member.getSegment() == turn.segment) {
                    Leases.free(turn, partition.getPartitionId(), member.getLease(), moved);
                }
            }
        }
        List<PartitionMember> kept =
                partition.getMembers().stream().filter(which.negate()).toList();
        OpenPartition smaller =
                OpenPartition.newBuilder(partition).setMembers(kept).build();
        turn.state.partitions.put(partition.getPartitionId(), smaller);
        return smaller;
    }

    /** Hosts from or to which a move was commanded. */
    private static Set<String> touched(OpenPartition partition) {
        Set<String> touched = new TreeSet<>();
        partition.getSteps().stream()
                .filter(step -> !step.getCommandId().isEmpty())
                .forEach(step -> {
                    touched.add(step.getMove().getSourceHostId());
                    touched.add(step.getMove().getTargetHostId());
                });
        return touched;
    }

    private OpenDetection waiting(OpenDetection open, PartitionEnd end) {
        DecisionSettings settings = turn.state.settings();
        Instant retryAfter = switch (end) {
            case INFEASIBLE -> {
                long millis = settings.retryMillis() << Math.min(open.getAnswers(), DOUBLINGS_MAX);
                yield HostPartitions.after(turn, Math.min(millis, settings.retryMillisMax()));
            }
            case ADVISED -> HostPartitions.after(turn, settings.adviseAgainMillis());
            case YIELDED, FAILED -> HostPartitions.after(turn, SHORT_PAUSE_MILLIS);
            case SOLVED, VIABLE, DETECTION_ENDED, INITIATOR_LOST, MODE_OFF, POLICY_CHANGED, UNKNOWN -> turn.now();
        };
        boolean unanswered = end == PartitionEnd.YIELDED || end == PartitionEnd.MODE_OFF;
        return OpenDetection.newBuilder(open)
                .setPartitionId("")
                .setAnswers(unanswered ? open.getAnswers() : open.getAnswers() + 1)
                .setRetryAfter(retryAfter)
                .setAdvisedVms(
                        end == PartitionEnd.ADVISED
                                ? Detections.vmsDigest(
                                        turn.state, open.getBegan().getHostId())
                                : "")
                .build();
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
