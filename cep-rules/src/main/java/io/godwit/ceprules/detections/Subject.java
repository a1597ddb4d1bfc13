package io.godwit.ceprules.detections;

import io.godwit.schemas.events.DetectionBegan;
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

    static Subject of(DetectionBegan began) {
        return new Subject(
                began.getKind(),
                began.getKind() == DetectionKind.CUSTOM ? began.getRule() : "",
                began.getHostId(),
                began.getVmId() == null ? "" : began.getVmId());
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
