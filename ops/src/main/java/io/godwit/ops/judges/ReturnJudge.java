package io.godwit.ops.judges;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.VmSample;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/**
 * A plan moves no VM that its segment saw arrive within the hold, and says of each that goes back to a host which the segment
 * saw it leave within the hold that it returns.
 */
final class ReturnJudge {
    private record Visit(String vmId, String hostId) {}

    private final Verdict.Say verdict;
    private final long holdMillis;
    private final Map<Integer, Long> now = new HashMap<>(); // log time of each segment
    private final Map<String, Integer> segmentOf = new HashMap<>();
    private final Map<String, Set<String>> vmsOn = new HashMap<>();
    private final Map<Visit, Long> arrived = new HashMap<>();
    private final Map<Visit, Long> left = new HashMap<>();

    /** @param holdMillis how long a VM stays after it arrived */
    ReturnJudge(Verdict verdict, long holdMillis) {
        this.verdict = verdict.of(ReturnJudge.class);
        this.holdMillis = holdMillis;
    }

    /** The scheduler of a segment is about to take an input. */
    void delivered(int segment, SpecificRecord event, long logMillis) {
        long time = now.merge(segment, logMillis, Math::max);
        if (event instanceof HostSampled sampled) {
            String host = sampled.getHostId();
            segmentOf.put(host, segment);
            Set<String> vms = sampled.getVms().stream().map(VmSample::getVmId).collect(Collectors.toSet());
            Set<String> before = vmsOn.put(host, vms);
            if (before != null) {
                vms.stream().filter(vm -> !before.contains(vm)).forEach(vm -> arrived.put(new Visit(vm, host), time));
                before.stream().filter(vm -> !vms.contains(vm)).forEach(vm -> left.put(new Visit(vm, host), time));
            }
        }
    }

    void take(SpecificRecord event, long millis) {
        if (event instanceof PlanDecided decided && decided.getAnswer() == PlanAnswer.PLAN) {
            decided(decided, millis);
        }
    }

    private void decided(PlanDecided decided, long millis) {
        int segment = decided.getDecision().getSegment();
        long since = now.getOrDefault(segment, 0L) - holdMillis;
        Set<String> returns = new HashSet<>();
        Set<String> moved = new HashSet<>();
        for (PlannedMove move : decided.getMoves()) {
            if (segmentOf.getOrDefault(move.getTargetHostId(), -1) == segment
                    && left.getOrDefault(new Visit(move.getVmId(), move.getTargetHostId()), Long.MIN_VALUE) > since) {
                returns.add(move.getVmId());
            }
            boolean ours = segmentOf.getOrDefault(move.getSourceHostId(), -1) == segment;
            boolean first = moved.add(move.getVmId());
            if (first
                    && ours
                    && arrived.getOrDefault(new Visit(move.getVmId(), move.getSourceHostId()), Long.MIN_VALUE)
                            > since) {
                verdict.fault(
                        millis,
                        "the plan of %s moves %s, which has just arrived at %s"
                                .formatted(decided.getPartitionId(), move.getVmId(), move.getSourceHostId()));
            }
        }
        if (!returns.equals(new HashSet<>(decided.getReturns()))) {
            verdict.fault(
                    millis,
                    "the plan of %s says that %s return, and %s do"
                            .formatted(decided.getPartitionId(), decided.getReturns(), returns));
        }
    }
}
