package io.godwit.ops.incident;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.log.DirectoryLogWriter;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Copies what replays a period out of a log: of each topic and segment a stretch without gaps, which is what replay reads,
 * and single records from before or after it that belong to what was under way. Records keep their offsets.
 */
final class Cut {
    /** What happens at the end of a period is told and answered a little later. */
    private static final Duration AFTER = Duration.ofMinutes(1);

    /** A stretch of offsets, end exclusive; empty where they are equal. */
    private record Stretch(long from, long to, String why) {
        static final Stretch NOTHING = new Stretch(0, 0, "");

        boolean holds(long offset) {
            return offset >= from && offset < to;
        }

        boolean empty() {
            return from >= to;
        }
    }

    private final Period period;
    private final Log log;
    private final DirectoryLogWriter out;
    private final List<Manifest.Slice> slices = new ArrayList<>();
    private final Set<String> underWay = new HashSet<>(); // host partitions
    private final Set<String> commands = new HashSet<>();
    private final Set<String> detections = new HashSet<>();
    private final Map<Integer, NavigableSet<Long>> evidence = new HashMap<>(); // observations, by segment

    private Cut(Period period, DirectoryLogWriter out) {
        this.period = period;
        this.log = period.log();
        this.out = out;
    }

    /** Copies, and returns what was copied, by topic and segment. */
    static List<Manifest.Slice> copy(Period period, DirectoryLogWriter out) {
        Cut cut = new Cut(period, out);
        for (Topic topic : List.of(Topic.INVENTORY, Topic.RULES, Topic.REQUESTS, Topic.ENVIRONMENTS, Topic.CONTROLS)) {
            cut.whole(topic);
        }
        cut.journals();
        cut.findUnderWay();
        cut.partitions();
        cut.commands();
        cut.outcomes();
        cut.detections();
        cut.observations();
        cut.deadLetters();
        return List.copyOf(cut.slices);
    }

    /** What is kept for ever and is little: up to the end of the period, since any part of it may still count. */
    private void whole(Topic topic) {
        for (int segment = 0; segment < log.segments(); segment++) {
            if (wanted(topic, segment)) {
                long to = Math.max(ends(topic, segment), input(topic, segment).to());
                copy(topic, segment, new Stretch(0, to, "all up to the end, as it makes the state"));
            }
        }
    }

    /** Rules stand in every segment alike, and so do controls, which schedulers read each in its own. */
    private boolean wanted(Topic topic, int segment) {
        return switch (topic) {
            case RULES -> segment == 0;
            case CONTROLS -> segment == 0 || period.of(segment).isPresent();
            default -> true;
        };
    }

    private void journals() {
        for (int segment = 0; segment < log.segments(); segment++) {
            Stretch journal = input(Topic.JOURNAL, segment);
            Optional<Instant> since =
                    period.of(segment).flatMap(needs -> needs.decisions().since());
            copy(
                    Topic.JOURNAL,
                    segment,
                    new Stretch(
                            journal.from(),
                            journal.to(),
                            "snapshot of " + since.map(Instant::toString).orElse("nothing")
                                    + " and the inputs taken since"));
        }
    }

    private void observations() {
        for (int segment = 0; segment < log.segments(); segment++) {
            Optional<Period.Needs> needs = period.of(segment);
            NavigableSet<Long> single = evidence.getOrDefault(segment, new TreeSet<>());
            if (needs.isEmpty()) {
                copy(Topic.OBSERVATIONS, segment, Stretch.NOTHING, single);
                continue;
            }
            Instant back = needs.get().detections().observationsFrom();
            Stretch input = input(Topic.OBSERVATIONS, segment);
            long first = log.offsetAt(Topic.OBSERVATIONS, segment, notBefore(back));
            copy(
                    Topic.OBSERVATIONS,
                    segment,
                    new Stretch(
                            input.empty() ? first : Math.min(first, input.from()),
                            Math.max(ends(Topic.OBSERVATIONS, segment), input.to()),
                            "look-back of the rules from "
                                    + (back.equals(Instant.EPOCH) ? "the log's beginning" : back)
                                    + ", what schedulers took since their snapshot, the period, older evidence"),
                    single);
        }
    }

    private void findUnderWay() {
        Instant since = period.since();
        List<LogRange> before = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            before.add(new LogRange(
                    Topic.HOST_PARTITIONS, segment, 0, log.offsetAt(Topic.HOST_PARTITIONS, segment, since)));
        }
        log.scan(before, record -> {
            switch (decode(record)) {
                case PartitionOpened opened -> underWay.add(opened.getPartitionId());
                case PartitionClosed closed -> underWay.remove(closed.getPartitionId());
                case null, default -> {}
            }
            return true;
        });
    }

    private void partitions() {
        for (int segment = 0; segment < log.segments(); segment++) {
            Stretch stretch = decided(Topic.HOST_PARTITIONS, segment);
            copy(Topic.HOST_PARTITIONS, segment, stretch, (record, event) -> {
                boolean wanted = belongs(event);
                if (wanted || stretch.holds(record.offset())) {
                    text(event, "detectionId").ifPresent(detections::add);
                    answers(event);
                }
                return wanted;
            });
        }
    }

    private void commands() {
        for (int segment = 0; segment < log.segments(); segment++) {
            Stretch stretch = decided(Topic.COMMANDS, segment);
            copy(Topic.COMMANDS, segment, stretch, (record, event) -> {
                boolean wanted = belongs(event);
                if (wanted || stretch.holds(record.offset())) {
                    text(event, "commandId").ifPresent(commands::add);
                    text(event, "detectionId").ifPresent(detections::add);
                    answers(event);
                }
                return wanted;
            });
        }
    }

    /** Of a command of the period the end as well, whenever that came. */
    private void outcomes() {
        for (int segment = 0; segment < log.segments(); segment++) {
            copy(
                    Topic.OUTCOMES,
                    segment,
                    period.of(segment).isPresent()
                            ? joined(Topic.OUTCOMES, segment, "outcomes of the period and what schedulers took")
                            : Stretch.NOTHING,
                    (_, event) ->
                            text(event, "commandId").filter(commands::contains).isPresent());
        }
    }

    /** One more than the period has, so that it shows how far cep was. */
    private void detections() {
        for (int segment = 0; segment < log.segments(); segment++) {
            Optional<Period.Needs> needs = period.of(segment);
            Stretch stretch = Stretch.NOTHING;
            if (needs.isPresent()) {
                detections.addAll(needs.get().detections().open());
                Stretch input = input(Topic.DETECTIONS, segment);
                long from = needs.get().detections().detectionsFrom();
                stretch = new Stretch(
                        input.empty() ? from : Math.min(from, input.from()),
                        Math.max(next(Topic.DETECTIONS, segment), input.to()),
                        "checkpoint before the period, what came after it");
            }
            Stretch whole = stretch;
            copy(Topic.DETECTIONS, segment, whole, (record, event) -> {
                boolean wanted = event instanceof RuleActivated
                        || event instanceof RuleDeactivated
                        || text(event, "id").filter(detections::contains).isPresent();
                if ((wanted || whole.holds(record.offset())) && event instanceof DetectionBegan began) {
                    began.getEvidence().forEach(seen -> evidence(seen.getPosition()));
                }
                return wanted;
            });
        }
    }

    /** What a scheduler saw by itself stands in an observation, and in no detection. */
    private void answers(SpecificRecord event) {
        Schema.Field field = event.getSchema().getField("detection");
        if (field != null && event.get(field.pos()) instanceof Position position) {
            evidence(position);
        }
    }

    private void evidence(Position position) {
        if (position.getTopic().equals(Topic.OBSERVATIONS.stage())) {
            evidence.computeIfAbsent(position.getSegment(), _ -> new TreeSet<>())
                    .add(position.getOffset());
        }
    }

    /** Offset after the first record that is later than the period. */
    private long next(Topic topic, int segment) {
        long[] next = {ends(topic, segment)};
        log.scan(List.of(new LogRange(topic, segment, next[0], Long.MAX_VALUE)), record -> {
            next[0] = record.offset() + 1;
            return false;
        });
        return next[0];
    }

    private void deadLetters() {
        for (int segment = 0; segment < log.segments(); segment++) {
            long first = log.offsetAt(Topic.DEAD_LETTERS, segment, notBefore(period.since()));
            copy(
                    Topic.DEAD_LETTERS,
                    segment,
                    new Stretch(first, ends(Topic.DEAD_LETTERS, segment), "what could not be read"));
        }
    }

    /** What a replayed segment's own scheduler took, and what was decided meanwhile where all segments are replayed. */
    private Stretch decided(Topic topic, int segment) {
        return period.of(segment).isPresent()
                ? joined(topic, segment, "decisions since the oldest snapshot, to compare with, and what was under way")
                : Stretch.NOTHING;
    }

    private Stretch joined(Topic topic, int segment, String why) {
        Stretch input = input(topic, segment);
        long first = log.offsetAt(topic, segment, notBefore(period.since()));
        return new Stretch(
                input.empty() ? first : Math.min(first, input.from()), Math.max(ends(topic, segment), input.to()), why);
    }

    private boolean belongs(SpecificRecord event) {
        return compared(event)
                || text(event, "partitionId").filter(underWay::contains).isPresent();
    }

    private boolean compared(SpecificRecord event) {
        Schema.Field field = event.getSchema().getField("decision");
        return field != null
                && event.get(field.pos()) instanceof Decision decision
                && period.compares(decision.getSegment(), decision.getSequence());
    }

    private Stretch input(Topic topic, int segment) {
        return period.of(segment).stream()
                .flatMap(needs -> needs.decisions().ranges().stream())
                .filter(range -> range.topic() == topic)
                .map(range -> new Stretch(range.from(), range.to(), "inputs"))
                .findFirst()
                .orElse(Stretch.NOTHING);
    }

    private long ends(Topic topic, int segment) {
        return log.offsetAt(topic, segment, period.to().plus(AFTER));
    }

    private static Instant notBefore(Instant time) {
        return time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time;
    }

    private void copy(Topic topic, int segment, Stretch stretch) {
        copy(topic, segment, stretch, new TreeSet<>());
    }

    /** @param before offsets of records that are wanted if they stand before the stretch */
    private void copy(Topic topic, int segment, Stretch stretch, NavigableSet<Long> before) {
        List<LogRange> ranges = new ArrayList<>();
        for (long offset : stretch.empty() ? before : before.headSet(stretch.from(), false)) {
            ranges.add(new LogRange(topic, segment, offset, offset + 1));
        }
        ranges.add(new LogRange(topic, segment, stretch.from(), stretch.to()));
        copy(topic, segment, stretch, ranges, null);
    }

    /** @param single tells of a record outside the stretch whether it is wanted, and sees those inside as well */
    private void copy(Topic topic, int segment, Stretch stretch, BiPredicate<LogRecord, SpecificRecord> single) {
        copy(topic, segment, stretch, List.of(LogRange.all(topic, segment)), single);
    }

    private void copy(
            Topic topic,
            int segment,
            Stretch stretch,
            List<LogRange> ranges,
            BiPredicate<LogRecord, SpecificRecord> single) {
        long[] told = {-1, -1, 0, 0}; // first, last, records, bytes
        List<LogRange> filled =
                ranges.stream().filter(range -> range.from() < range.to()).toList();
        filled.forEach(one -> log.scan(
                List.of(one),
                record -> { // one after the other, as they are written in order
                    SpecificRecord event = single == null ? null : decode(record);
                    boolean asked = single == null || (event != null && single.test(record, event));
                    if (asked || stretch.holds(record.offset())) {
                        out.append(record);
                        told[0] = told[2] == 0 ? record.offset() : told[0];
                        told[1] = record.offset();
                        told[2]++;
                        told[3] += length(record.key()) + length(record.value());
                    }
                    return true;
                }));
        if (!stretch.empty()) {
            out.wholeFrom(topic, segment, Math.max(stretch.from(), log.beginning(topic, segment)));
        }
        if (told[2] > 0) {
            slices.add(new Manifest.Slice(
                    topic.stage(),
                    segment,
                    told[0],
                    told[1],
                    told[2],
                    told[3],
                    stretch.empty() ? "what belongs to the replayed segments" : stretch.why()));
        }
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    /** Null for a record that is damaged: it counts where it stands in a stretch. */
    private static SpecificRecord decode(LogRecord record) {
        try {
            return EventCodec.decode(record.value());
        } catch (UnreadableRecord damaged) {
            return null;
        }
    }

    private static Optional<String> text(SpecificRecord event, String field) {
        Schema.Field found = event.getSchema().getField(field);
        return found == null
                ? Optional.empty()
                : Optional.ofNullable(event.get(found.pos())).map(Object::toString);
    }
}
