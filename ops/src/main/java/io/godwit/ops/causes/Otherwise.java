package io.godwit.ops.causes;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.schedulers.replay.Counterfactual;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogOfSome;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/**
 * The past once more, with some of its records left out: detections are drawn anew from the observations that are left, and
 * the schedulers decide on what is left. Cannot write anything.
 *
 * @param commands what is commanded then
 * @param began ids of detections that begin then, of the segments that were drawn anew
 */
public record Otherwise(List<SpecificRecord> commands, Set<String> began) {

    /** What is decided on the records of a closure alone, up to its decision. */
    public static Otherwise only(Log log, Closure closure, OperatorRules.Source operators, Admission admission) {
        Predicate<LogRecord> kept = record -> closure.records().contains(Place.of(record));
        Log left = new LogOfSome(log, kept, closure::within);
        RuleBook rules = RuleLog.read(left);
        Set<String> drawn = new HashSet<>();
        Set<String> began = new HashSet<>();
        closure.records().stream()
                .filter(place -> place.topic() == Topic.DETECTIONS)
                .map(Place::segment)
                .distinct()
                .forEach(segment -> DetectionReplay.said(left, rules, segment, 0, Long.MAX_VALUE, operators, admission)
                        .forEach(said -> {
                            drawn.add(name(said.event()));
                            if (said.event() instanceof DetectionBegan one) {
                                began.add(one.getId());
                            }
                        }));
        Counterfactual.Inputs inputs = new Counterfactual.Inputs() {
            @Override
            public boolean stands(LogRecord input) {
                return kept.test(input)
                        && (input.topic() != Topic.DETECTIONS
                                || drawn.contains(name(EventCodec.decode(input.value()))));
            }

            @Override
            public boolean anyStand(int segment) {
                return closure.records().stream().anyMatch(place -> place.segment() == segment);
            }

            @Override
            public boolean stands(int segment, String entry) {
                return entry.equals(Counterfactual.PROGRESS)
                        || closure.entries().getOrDefault(segment, List.of()).contains(entry);
            }

            @Override
            public boolean countsWithoutCommand(LogRecord outcome) {
                return true;
            }
        };
        return new Otherwise(Counterfactual.commands(log, closure.from(), closure.to(), inputs), began);
    }

    /**
     * What is decided without some records.
     *
     * @param from log time before the first of them; the schedulers begin with their newest snapshots before it
     * @param to log time up to which it is decided
     */
    public static Otherwise without(
            Log log, Set<Place> gone, Instant from, Instant to, OperatorRules.Source operators, Admission admission) {
        Log left = new LogOfSome(log, record -> !gone.contains(Place.of(record)));
        RuleBook rules = RuleLog.read(left);
        Set<String> over = new HashSet<>();
        Set<String> began = new HashSet<>();
        Map<Place, List<SpecificRecord>> besides = new HashMap<>();
        Map<Integer, Long> firsts = gone.stream()
                .filter(place -> place.topic() == Topic.OBSERVATIONS)
                .collect(Collectors.toMap(Place::segment, Place::offset, Math::min, TreeMap::new));
        firsts.forEach((segment, first) -> {
            long end = log.offsetAt(Topic.OBSERVATIONS, segment, to);
            List<DetectionReplay.Said> now =
                    DetectionReplay.said(left, rules, segment, first, end, operators, admission);
            Set<String> said = new HashSet<>();
            now.forEach(one -> said.add(name(one.event())));
            Set<String> were = new HashSet<>();
            for (DetectionReplay.Said was : DetectionReplay.recorded(log, segment, first, end)) {
                were.add(name(was.event()));
                if (!said.contains(name(was.event()))) {
                    over.add(name(was.event()));
                }
            }
            for (DetectionReplay.Said one : now) {
                if (one.event() instanceof DetectionBegan detection) {
                    began.add(detection.getId());
                }
                boolean ofDetections = one.event() instanceof DetectionBegan || one.event() instanceof DetectionEnded;
                if (ofDetections && !were.contains(name(one.event()))) {
                    besides.computeIfAbsent(
                                    new Place(Topic.OBSERVATIONS, segment, one.nextObservation() - 1),
                                    _ -> new ArrayList<>())
                            .add(one.event());
                }
            }
        });
        Counterfactual.Inputs inputs = new Counterfactual.Inputs() {
            @Override
            public boolean stands(LogRecord input) {
                return !gone.contains(Place.of(input))
                        && (input.topic() != Topic.DETECTIONS
                                || !over.contains(name(EventCodec.decode(input.value()))));
            }

            @Override
            public List<SpecificRecord> besides(LogRecord input) {
                return input.topic() == Topic.OBSERVATIONS
                        ? besides.getOrDefault(Place.of(input), List.of())
                        : List.of();
            }
        };
        return new Otherwise(Counterfactual.commands(log, from, to, inputs), began);
    }

    /** What tells a beginning or an end of a detection from all others, wherever it stands. */
    private static String name(SpecificRecord event) {
        return switch (event) {
            case DetectionBegan began -> "began " + began.getId();
            case DetectionEnded ended ->
                "ended " + ended.getId() + " "
                        + ended.getEvidence().getLast().getPosition().getOffset();
            default -> event.toString();
        };
    }
}
