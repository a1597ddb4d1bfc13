package io.godwit.ceprules.segment;

import io.godwit.ceprules.detections.Signal;
import io.godwit.ceprules.detections.Subject;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** What rules that cannot run here once said, read back from the detections that came of it, by observation. */
public final class RecordedSignals {
    private final Map<Long, List<Signal>> byOffset = new TreeMap<>();

    /**
     * @param recorded detections of one segment, in order
     * @param rules the versions that cannot run
     */
    public RecordedSignals(List<SpecificRecord> recorded, Set<RuleId> rules) {
        for (SpecificRecord record : recorded) {
            switch (record) {
                case DetectionBegan began
                when rules.contains(new RuleId(began.getRule(), began.getRuleVersion())) ->
                    add(
                            began,
                            new Signal.Crossed(
                                    began.getRule(),
                                    began.getRuleVersion(),
                                    Subject.of(began),
                                    seen(began.getEvidence()),
                                    began.getMetric(),
                                    began.getValue(),
                                    began.getThreshold(),
                                    began.getUnit(),
                                    Optional.ofNullable(began.getTerms())));
                case DetectionEnded ended
                when rules.contains(new RuleId(ended.getRule(), ended.getRuleVersion())) ->
                    add(
                            ended,
                            new Signal.Left(
                                    ended.getRule(),
                                    ended.getRuleVersion(),
                                    Subject.of(ended),
                                    seen(ended.getEvidence()),
                                    ended.getReason()));
                default -> {} // the others are drawn again
            }
        }
        byOffset.values().forEach(signals -> signals.sort(Signal.ORDER));
    }

    /** Signals of one observation, in the order of rules and subjects. */
    public List<Signal> at(long offset) {
        return byOffset.getOrDefault(offset, List.of());
    }

    private void add(SpecificRecord record, Signal signal) {
        byOffset.computeIfAbsent(RecordedDetections.nextOffsetAfter(record) - 1, _ -> new ArrayList<>())
                .add(signal);
    }

    private static List<Signal.Seen> seen(List<Evidence> evidence) {
        return evidence.stream()
                .map(one -> new Signal.Seen(one.getPosition().getOffset(), one.getSays()))
                .toList();
    }
}
