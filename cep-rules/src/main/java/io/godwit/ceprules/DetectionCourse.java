package io.godwit.ceprules;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.RecordedDetections;
import io.godwit.ceprules.segment.RecordedSignals;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.ceprules.segment.Taken;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * The detectors of all segments as they stood at a moment of a recorded log, which go on from there with other observations
 * than the recorded ones. Rules come and go where they did, but for those that are given instead. Cannot write anything.
 */
public final class DetectionCourse implements AutoCloseable {
    private final List<Segment> segments = new ArrayList<>();
    private final Map<String, CompiledRule> instead = new HashMap<>(); // by name; looked up only
    private final Recorded recorded;

    /**
     * Detections as a log has them of a stretch, for all courses.
     *
     * @param before those that are said of observations before it, by segment
     * @param after those that are said of observations in it, by segment
     */
    private record Stretch(List<List<SpecificRecord>> before, List<List<SpecificRecord>> after, List<Long> firsts) {}

    /** What a log says of detections from a moment on. */
    public static final class Recorded {
        private final Log log;
        private final Instant from;
        private final Stretch stretch;
        private final Map<String, Instant> times = new HashMap<>(); // by what was said; looked up only
        private final Duration usual;

        /** Reads it up to the log's end. */
        public Recorded(Log log, Instant from) {
            this.log = log;
            this.from = from;
            List<List<SpecificRecord>> before = new ArrayList<>();
            List<List<SpecificRecord>> after = new ArrayList<>();
            List<Long> firsts = new ArrayList<>();
            List<Duration> delays = new ArrayList<>();
            for (int segment = 0; segment < log.segments(); segment++) {
                long first = log.offsetAt(Topic.OBSERVATIONS, segment, from.plusMillis(1));
                List<SpecificRecord> earlier = new ArrayList<>();
                List<SpecificRecord> later = new ArrayList<>();
                log.scan(List.of(LogRange.all(Topic.DETECTIONS, segment)), record -> {
                    RecordedDetections.decode(record).ifPresent(event -> {
                        boolean past = RecordedDetections.nextOffsetAfter(event) <= first;
                        if (past && event instanceof DetectionsCheckpointed) {
                            earlier.clear(); // it tells all that stood before it
                        }
                        (past ? earlier : later).add(event);
                        since(event).filter(_ -> !past).ifPresent(since -> {
                            Instant at = Instant.ofEpochMilli(record.timestampMillis());
                            times.putIfAbsent(name(event), at);
                            delays.add(Duration.between(since, at));
                        });
                    });
                    return true;
                });
                before.add(earlier);
                after.add(later);
                firsts.add(first);
            }
            delays.sort(Comparator.naturalOrder());
            this.usual = delays.isEmpty() ? Duration.ZERO : delays.get(delays.size() / 2);
            this.stretch = new Stretch(before, after, firsts);
        }

        private static Optional<Instant> since(SpecificRecord event) {
            return switch (event) {
                case DetectionBegan began -> Optional.of(began.getSince());
                case DetectionEnded ended -> Optional.of(ended.getUntil());
                default -> Optional.empty();
            };
        }

        private static String name(SpecificRecord event) {
            return switch (event) {
                case DetectionBegan began -> "began " + began.getId();
                case DetectionEnded ended -> "ended " + ended.getId() + " " + ended.getUntil();
                default -> "";
            };
        }

        /** Whether it was said of an observation from before, though it stands in the log later. */
        public boolean isEarlier(int segment, SpecificRecord event) {
            return RecordedDetections.nextOffsetAfter(event) <= stretch.firsts().get(segment);
        }

        /** When something that rules say of an observation of a moment stands in the log: as it did, or as usual. */
        public Instant at(SpecificRecord event, Instant observed) {
            Instant at = times.getOrDefault(name(event), observed.plus(usual));
            return at.isBefore(observed) ? observed : at;
        }

        /** Whether the log has a beginning or an end of a detection as well. */
        public boolean has(SpecificRecord event) {
            return times.containsKey(name(event));
        }
    }

    private DetectionCourse(Recorded recorded, List<CompiledRule> instead) {
        this.recorded = recorded;
        instead.forEach(rule -> this.instead.put(rule.rule().name(), rule));
    }

    /**
     * Detectors that go on from where a stretch begins.
     *
     * @param instead rules in place of those of the same names, from the beginning on
     * @param source where operators' rules are at work; used by no other course
     */
    public static DetectionCourse of(
            Recorded recorded, List<CompiledRule> instead, OperatorRules.Source source, Admission admission) {
        DetectionCourse course = new DetectionCourse(recorded, instead);
        for (int segment = 0; segment < recorded.log.segments(); segment++) {
            course.segments.add(course.new Segment(segment, source, admission));
        }
        return course;
    }

    /** Takes the next observation of its segment, and returns the beginnings and ends that are said of it. */
    public List<SpecificRecord> take(LogRecord record, SpecificRecord event) {
        return segments.get(record.segment()).take(record, event);
    }

    /** Rules that this build refuses, so that what they say is taken from the record, a sentence each. */
    public List<String> refused() {
        TreeSet<String> reasons = new TreeSet<>();
        segments.forEach(segment -> reasons.addAll(segment.rules.reasons()));
        return List.copyOf(reasons);
    }

    @Override
    public void close() {
        segments.forEach(segment -> segment.detector.close());
    }

    private final class Segment {
        private final ActiveRules rules;
        private final SegmentDetector detector;
        private final NavigableMap<Long, List<List<SpecificRecord>>> changes;
        private final List<SpecificRecord> after;
        private final List<SpecificRecord> unsaid = new ArrayList<>();
        private RecordedSignals others;

        Segment(int segment, OperatorRules.Source source, Admission admission) {
            OpenDetections open = new OpenDetections(segment);
            recorded.stretch.before().get(segment).forEach(open::evolve);
            rules = new ActiveRules(RuleLog.read(recorded.log), admission);
            open.active().forEach(this::evolve);
            open.quarantined().forEach(this::evolve);
            Place place = new Place(recorded.stretch.firsts().get(segment), recorded.from);
            detector = SegmentDetector.open(segment, open, place, rules.running(), LookBack.of(recorded.log), source);
            after = recorded.stretch.after().get(segment);
            changes = DetectionReplay.changes(after);
            unsaid.addAll(activate());
        }

        private void evolve(SpecificRecord change) {
            String name = switch (change) {
                case RuleActivated on -> on.getRule();
                case RuleDeactivated off -> off.getRule();
                case RuleQuarantined stopped -> stopped.getRule();
                default -> "";
            };
            if (!instead.containsKey(name)) {
                rules.evolve(change);
            }
        }

        private List<CompiledRule> wanted() {
            List<CompiledRule> wanted = new ArrayList<>(rules.running());
            wanted.addAll(instead.values());
            return wanted;
        }

        private List<SpecificRecord> activate() {
            others = new RecordedSignals(after, rules.everRefused());
            return said(detector.activate(wanted(), rules.others()));
        }

        List<SpecificRecord> take(LogRecord record, SpecificRecord event) {
            List<SpecificRecord> said = new ArrayList<>(unsaid);
            unsaid.clear();
            while (!changes.isEmpty() && changes.firstKey() <= record.offset()) {
                changes.pollFirstEntry().getValue().forEach(together -> change(together, said));
            }
            Taken taken = rules.everRefused().isEmpty()
                    ? detector.take(record, event)
                    : detector.take(record, others.at(record.offset()));
            said.addAll(said(taken.records()));
            return said;
        }

        private void change(List<SpecificRecord> together, List<SpecificRecord> said) {
            together.forEach(this::evolve);
            if (together.getFirst() instanceof RuleQuarantined stopped) {
                if (!instead.containsKey(stopped.getRule())) { // was decided once, by what was measured
                    detector.quarantine(stopped);
                }
            } else {
                said.addAll(activate());
            }
        }

        private static List<SpecificRecord> said(List<SpecificRecord> records) {
            return records.stream()
                    .filter(event -> event instanceof DetectionBegan || event instanceof DetectionEnded)
                    .toList();
        }
    }
}
