package io.godwit.ceprules.backtest;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.ceprules.segment.Stretches;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * Draws from the recorded observations of a segment what an operator's rule would have detected, and beside it what another
 * version of it would have, both from the same start. Cannot write anything.
 */
public final class Backtest {
    /** By what name the rule that is tried is at work here. */
    public static final String TRIED = "tried";

    /** By what name the other version of it is. */
    public static final String BEFORE = "before";

    /**
     * A beginning or an end of a detection, as the log would have it.
     *
     * @param tried whether the rule that is tried said it
     * @param offset observation on which it was said
     */
    public record Said(boolean tried, int segment, long offset, SpecificRecord event) {}

    /**
     * What came of it.
     *
     * @param observations how many were taken
     * @param lasted log time from the first of them to the last
     * @param unreadable how many of them are damaged
     * @param quarantined where a rule would have been quarantined, a sentence each; from there on it draws nothing
     * @param lookBackWhole false where the log does not reach back far enough for the windows at the start
     */
    public record Result(
            int segment,
            long observations,
            Duration lasted,
            long unreadable,
            List<String> quarantined,
            boolean lookBackWhole,
            List<Drawn> drawn,
            List<Drawn> before,
            List<Said> said) {}

    private final int segment;
    private final Map<String, List<Drawn>> ended =
            new HashMap<>(Map.of(TRIED, new ArrayList<>(), BEFORE, new ArrayList<>()));
    private final Map<String, Begun> open = new HashMap<>(); // by id
    private long observations;
    private long firstMillis;
    private long lastMillis;
    private long unreadable;
    private final String name;
    private final List<Said> said = new ArrayList<>();
    private final List<String> quarantined = new ArrayList<>();

    private record Begun(DetectionBegan began, long offset) {
        Drawn until(int segment, Optional<Instant> until) {
            String vmId = began.getVmId() == null ? "" : began.getVmId();
            return new Drawn(segment, began.getHostId(), vmId, began.getSince(), offset, until);
        }
    }

    private Backtest(int segment, String name) {
        this.segment = segment;
        this.name = name;
    }

    /**
     * Runs over a segment's observations of a stretch of time.
     *
     * @param before empty: nothing is drawn beside it
     */
    public static Result run(
            Log log, int segment, CompiledRule rule, Optional<CompiledRule> before, Instant from, Instant to) {
        return run(log, segment, rule, before, from, to, OperatorRules.HERE);
    }

    /**
     * The same.
     *
     * @param source where the rule is at work
     */
    public static Result run(
            Log log,
            int segment,
            CompiledRule rule,
            Optional<CompiledRule> before,
            Instant from,
            Instant to,
            OperatorRules.Source source) {
        return new Backtest(segment, rule.rule().name()).run(log, rule, before, from, to, source);
    }

    private Result run(
            Log log,
            CompiledRule rule,
            Optional<CompiledRule> before,
            Instant from,
            Instant to,
            OperatorRules.Source source) {
        List<CompiledRule> rules = new ArrayList<>(List.of(named(TRIED, rule)));
        before.ifPresent(other -> rules.add(named(BEFORE, other)));
        long first = log.offsetAt(Topic.OBSERVATIONS, segment, from);
        long end = log.offsetAt(Topic.OBSERVATIONS, segment, to);
        long kept = log.beginning(Topic.OBSERVATIONS, segment);
        try (SegmentDetector detector = SegmentDetector.open(
                segment, new OpenDetections(segment), new Place(first, from), List.of(), LookBack.of(log), source)) {
            detector.activate(rules);
            detector.readLookBack();
            if (first < end) {
                Stretches stretches = new Stretches(detector, _ -> List.of(), (record, taken) -> {
                    firstMillis = observations == 0 ? record.timestampMillis() : firstMillis;
                    lastMillis = record.timestampMillis();
                    observations++;
                    unreadable += taken.deadLetter().isPresent() ? 1 : 0;
                    taken.records().forEach(event -> take(event, record.offset()));
                });
                log.scan(List.of(new LogRange(Topic.OBSERVATIONS, segment, first, end)), record -> {
                    stretches.add(record);
                    return true;
                });
                stretches.flush();
            }
        }
        open.values().forEach(begun -> ended(begun, Optional.empty()));
        boolean whole = kept == 0 || log.offsetAt(Topic.OBSERVATIONS, segment, from.minus(reach(rules))) > kept;
        return new Result(
                segment,
                observations,
                Duration.ofMillis(lastMillis - firstMillis),
                unreadable,
                quarantined,
                whole,
                ended.get(TRIED),
                ended.get(BEFORE),
                said);
    }

    private static Duration reach(List<CompiledRule> rules) {
        return rules.stream()
                .map(CompiledRule::feed)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Two versions of one rule go by other names here, so that one detector draws both and each record is read once. */
    private static CompiledRule named(String name, CompiledRule rule) {
        RuleVersion version = rule.rule();
        return new CompiledRule(
                new RuleVersion(name, version.version(), version.text(), version.builtIn()),
                rule.header(),
                rule.lookBack(),
                rule.classes());
    }

    private void take(SpecificRecord event, long offset) {
        switch (event) {
            case DetectionBegan began -> {
                open.put(began.getId(), new Begun(began, offset));
                said.add(new Said(tried(began.getRule()), segment, offset, asNamed(began)));
            }
            case DetectionEnded over -> {
                ended(open.remove(over.getId()), Optional.of(over.getUntil()));
                said.add(new Said(tried(over.getRule()), segment, offset, asNamed(over)));
            }
            case RuleQuarantined stopped ->
                quarantined.add("segment %d, observation %d: %s would be quarantined: %s"
                        .formatted(
                                segment,
                                stopped.getObservationOffset(),
                                tried(stopped.getRule()) ? "the rule" : "the version before it",
                                stopped.getReason()));
            default -> {} // checkpoints
        }
    }

    private static boolean tried(String workingName) {
        return workingName.equals(TRIED);
    }

    private DetectionBegan asNamed(DetectionBegan began) {
        return DetectionBegan.newBuilder(began)
                .setRule(name)
                .setId(asNamed(began.getId(), began.getRule()))
                .build();
    }

    private DetectionEnded asNamed(DetectionEnded over) {
        return DetectionEnded.newBuilder(over)
                .setRule(name)
                .setId(asNamed(over.getId(), over.getRule()))
                .build();
    }

    /** The rule stands in the id after the kind. */
    private String asNamed(String id, String workingName) {
        return id.replaceFirst("-" + workingName + "-", "-" + name + "-");
    }

    private void ended(Begun begun, Optional<Instant> until) {
        ended.get(begun.began().getRule()).add(begun.until(segment, until));
    }
}
