package io.godwit.ops.judges;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** Every overload is answered while messages flow, each detection begins and ends once, and no plan is found false. */
final class AnswerJudge {
    private record Overload(String hostId, long sinceMillis) {}

    private final Verdict.Say verdict;
    private final Map<String, Overload> openOverloads = new TreeMap<>();
    private final Map<String, Long> releasedAt = new HashMap<>(); // by host
    private final Set<String> wide = new HashSet<>();
    private long wideClosedAt;
    private final Set<String> began = new HashSet<>();
    private final Set<String> answered = new HashSet<>();

    private final boolean infeasibleCounts;

    /** @param infeasibleCounts whether "there is no room" is an answer, as it is where nobody knows that there is some */
    AnswerJudge(Verdict verdict, boolean infeasibleCounts) {
        this.verdict = verdict.of(AnswerJudge.class);
        this.infeasibleCounts = infeasibleCounts;
    }

    void take(SpecificRecord event, long millis) {
        switch (event) {
            case DetectionBegan detection -> {
                if (!began.add(detection.getId())) {
                    verdict.fault(millis, "detection " + detection.getId() + " begins twice");
                }
                if (detection.getKind() == DetectionKind.OVERLOAD && detection.getTerms() == null) {
                    openOverloads.put(detection.getId(), new Overload(detection.getHostId(), millis));
                }
            }
            case DetectionEnded detection -> openOverloads.remove(detection.getId());
            case PlanDecided decided -> {
                answered.add(decided.getDetectionId());
                answered.addAll(decided.getDetections());
            }
            case PlanRefused refused ->
                verdict.fault(
                        millis,
                        "the product's own judge refused a plan of " + refused.getPartitionId() + ": "
                                + refused.getFaults().getFirst());
            case PartitionOpened opened when !opened.getScope().equals("nearest") -> wide.add(opened.getPartitionId());
            case PartitionClosed closed -> {
                if (infeasibleCounts && closed.getEnd() == PartitionEnd.INFEASIBLE) {
                    answered.add(closed.getDetectionId());
                }
                if (wide.remove(closed.getPartitionId())) {
                    wideClosedAt = millis;
                }
            }
            case MemberReleased released -> releasedAt.put(released.getLease().getHostId(), millis);
            default -> {} // neither asks nor answers
        }
    }

    boolean nothingOpen() {
        return openOverloads.isEmpty();
    }

    void settled(long latestMillis, long nowMillis) {
        openOverloads.forEach((id, overload) -> {
            long since = Math.max(overload.sinceMillis(), heldUntil(overload.hostId()));
            if (since < latestMillis && !answered.contains(id)) {
                verdict.fault(
                        nowMillis, "detection %s has no answer after %d s".formatted(id, (nowMillis - since) / 1000));
            }
        });
    }

    /** While a plan is carried out, its hosts wait; where plans are for a site or a group, so do all others there. */
    private long heldUntil(String hostId) {
        return Math.max(wideClosedAt, releasedAt.getOrDefault(hostId, 0L));
    }
}
