package io.godwit.ceprules.segment;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.detections.Signal;
import io.godwit.ceprules.detections.Subject;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.SegmentRuntime;
import io.godwit.ceprules.observations.WatchedTime;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.log.LogRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * Draws the detections of one segment. What it says of an observation depends on the detections that stand open there and on
 * the look-back before it, on nothing else: so a detector that was opened anew at any offset goes on as if none had ever
 * stopped. Used by one thread.
 */
public final class SegmentDetector implements AutoCloseable {
    /** Distance of checkpoints in log time. */
    static final Duration CHECKPOINT_EVERY = Duration.ofMinutes(10);

    /** Fed beyond what the rules need, so that the edges of what they need are whole. */
    private static final Duration SLACK = Duration.ofSeconds(5);

    private final int segment;
    private final OpenDetections open;
    private final LookBack lookBack;
    private final List<CompiledRule> rules = new ArrayList<>();
    private final Map<String, Long> holdMillis = new HashMap<>();
    private final Map<String, DetectionTerms> terms = new HashMap<>(); // by operators' rule
    private final Map<Subject, Long> lastRowMillis = new HashMap<>();
    private Set<RuleId> told = Set.of();
    private Views views;
    private SegmentRuntime builtIn;
    private Optional<SegmentRuntime> operators = Optional.empty();
    private long nextOffset;
    private long nowMillis;

    private SegmentDetector(int segment, OpenDetections open, Place place, LookBack lookBack) {
        this.segment = segment;
        this.open = open;
        this.nextOffset = place.nextOffset();
        this.nowMillis = place.logTime().toEpochMilli();
        this.lookBack = lookBack;
    }

    /**
     * Opens a detector at a place and feeds it its look-back, with output held back.
     *
     * @param open what stands open there; the detector goes on with it
     * @param rules the rules that are active there
     */
    public static SegmentDetector open(
            int segment, OpenDetections open, Place place, List<CompiledRule> rules, LookBack lookBack) {
        SegmentDetector detector = new SegmentDetector(segment, open, place, lookBack);
        detector.build(rules);
        return detector;
    }

    /** Takes the next observation. */
    public Taken take(LogRecord record) {
        return take(record, List.of());
    }

    /**
     * Takes the next observation together with what was said of it by rules that are active and do not run here.
     *
     * @param others their signals, as {@link RecordedSignals} reads them from the log
     */
    public Taken take(LogRecord record, List<Signal> others) {
        nowMillis = Math.max(nowMillis, record.timestampMillis());
        nextOffset = record.offset() + 1;
        SpecificRecord event;
        try {
            event = Observed.decode(record);
        } catch (UnreadableRecord unreadable) {
            return Taken.unreadable(unreadable.getMessage());
        }
        List<SpecificRecord> records = takeDecoded(event, record.offset(), others);
        return records.isEmpty() ? Taken.NOTHING : new Taken(records, Optional.empty());
    }

    /** Takes the next observation, which was decoded before. */
    public Taken take(LogRecord record, SpecificRecord event) {
        List<SpecificRecord> records = take(event, record.offset(), record.timestampMillis());
        return records.isEmpty() ? Taken.NOTHING : new Taken(records, Optional.empty());
    }

    /** Takes an observation that was decoded before; for benchmarks. */
    public List<SpecificRecord> take(SpecificRecord event, long offset, long timestampMillis) {
        nowMillis = Math.max(nowMillis, timestampMillis);
        nextOffset = offset + 1;
        return takeDecoded(event, offset, List.of());
    }

    private List<SpecificRecord> takeDecoded(SpecificRecord event, long offset, List<Signal> others) {
        List<SpecificRecord> records = List.of();
        List<Signal> signals = merged(
                feed(event, offset),
                others.stream()
                        .filter(signal -> isTold(signal) && !isEndOfHold(signal))
                        .toList());
        if (!signals.isEmpty()) {
            records = new ArrayList<>();
            for (Signal signal : signals) {
                for (SpecificRecord decided : open.decide(signal, offset, now())) {
                    open.evolve(decided);
                    records.add(decided);
                }
            }
        }
        if (event instanceof Tick) {
            records = new ArrayList<>(records);
            for (Signal.Left left : over(others)) {
                for (SpecificRecord decided : open.decide(left, offset, now())) {
                    open.evolve(decided);
                    records.add(decided);
                }
            }
            if (checkpointIsDue()) {
                records.add(checkpoint());
            }
        }
        return records;
    }

    /**
     * Goes over to another set of rules before the next observation.
     *
     * @param wanted the rules that are to be active, all of them
     * @return what the log must say of it; nothing if they are active already
     */
    public List<SpecificRecord> activate(List<CompiledRule> wanted) {
        return activate(wanted, Set.of());
    }

    /**
     * The same where some rules are active and do not run here: what they said is handed over with the observations.
     *
     * @param others their versions
     */
    public List<SpecificRecord> activate(List<CompiledRule> wanted, Set<RuleId> others) {
        Map<RuleId, Optional<CompiledRule>> all = new TreeMap<>();
        others.forEach(rule -> all.put(rule, Optional.empty()));
        wanted.forEach(rule -> all.put(RuleId.of(rule), Optional.of(rule)));
        List<RuleId> active = open.active().stream().map(RuleId::of).toList();
        List<SpecificRecord> records = new ArrayList<>();
        for (RuleId rule : active) {
            if (!all.containsKey(rule)) {
                records.add(new RuleDeactivated(rule.name(), rule.version(), segment, nextOffset));
            }
        }
        for (RuleId rule : all.keySet()) {
            if (!active.contains(rule)) {
                records.add(new RuleActivated(rule.name(), rule.version(), segment, nextOffset));
            }
        }
        told = Set.copyOf(others);
        if (records.isEmpty()) {
            return records;
        }
        records.forEach(open::evolve);
        build(all.values().stream().flatMap(Optional::stream).toList());
        records.add(checkpoint());
        return records;
    }

    public Place place() {
        return new Place(nextOffset, now());
    }

    public OpenDetections openDetections() {
        return open;
    }

    /** The rules that are active, in no special order. */
    public List<CompiledRule> rules() {
        return List.copyOf(rules);
    }

    @Override
    public void close() {
        if (builtIn != null) {
            builtIn.close();
        }
        operators.ifPresent(SegmentRuntime::close);
    }

    /** Fresh runtimes, fed their look-back: by definition the state of the rules at this place. */
    private void build(List<CompiledRule> wanted) {
        close();
        rules.clear();
        rules.addAll(wanted);
        holdMillis.clear();
        terms.clear();
        lastRowMillis.clear();
        views = new Views(open);
        builtIn = null;
        operators = Optional.empty();
        Duration reach = Duration.ofMillis(WatchedTime.HORIZON_MILLIS);
        for (CompiledRule rule : wanted) {
            reach = rule.feed().compareTo(reach) > 0 ? rule.feed() : reach;
            if (!rule.rule().builtIn()) {
                holdMillis.put(rule.rule().name(), rule.header().hold().toMillis());
                terms.put(rule.rule().name(), rule.header().terms());
            }
        }
        long placeMillis = nowMillis;
        long placeOffset = nextOffset;
        nowMillis = 0;
        lookBack.read(segment, Instant.ofEpochMilli(placeMillis).minus(reach).minus(SLACK), placeOffset, record -> {
            nowMillis = Math.max(nowMillis, record.timestampMillis());
            try {
                feedHeld(Observed.decode(record), record.offset());
            } catch (UnreadableRecord _) {
                // told in the dead letters when it was first taken
            }
        });
        nowMillis = Math.max(nowMillis, placeMillis);
        nextOffset = placeOffset;
    }

    private void feedHeld(SpecificRecord event, long offset) {
        ensureRuntimes();
        builtIn.hold(true);
        feed(event, offset);
        builtIn.hold(false);
    }

    private void ensureRuntimes() {
        if (builtIn == null) {
            List<CompiledRule> ours =
                    rules.stream().filter(rule -> rule.rule().builtIn()).toList();
            List<CompiledRule> theirs =
                    rules.stream().filter(rule -> !rule.rule().builtIn()).toList();
            builtIn = new SegmentRuntime(true, ours, nowMillis);
            operators = theirs.isEmpty() ? Optional.empty() : Optional.of(new SegmentRuntime(false, theirs, nowMillis));
        }
    }

    /** Moves the clock, feeds the views of an event, and returns what the rules said of it. */
    private List<Signal> feed(SpecificRecord event, long offset) {
        ensureRuntimes();
        builtIn.advance(nowMillis);
        operators.ifPresent(runtime -> runtime.advance(nowMillis));
        views.of(event, offset, nowMillis, view -> {
            builtIn.feed(view);
            operators.ifPresent(runtime -> runtime.feed(view));
        });
        List<Signal> signals = builtIn.drain();
        if (operators.isEmpty()) {
            return signals;
        }
        List<Signal> theirs = operators.get().drain();
        theirs.forEach(signal -> lastRowMillis.put(signal.subject(), nowMillis));
        return merged(signals, theirs);
    }

    private static List<Signal> merged(List<Signal> some, List<Signal> others) {
        if (some.isEmpty() || others.isEmpty()) {
            return some.isEmpty() ? others : some;
        }
        List<Signal> all = new ArrayList<>(some);
        all.addAll(others);
        all.sort(Signal.ORDER);
        return all;
    }

    /** Open detections that nothing speaks for any more, though no rule says so. */
    private List<Signal.Left> over(List<Signal> others) {
        lastRowMillis
                .entrySet()
                .removeIf(entry ->
                        nowMillis - entry.getValue() > holdOf(entry.getKey().rule()));
        List<Signal.Left> left = new ArrayList<>();
        for (DetectionBegan began : open.open()) {
            Subject subject = Subject.of(began);
            reasonToEnd(began, subject)
                    .ifPresent(reason -> left.add(
                            new Signal.Left(began.getRule(), began.getRuleVersion(), subject, List.of(), reason)));
        }
        others.stream()
                .filter(signal -> isTold(signal) && isEndOfHold(signal))
                .forEach(signal -> left.add((Signal.Left) signal));
        left.sort(Comparator.comparing(Signal.Left::subject));
        return left;
    }

    private boolean isTold(Signal signal) {
        return told.contains(new RuleId(signal.rule(), signal.ruleVersion()));
    }

    /** Rows of operators' rules only begin detections; the end is ours. */
    private static boolean isEndOfHold(Signal signal) {
        return signal instanceof Signal.Left && signal.subject().operators();
    }

    private Optional<String> reasonToEnd(DetectionBegan began, Subject subject) {
        if (!open.isActive(began.getRule())) {
            return Optional.of("the rule was retired");
        }
        if (terms.containsKey(began.getRule()) && !terms.get(began.getRule()).equals(began.getTerms())) {
            return Optional.of(Signal.OTHER_TERMS);
        }
        boolean unheld =
                subject.operators() && holdMillis.containsKey(began.getRule()) && !lastRowMillis.containsKey(subject);
        return unheld ? Optional.of("no row for " + holdOf(began.getRule()) / 1000 + " s") : Optional.empty();
    }

    private long holdOf(String rule) {
        return holdMillis.getOrDefault(rule, 0L);
    }

    private boolean checkpointIsDue() {
        Instant last = open.checkpointedAt();
        long every = CHECKPOINT_EVERY.toMillis();
        return last.equals(Instant.MIN) || Math.floorDiv(nowMillis, every) > Math.floorDiv(last.toEpochMilli(), every);
    }

    private DetectionsCheckpointed checkpoint() {
        DetectionsCheckpointed checkpoint = open.checkpoint(nextOffset, now());
        open.evolve(checkpoint);
        return checkpoint;
    }

    private Instant now() {
        return Instant.ofEpochMilli(nowMillis);
    }
}
