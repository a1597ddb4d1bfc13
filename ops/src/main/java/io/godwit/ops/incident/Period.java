package io.godwit.ops.incident;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.schedulers.replay.DecisionNeeds;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;

/** What a replay of a period needs of each segment that is to be replayed, and what of it is not kept any more. */
final class Period {
    /** What one segment needs. */
    record Needs(DetectionReplay.Needs detections, DecisionNeeds decisions) {}

    private final Log log;
    private final Instant from;
    private final Instant to;
    private final Map<Integer, Needs> needs = new TreeMap<>();
    private final List<String> missing = new ArrayList<>();

    Period(Log log, Instant from, Instant to, NavigableSet<Integer> segments, Admission admission) {
        this.log = log;
        this.from = from;
        this.to = to;
        RuleBook rules = RuleLog.read(log);
        for (int segment : segments) {
            Needs one = new Needs(
                    DetectionReplay.needs(
                            log, rules, segment, log.offsetAt(Topic.OBSERVATIONS, segment, from), admission),
                    DecisionNeeds.of(log, segment, from, to));
            needs.put(segment, one);
            missing.addAll(one.decisions().missing());
            missingObservations(segment, one.detections().observationsFrom()).ifPresent(missing::add);
        }
    }

    private Optional<String> missingObservations(int segment, Instant wanted) {
        long beginning = log.beginning(Topic.OBSERVATIONS, segment);
        return beginning == 0
                ? Optional.empty()
                : log.at(Topic.OBSERVATIONS, segment, beginning)
                        .map(first -> Instant.ofEpochMilli(first.timestampMillis()))
                        .filter(kept -> kept.isAfter(wanted))
                        .map(kept -> "observations of segment %d are kept from %s on; the rules look back to %s"
                                .formatted(segment, kept, wanted.equals(Instant.EPOCH) ? "the beginning" : wanted));
    }

    Log log() {
        return log;
    }

    Instant from() {
        return from;
    }

    Instant to() {
        return to;
    }

    /** Empty for a segment that is not to be replayed. */
    Optional<Needs> of(int segment) {
        return Optional.ofNullable(needs.get(segment));
    }

    /** The oldest snapshot that a scheduler begins with, or the beginning of the period where there is none. */
    Instant since() {
        return needs.values().stream()
                .flatMap(one -> one.decisions().since().stream())
                .min(Comparator.naturalOrder())
                .filter(since -> since.isBefore(from))
                .orElse(from);
    }

    /** Whether a replay compares this decision. */
    boolean compares(int segment, long sequence) {
        return of(segment)
                .filter(one -> sequence >= one.decisions().firstSequence()
                        && sequence < one.decisions().nextSequence())
                .isPresent();
    }

    List<String> missing() {
        return List.copyOf(missing);
    }
}
