package io.godwit.ceprules.detections;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.Evidence;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Detections as records with the positions that they rest on; the last one is always the observation of the moment. */
final class EvidenceOf {
    private EvidenceOf() {}

    static DetectionBegan began(int segment, Signal.Crossed crossed, long offset, Instant logTime) {
        Subject subject = crossed.subject();
        return new DetectionBegan(
                subject.idAt(segment, offset),
                subject.kind(),
                subject.hostId(),
                vmOrNull(subject),
                logTime,
                crossed.metric(),
                crossed.value(),
                crossed.threshold(),
                crossed.unit(),
                crossed.rule(),
                crossed.ruleVersion(),
                evidence(segment, crossed.seen(), offset),
                crossed.terms().orElse(null));
    }

    static DetectionEnded ended(int segment, DetectionBegan began, Signal.Left left, long offset, Instant logTime) {
        Subject subject = left.subject();
        return new DetectionEnded(
                began.getId(),
                subject.kind(),
                subject.hostId(),
                vmOrNull(subject),
                began.getSince(),
                logTime,
                left.reason(),
                left.rule(),
                left.ruleVersion(),
                evidence(segment, left.seen(), offset),
                began.getTerms(),
                left.reason().equals(Signal.OTHER_TERMS) ? Instant.EPOCH : coolDownUntil(began, logTime));
    }

    private static Instant coolDownUntil(DetectionBegan began, Instant logTime) {
        DetectionTerms terms = began.getTerms();
        return terms == null || terms.getCoolDownMillis() == 0
                ? Instant.EPOCH
                : logTime.plusMillis(terms.getCoolDownMillis());
    }

    private static String vmOrNull(Subject subject) {
        return subject.vmId().isEmpty() ? null : subject.vmId();
    }

    private static List<Evidence> evidence(int segment, List<Signal.Seen> seen, long offset) {
        List<Signal.Seen> inOrder = new ArrayList<>(seen);
        if (inOrder.stream().noneMatch(one -> one.offset() == offset)) {
            inOrder.add(new Signal.Seen(offset, "the moment when it was concluded"));
        }
        inOrder.sort(Comparator.comparingLong(Signal.Seen::offset));
        return inOrder.stream()
                .map(one -> new Evidence(
                        new Position(Topic.OBSERVATIONS.stage(), segment, one.offset(), "", ""), one.says()))
                .toList();
    }
}
