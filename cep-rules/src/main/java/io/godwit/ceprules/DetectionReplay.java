package io.godwit.ceprules;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.RecordedDetections;
import io.godwit.ceprules.segment.RecordedSignals;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.ceprules.segment.Stretches;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Draws the detections of a part of the log again, with one detector that is never stopped, and compares them byte for byte
 * with those that stand in the log. Which rules were active where is taken from the log. Cannot write anything.
 */
public final class DetectionReplay {
    /** Detections are looked for so far back at first. */
    private static final Duration TWO_CHECKPOINTS = Duration.ofMinutes(20);

    private static final String CHECKPOINT = DetectionsCheckpointed.class.getSimpleName();

    private DetectionReplay() {}

    /** A record of the detections topic of one segment, and the observation after which it was written. */
    public record Said(long nextObservation, SpecificRecord event) {
        static Said of(SpecificRecord event) {
            return new Said(RecordedDetections.nextOffsetAfter(event), event);
        }

        byte[] bytes() {
            return EventCodec.encode(event);
        }
    }

    /**
     * The first place where the two differ.
     *
     * @param index number of the record within the replayed part, from 0
     */
    public record Difference(int segment, int index, Optional<Said> recorded, Optional<Said> replayed) {}

    /**
     * What came of it.
     *
     * @param said how many records the detector said
     * @param detections how many detections began in them
     * @param digest SHA-256 over the replayed records, in hex
     * @param lookBackWhole false where the log does not reach back far enough for the rules; differences then mean nothing
     * @param refused rule versions that were active and that this build refuses, a sentence each; what they said is taken from
     *     the record, and the other rules are drawn again
     */
    public record Result(
            int segment,
            int said,
            int detections,
            String digest,
            boolean lookBackWhole,
            List<String> refused,
            Optional<Difference> difference) {}

    /**
     * What a replay of a stretch reads of one segment.
     *
     * @param detectionsFrom offset of the checkpoint that it begins with; 0 where it begins with the log
     * @param observationsFrom log time from which it reads observations, look-backs included; the epoch for all
     * @param open ids of the detections that stand open where it begins
     */
    public record Needs(long detectionsFrom, Instant observationsFrom, List<String> open) {}

    /** What a replay of the observations from an offset on needs, whichever rules come up until the end of the log. */
    public static Needs needs(Log log, RuleBook book, int segment, long from, Admission admission) {
        List<SpecificRecord> recorded = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        log.scan(List.of(LogRange.all(Topic.DETECTIONS, segment)), record -> {
            RecordedDetections.decode(record).ifPresent(event -> {
                recorded.add(event);
                offsets.add(record.offset());
            });
            return true;
        });
        int start = startIndex(recorded, Math.max(from, log.beginning(Topic.OBSERVATIONS, segment)));
        if (start == 0) {
            return new Needs(0, Instant.EPOCH, List.of());
        }
        DetectionsCheckpointed checkpoint = (DetectionsCheckpointed) recorded.get(start - 1);
        ActiveRules rules = new ActiveRules(book, admission);
        List<CompiledRule> ever = new ArrayList<>();
        Stream.concat(checkpoint.getActive().stream(), recorded.stream().skip(start))
                .filter(event -> event instanceof RuleActivated)
                .forEach(event -> {
                    rules.evolve(event);
                    ever.addAll(rules.running());
                });
        return new Needs(
                offsets.get(start - 1),
                checkpoint.getLogTime().minus(SegmentDetector.lookBack(ever)),
                checkpoint.getOpen().stream().map(DetectionBegan::getId).toList());
    }

    /** All observations below this offset were taken when the last record of a segment was written; 0 where none was. */
    public static long saidUpTo(Log log, int segment) {
        long[] next = {0};
        log.scan(List.of(LogRange.all(Topic.DETECTIONS, segment)), record -> {
            RecordedDetections.decode(record).ifPresent(event -> next[0] = RecordedDetections.nextOffsetAfter(event));
            return true;
        });
        return next[0];
    }

    /**
     * Replays the observations [from, to) of a segment.
     *
     * @param to end offset, exclusive; give what cep has committed ({@link CepService#committed}), since what it has not
     *     taken yet can stand in no record; Long.MAX_VALUE for the end of the log, once cep has taken all of it
     */
    public static Result run(Log log, int segment, long from, long to) {
        return run(log, RuleLog.read(log), segment, from, to);
    }

    /** The same with the rules of the log, for callers that replay several segments. */
    public static Result run(Log log, RuleBook book, int segment, long from, long to) {
        return run(log, book, segment, from, to, OperatorRules.HERE);
    }

    /** The same with operators' rules at work where the caller wants them. */
    public static Result run(Log log, RuleBook book, int segment, long from, long to, OperatorRules.Source source) {
        return run(log, book, segment, from, to, source, Admission.HERE);
    }

    /** What is said again, for callers that look at it; what the log says is not compared. */
    public static List<Said> said(
            Log log, RuleBook book, int segment, long from, long to, OperatorRules.Source source, Admission admission) {
        List<Said> said = new ArrayList<>();
        Result _ = run(log, book, segment, from, to, source, admission, said::add);
        return said;
    }

    /** The same with rules looked through where the caller wants it. */
    public static Result run(
            Log log, RuleBook book, int segment, long from, long to, OperatorRules.Source source, Admission admission) {
        return run(log, book, segment, from, to, source, admission, _ -> {});
    }

    private static Result run(
            Log log,
            RuleBook book,
            int segment,
            long from,
            long to,
            OperatorRules.Source source,
            Admission admission,
            Consumer<Said> listener) {
        long beginning = log.beginning(Topic.OBSERVATIONS, segment);
        OptionalLong checkpoint = checkpoint(log, segment, Math.max(from, beginning));
        List<SpecificRecord> after = events(log, segment, checkpoint.orElse(0), to);
        OpenDetections open = new OpenDetections(segment);
        Place place = new Place(beginning, Instant.EPOCH);
        if (checkpoint.isPresent()) {
            DetectionsCheckpointed start = (DetectionsCheckpointed) after.removeFirst();
            open.evolve(start);
            place = placeOf(start);
        }
        boolean whole = beginning == 0 || place.nextOffset() > beginning;
        ActiveRules rules = new ActiveRules(book, admission);
        open.active().forEach(rules::evolve);
        open.quarantined().forEach(rules::evolve);
        Comparison comparison = new Comparison(
                segment,
                after.stream()
                        .map(Said::of)
                        .filter(one -> within(one, from, to))
                        .toList());
        replay(log, segment, open, place, to, after, rules, source, one -> {
            if (within(one, from, to)) {
                comparison.add(one);
                listener.accept(one);
            }
        });
        return new Result(
                segment,
                comparison.said,
                comparison.began,
                HexFormat.of().formatHex(comparison.digest.digest()),
                whole,
                rules.reasons(),
                comparison.difference());
    }

    /** Offset of the last checkpoint that stands before the replayed part; empty to begin with the log. */
    private static OptionalLong checkpoint(Log log, int segment, long from) {
        Instant[] near = {Instant.EPOCH};
        log.scan(List.of(new LogRange(Topic.OBSERVATIONS, segment, from, Long.MAX_VALUE)), record -> {
            near[0] = Instant.ofEpochMilli(record.timestampMillis()).minus(TWO_CHECKPOINTS);
            return false;
        });
        long first = near[0].isAfter(Instant.EPOCH) ? log.offsetAt(Topic.DETECTIONS, segment, near[0]) : 0;
        OptionalLong nearby = checkpoint(log, segment, from, first);
        return nearby.isPresent() || first == 0 ? nearby : checkpoint(log, segment, from, 0);
    }

    private static OptionalLong checkpoint(Log log, int segment, long from, long first) {
        long[] found = {-1};
        log.scan(List.of(new LogRange(Topic.DETECTIONS, segment, first, Long.MAX_VALUE)), record -> {
            boolean before = true;
            if (EventCodec.nameOf(record.value()).filter(CHECKPOINT::equals).isPresent()
                    && RecordedDetections.decode(record).orElse(null) instanceof DetectionsCheckpointed checkpoint) {
                before = checkpoint.getObservationOffset() < from;
                found[0] = before ? record.offset() : found[0];
            }
            return before;
        });
        return found[0] < 0 ? OptionalLong.empty() : OptionalLong.of(found[0]);
    }

    /** What stands in the log from an offset on, up to the first checkpoint that lies beyond an observation. */
    private static List<SpecificRecord> events(Log log, int segment, long first, long to) {
        List<SpecificRecord> recorded = new ArrayList<>();
        log.scan(List.of(new LogRange(Topic.DETECTIONS, segment, first, Long.MAX_VALUE)), record -> {
            Optional<SpecificRecord> event = RecordedDetections.decode(record);
            event.ifPresent(recorded::add);
            return !(event.orElse(null) instanceof DetectionsCheckpointed checkpoint
                    && checkpoint.getObservationOffset() > to);
        });
        return recorded;
    }

    /** Compares what is said again with what was recorded, one by one, so that nothing of it is held. */
    private static final class Comparison {
        private final int segment;
        private final List<Said> recorded;
        private final MessageDigest digest;
        private int said;
        private int began;
        private Optional<Difference> difference = Optional.empty();

        private Comparison(int segment, List<Said> recorded) {
            this.segment = segment;
            this.recorded = recorded;
            try {
                this.digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        private void add(Said replayed) {
            byte[] bytes = replayed.bytes();
            digest.update(bytes);
            began += replayed.event() instanceof DetectionBegan ? 1 : 0;
            Optional<Said> was = said < recorded.size() ? Optional.of(recorded.get(said)) : Optional.empty();
            boolean same = was.isPresent() && Arrays.equals(was.get().bytes(), bytes);
            if (!same && difference.isEmpty()) {
                difference = Optional.of(new Difference(segment, said, was, Optional.of(replayed)));
            }
            said++;
        }

        /** The first one, once all is said. */
        private Optional<Difference> difference() {
            return difference.isPresent() || said >= recorded.size()
                    ? difference
                    : Optional.of(new Difference(segment, said, Optional.of(recorded.get(said)), Optional.empty()));
        }
    }

    /** Index after the last checkpoint that stands before the replayed part; 0 to begin with the log. */
    private static int startIndex(List<SpecificRecord> recorded, long from) {
        int start = 0;
        for (int i = 0; i < recorded.size(); i++) {
            if (recorded.get(i) instanceof DetectionsCheckpointed checkpoint
                    && checkpoint.getObservationOffset() < from) {
                start = i + 1;
            }
        }
        return start;
    }

    private static Place placeOf(DetectionsCheckpointed checkpoint) {
        return new Place(checkpoint.getObservationOffset(), checkpoint.getLogTime());
    }

    /**
     * What became of rules from which observation on, in the order of the observations; what was written at once, which a
     * checkpoint ends, stands together, and each quarantine alone.
     */
    static NavigableMap<Long, List<List<SpecificRecord>>> changes(List<SpecificRecord> recorded) {
        TreeMap<Long, List<List<SpecificRecord>>> changes = new TreeMap<>();
        List<SpecificRecord> together = List.of();
        for (SpecificRecord record : recorded) {
            boolean ofRules = record instanceof RuleActivated || record instanceof RuleDeactivated;
            boolean quarantine = record instanceof RuleQuarantined;
            if (!ofRules || together.isEmpty()) {
                together = new ArrayList<>();
            }
            if (ofRules || quarantine) {
                if (together.isEmpty()) {
                    changes.computeIfAbsent(RecordedDetections.nextOffsetAfter(record), _ -> new ArrayList<>())
                            .add(together);
                }
                together.add(record);
            }
            if (quarantine) {
                together = List.of();
            }
        }
        return changes;
    }

    private static void replay(
            Log log,
            int segment,
            OpenDetections open,
            Place place,
            long to,
            List<SpecificRecord> recorded,
            ActiveRules rules,
            OperatorRules.Source source,
            Consumer<Said> into) {
        NavigableMap<Long, List<List<SpecificRecord>>> changes = changes(recorded);
        RecordedSignals[] others = {new RecordedSignals(recorded, rules.everRefused())};
        long end = Math.min(to, log.end(Topic.OBSERVATIONS, segment));
        try (SegmentDetector detector =
                SegmentDetector.open(segment, open, place, rules.running(), LookBack.of(log), source)) {
            detector.activate(rules.running(), rules.others()); // they are active already: nothing is said of it
            long next = place.nextOffset();
            while (true) {
                Map.Entry<Long, List<List<SpecificRecord>>> change = changes.firstEntry();
                long stop = change == null ? end : Math.min(end, Math.max(next, change.getKey()));
                if (next < stop) {
                    detector.readLookBack();
                    Stretches stretches = new Stretches(
                            detector,
                            record -> others[0].at(record.offset()),
                            (_, taken) -> taken.records().forEach(event -> into.accept(Said.of(event))));
                    log.scan(List.of(new LogRange(Topic.OBSERVATIONS, segment, next, stop)), record -> {
                        stretches.add(record);
                        return true;
                    });
                    stretches.flush();
                    next = stop;
                }
                if (change == null || change.getKey() > end) {
                    return;
                }
                changes.pollFirstEntry();
                for (List<SpecificRecord> together : change.getValue()) {
                    together.forEach(rules::evolve);
                    if (together.getFirst()
                            instanceof RuleQuarantined stopped) { // was decided once, by what was measured
                        detector.quarantine(stopped);
                        into.accept(Said.of(stopped));
                    } else {
                        others[0] = new RecordedSignals(recorded, rules.everRefused());
                        detector.activate(rules.running(), rules.others())
                                .forEach(event -> into.accept(Said.of(event)));
                    }
                }
            }
        }
    }

    /** A record belongs to the observation that it rests on; what concerns the rules to the first that they count for. */
    private static boolean within(Said said, long from, long to) {
        boolean detection = said.event() instanceof DetectionBegan || said.event() instanceof DetectionEnded;
        long at = detection ? said.nextObservation() - 1 : said.nextObservation();
        return at >= from && (detection ? at < to : at <= to);
    }

    /** What stands in the log of one segment within the same bounds, for listings. */
    public static List<Said> recorded(Log log, int segment, long from, long to) {
        List<Said> said = new ArrayList<>();
        log.scan(List.of(LogRange.all(Topic.DETECTIONS, segment)), record -> {
            RecordedDetections.decode(record)
                    .map(Said::of)
                    .filter(one -> within(one, from, to))
                    .ifPresent(said::add);
            return true;
        });
        return List.copyOf(said);
    }
}
