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
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.log.LogRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/**
 * Draws the detections of one segment. What it says of an observation depends on the detections that stand open there and on
 * the look-back before it, on nothing else: so a detector that was opened anew at any offset goes on as if none had ever
 * stopped. Used by one thread.
 */
public final class SegmentDetector implements AutoCloseable {
    /** Distance of checkpoints in log time. */
    static final Duration CHECKPOINT_EVERY = Duration.ofMinutes(10);

    private final int segment;
    private final OpenDetections open;
    private final LookBack lookBack;
    private final List<CompiledRule> rules = new ArrayList<>();
    private final Map<String, Long> holdMillis = new HashMap<>();
    private final Map<String, DetectionTerms> terms = new HashMap<>(); // by operators' rule
    private final Map<Subject, Long> lastRowMillis = new HashMap<>();
    private long holdsUntilMillis = Long.MIN_VALUE; // up to here every open detection is held, unless rules change
    private Set<RuleId> told = Set.of();
    private final OperatorRules operators;
    private final Map<String, RuleId> atWork = new HashMap<>(); // operators' rules, by name
    private final Deque<Observation> ahead = new ArrayDeque<>();
    private final Map<Long, List<Signal>> theirs = new HashMap<>(); // of observations that are not taken yet
    private final List<SpecificRecord> unsaid = new ArrayList<>();
    private boolean operatorsAtWork;
    private Views views;
    private SegmentRuntime builtIn;
    private long nextOffset;
    private long nowMillis;

    private SegmentDetector(
            int segment, OpenDetections open, Place place, LookBack lookBack, OperatorRules.Source source) {
        this.segment = segment;
        this.open = open;
        this.nextOffset = place.nextOffset();
        this.nowMillis = place.logTime().toEpochMilli();
        this.lookBack = lookBack;
        this.operators = source.of(segment, lookBack);
    }

    /**
     * Opens a detector at a place and feeds it its look-back, with output held back.
     *
     * @param open what stands open there; the detector goes on with it
     * @param rules the rules that are active there
     */
    public static SegmentDetector open(
            int segment, OpenDetections open, Place place, List<CompiledRule> rules, LookBack lookBack) {
        return open(segment, open, place, rules, lookBack, OperatorRules.HERE);
    }

    /**
     * The same.
     *
     * @param source where operators' rules are at work
     */
    public static SegmentDetector open(
            int segment,
            OpenDetections open,
            Place place,
            List<CompiledRule> rules,
            LookBack lookBack,
            OperatorRules.Source source) {
        SegmentDetector detector = new SegmentDetector(segment, open, place, lookBack, source);
        detector.build(rules.stream()
                .filter(rule -> open.quarantined().stream()
                        .noneMatch(stopped -> RuleId.of(stopped).equals(RuleId.of(rule))))
                .toList());
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
        if (ahead.isEmpty()) {
            prepare(List.of(record));
        }
        return take(ahead.remove(), record.offset(), others);
    }

    /** Takes the next observation, which was decoded before. */
    public Taken take(LogRecord record, SpecificRecord event) {
        Observation observation = new Observation(
                record.offset(),
                Math.max(nowMillis, record.timestampMillis()),
                Optional.of(record),
                Optional.of(event),
                "");
        lookAhead(List.of(observation));
        return take(observation, record.offset(), List.of());
    }

    /** Takes an observation that was decoded before; for benchmarks. */
    public List<SpecificRecord> take(SpecificRecord event, long offset, long timestampMillis) {
        long atMillis = Math.max(nowMillis, timestampMillis);
        if (operatorsAtWork) {
            lookAhead(List.of(Observation.decoded(event, offset, atMillis)));
        }
        nowMillis = atMillis;
        nextOffset = offset + 1;
        return takeDecoded(event, offset, List.of());
    }

    /**
     * Lets operators' rules draw at once from observations that are taken next, one by one, before anything else is asked of
     * this detector. Without it they draw from one at a time.
     */
    public void prepare(List<LogRecord> next) {
        if (!ahead.isEmpty()) {
            throw new IllegalStateException("segment " + segment + " is to take observation "
                    + ahead.element().offset() + " first");
        }
        long atMillis = nowMillis;
        for (LogRecord record : next) {
            Observation observation = Observation.of(record, atMillis);
            atMillis = observation.atMillis();
            ahead.add(observation);
        }
        if (!next.isEmpty()) {
            lookAhead(List.copyOf(ahead));
        }
    }

    /**
     * Lets operators' rules that are new read their look-back now, and not with the next observation: for logs that cannot be
     * read while they are read.
     */
    public void readLookBack() {
        lookAhead(List.of());
    }

    private void lookAhead(List<Observation> next) {
        if (!operatorsAtWork) {
            return;
        }
        OperatorRules.Drawn drawn = operators.take(place(), next);
        long first = next.isEmpty() ? nextOffset : next.getFirst().offset();
        for (OperatorRules.Said said : drawn.said()) {
            if (said.offset() < first) {
                spoke(said.signals(), said.atMillis());
            } else {
                theirs.put(said.offset(), said.signals());
            }
        }
        for (OperatorRules.Offence offence : drawn.offences()) {
            unsaid.add(quarantine(offence.rule(), offence.reason()));
        }
    }

    /** Silences a rule from the next observation on, and tells what the log must say of it. */
    public RuleQuarantined quarantine(RuleId rule, String reason) {
        RuleQuarantined stopped = new RuleQuarantined(rule.name(), rule.version(), segment, nextOffset, reason);
        quarantine(stopped);
        return stopped;
    }

    /** Silences a rule from the next observation on, as the log says. */
    public void quarantine(RuleQuarantined stopped) {
        open.evolve(stopped);
        rules.removeIf(rule -> RuleId.of(rule).equals(RuleId.of(stopped)));
        haveOperators();
    }

    private Taken take(Observation observation, long offset, List<Signal> others) {
        if (observation.offset() != offset) {
            throw new IllegalStateException("segment %d is to take observation %d, and was given %d"
                    .formatted(segment, observation.offset(), offset));
        }
        nowMillis = observation.atMillis();
        nextOffset = offset + 1;
        List<SpecificRecord> records = unsaid.isEmpty() ? List.of() : new ArrayList<>(unsaid);
        unsaid.clear();
        if (observation.event().isEmpty()) {
            return new Taken(records, Optional.of(observation.fault()));
        }
        List<SpecificRecord> decided = takeDecoded(observation.event().get(), offset, others);
        if (records.isEmpty()) {
            records = decided;
        } else {
            records.addAll(decided);
        }
        return records.isEmpty() ? Taken.NOTHING : new Taken(records, Optional.empty());
    }

    private List<SpecificRecord> takeDecoded(SpecificRecord event, long offset, List<Signal> others) {
        List<SpecificRecord> records = List.of();
        List<Signal> signals = merged(
                merged(feed(event, offset), theirs(offset)),
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
        if (!ahead.isEmpty()) {
            throw new IllegalStateException("segment " + segment + " is to take observation "
                    + ahead.element().offset() + " before its rules change");
        }
        Map<RuleId, Optional<CompiledRule>> all = new TreeMap<>();
        others.forEach(rule -> all.put(rule, Optional.empty()));
        wanted.forEach(rule -> all.put(RuleId.of(rule), Optional.of(rule)));
        List<RuleId> stopped = open.quarantined().stream().map(RuleId::of).toList();
        List<RuleId> gone =
                stopped.stream().filter(rule -> !all.containsKey(rule)).toList();
        all.keySet().removeAll(stopped); // of these only a later version begins again
        List<RuleId> active = open.active().stream().map(RuleId::of).toList();
        List<SpecificRecord> records = new ArrayList<>();
        for (RuleId rule : active) {
            if (!all.containsKey(rule)) {
                records.add(new RuleDeactivated(rule.name(), rule.version(), segment, nextOffset));
            }
        }
        for (RuleId rule : gone) {
            records.add(new RuleDeactivated(rule.name(), rule.version(), segment, nextOffset));
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
        closeBuiltIn();
        operators.close();
    }

    private void closeBuiltIn() {
        if (builtIn != null) {
            builtIn.close();
            builtIn = null;
        }
    }

    /**
     * By definition the state of rules at this place is that of fresh runtimes, fed their look-back: those that stay may stay
     * as they are.
     */
    private void build(List<CompiledRule> wanted) {
        boolean sameBuiltIn = views != null && idsOfBuiltIn(wanted).equals(idsOfBuiltIn(rules));
        rules.clear();
        rules.addAll(wanted);
        haveOperators();
        if (!sameBuiltIn) {
            closeBuiltIn();
            views = new Views(open);
            feedLookBack();
        }
    }

    private static Set<RuleId> idsOfBuiltIn(List<CompiledRule> rules) {
        return rules.stream()
                .filter(rule -> rule.rule().builtIn())
                .map(RuleId::of)
                .collect(Collectors.toSet());
    }

    /** Their own look-back reaches them with the next observation. */
    private void haveOperators() {
        holdsUntilMillis = Long.MIN_VALUE;
        List<CompiledRule> wanted =
                rules.stream().filter(rule -> !rule.rule().builtIn()).toList();
        Map<String, RuleId> before = new HashMap<>(atWork);
        atWork.clear();
        holdMillis.clear();
        terms.clear();
        for (CompiledRule rule : wanted) {
            terms.put(rule.rule().name(), rule.header().terms());
            atWork.put(rule.rule().name(), RuleId.of(rule));
            holdMillis.put(rule.rule().name(), rule.header().hold().toMillis());
        }
        lastRowMillis
                .keySet()
                .removeIf(subject -> !Objects.equals(before.get(subject.rule()), atWork.get(subject.rule())));
        operators.want(wanted);
        operatorsAtWork = !wanted.isEmpty();
    }

    private void feedLookBack() {
        Duration reach =
                lookBack(rules.stream().filter(rule -> rule.rule().builtIn()).toList());
        long placeMillis = nowMillis;
        long placeOffset = nextOffset;
        nowMillis = 0;
        lookBack.read(segment, Instant.ofEpochMilli(placeMillis).minus(reach), placeOffset, record -> {
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

    /** How far before a place a detector with these rules reads the observations again. */
    public static Duration lookBack(Collection<CompiledRule> rules) {
        Duration reach = Duration.ofMillis(WatchedTime.HORIZON_MILLIS);
        for (CompiledRule rule : rules) {
            reach = rule.feed().compareTo(reach) > 0 ? rule.feed() : reach;
        }
        return reach.plus(FedRules.SLACK);
    }

    private void feedHeld(SpecificRecord event, long offset) {
        ensureBuiltIn();
        builtIn.hold(true);
        feed(event, offset);
        builtIn.hold(false);
    }

    private void ensureBuiltIn() {
        if (builtIn == null) {
            List<CompiledRule> ours =
                    rules.stream().filter(rule -> rule.rule().builtIn()).toList();
            builtIn = new SegmentRuntime(true, ours, nowMillis);
        }
    }

    /** Moves the clock, feeds the views of an event, and returns what the built-in rules said of it. */
    private List<Signal> feed(SpecificRecord event, long offset) {
        ensureBuiltIn();
        builtIn.advance(nowMillis);
        views.of(event, offset, nowMillis, builtIn::feed);
        return builtIn.drain();
    }

    /** What operators' rules said of an observation when they were let look ahead. */
    private List<Signal> theirs(long offset) {
        List<Signal> signals = theirs.isEmpty() ? null : theirs.remove(offset);
        if (signals == null) {
            return List.of();
        }
        spoke(signals, nowMillis);
        return signals;
    }

    private void spoke(List<Signal> signals, long atMillis) {
        for (Signal signal : signals) {
            if (holdMillis.containsKey(signal.rule())) {
                lastRowMillis.put(signal.subject(), atMillis);
                holdsUntilMillis = Math.min(holdsUntilMillis, atMillis + holdOf(signal.rule()));
            }
        }
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
        List<Signal.Left> left = new ArrayList<>();
        if (nowMillis > holdsUntilMillis) { // there may be thousands open, and a tick comes every second
            addUnheld(left);
        }
        others.stream()
                .filter(signal -> isTold(signal) && isEndOfHold(signal))
                .forEach(signal -> left.add((Signal.Left) signal));
        left.sort(Comparator.comparing(Signal.Left::subject));
        return left;
    }

    private void addUnheld(List<Signal.Left> left) {
        holdsUntilMillis = Long.MAX_VALUE;
        lastRowMillis.entrySet().removeIf(entry -> {
            long until = entry.getValue() + holdOf(entry.getKey().rule());
            if (nowMillis <= until) {
                holdsUntilMillis = Math.min(holdsUntilMillis, until);
            }
            return nowMillis > until;
        });
        for (DetectionBegan began : open.open()) {
            Subject subject = Subject.of(began);
            reasonToEnd(began, subject)
                    .ifPresent(reason -> left.add(
                            new Signal.Left(began.getRule(), began.getRuleVersion(), subject, List.of(), reason)));
        }
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
            return Optional.of(
                    open.isQuarantined(began.getRule()) ? "the rule was quarantined" : "the rule was retired");
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
