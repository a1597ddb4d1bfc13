package io.godwit.ceprules.detections;

import io.godwit.schemas.events.CoolingDown;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;

/**
 * What at most one detection stands open for.
 *
 * @param rule name of an operator's rule, whose detections are its own whatever their kind; "" for the built-in ones
 * @param vmId "" where the subject is the host
 */
public record Subject(DetectionKind kind, String rule, String hostId, String vmId) implements Comparable<Subject> {
    public static Subject of(DetectionBegan began) {
        return of(began.getKind(), began.getTerms() != null, began.getRule(), began.getHostId(), began.getVmId());
    }

    public static Subject of(DetectionEnded ended) {
        return of(ended.getKind(), ended.getTerms() != null, ended.getRule(), ended.getHostId(), ended.getVmId());
    }

    static Subject of(CoolingDown cooling) {
        return new Subject(cooling.getKind(), cooling.getRule(), cooling.getHostId(), cooling.getVmId());
    }

    /** Kind CUSTOM without terms is of a time when operators' rules had none. */
    private static Subject of(DetectionKind kind, boolean terms, String rule, String hostId, String vmId) {
        boolean operators = terms || kind == DetectionKind.CUSTOM;
        return new Subject(kind, operators ? rule : "", hostId, vmId == null ? "" : vmId);
    }

    /** Whether the rule is an operator's. */
    public boolean operators() {
        return !rule.isEmpty();
    }

    /** Id of the detection that begins at an observation: KIND[-RULE]-HOST[-VM]-SEGMENT-OFFSET. */
    String idAt(int segment, long offset) {
        return kind + (rule.isEmpty() ? "" : "-" + rule) + "-" + hostId + (vmId.isEmpty() ? "" : "-" + vmId) + "-"
                + segment + "-" + offset;
    }

    /** By kind, rule, host and VM; written out, since every row of an operator's rule is looked up by it. */
    @Override
    public int compareTo(Subject other) {
        int order = kind.compareTo(other.kind);
        order = order != 0 ? order : rule.compareTo(other.rule);
        order = order != 0 ? order : hostId.compareTo(other.hostId);
        return order != 0 ? order : vmId.compareTo(other.vmId);
    }
}
