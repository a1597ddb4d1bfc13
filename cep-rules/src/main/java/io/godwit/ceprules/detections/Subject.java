package io.godwit.ceprules.detections;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import java.util.Comparator;

/**
 * What at most one detection stands open for.
 *
 * @param rule name of the rule for CUSTOM, "" for the other kinds: two versions of a built-in rule share their detections
 * @param vmId "" where the subject is the host
 */
public record Subject(DetectionKind kind, String rule, String hostId, String vmId) implements Comparable<Subject> {
    private static final Comparator<Subject> ORDER = Comparator.comparing(Subject::kind)
            .thenComparing(Subject::rule)
            .thenComparing(Subject::hostId)
            .thenComparing(Subject::vmId);

    public static Subject of(DetectionBegan began) {
        return of(began.getKind(), began.getRule(), began.getHostId(), began.getVmId());
    }

    public static Subject of(DetectionEnded ended) {
        return of(ended.getKind(), ended.getRule(), ended.getHostId(), ended.getVmId());
    }

    private static Subject of(DetectionKind kind, String rule, String hostId, String vmId) {
        return new Subject(kind, kind == DetectionKind.CUSTOM ? rule : "", hostId, vmId == null ? "" : vmId);
    }

    /** Id of the detection that begins at an observation: KIND[-RULE]-HOST[-VM]-SEGMENT-OFFSET. */
    String idAt(int segment, long offset) {
        return kind + (rule.isEmpty() ? "" : "-" + rule) + "-" + hostId + (vmId.isEmpty() ? "" : "-" + vmId) + "-"
                + segment + "-" + offset;
    }

    @Override
    public int compareTo(Subject other) {
        return ORDER.compare(this, other);
    }
}
