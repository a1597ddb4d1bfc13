package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OpenSiteProposal;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * What stood open in one segment a little before a moment, by its scheduler's newest snapshot: a fold that begins where the
 * oldest of it began leaves out nothing that is open.
 *
 * @param oldest log time since which all that is open has begun, and all that came after the snapshot
 * @param requestsTaken offset up to which the scheduler had taken requests; -1: none
 * @param requests requests without an answer, of those taken
 * @param drains requests of those taken by which hosts are drained
 */
record Standing(Instant oldest, long requestsTaken, Set<String> requests, Set<String> drains) {
    /** Nothing is known, so that all has to be read. */
    private static final Standing UNKNOWN = new Standing(Instant.EPOCH, -1, Set.of(), Set.of());

    /** How far back the newest snapshot is looked for, which is written each 10 minutes; after the last one, from the start. */
    private static final List<Duration> LOOK_BACKS =
            List.of(Duration.ofMinutes(12), Duration.ofHours(2), Duration.ofDays(2));

    /** Clocks of brokers may differ, and records of one transaction lie on several. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    /** By segment, at a moment. */
    static List<Standing> of(Log log, Instant moment) {
        List<Snapshot> newest =
                Stream.generate(Snapshot::new).limit(log.segments()).toList();
        search(
                log,
                Topic.JOURNAL,
                moment,
                record -> newest.get(record.segment()).take(record),
                segment -> newest.get(segment).found());
        return newest.stream().map(Standing::of).toList();
    }

    /** Log time since which all detections have begun that were open at a moment, by segment. */
    static List<Instant> detectionsSince(Log log, Instant moment) {
        LogRecord[] newest = new LogRecord[log.segments()];
        search(
                log,
                Topic.DETECTIONS,
                moment,
                record -> {
                    if (is(record, DetectionsCheckpointed.class)) {
                        newest[record.segment()] = record;
                    }
                },
                segment -> newest[segment] != null);
        return Arrays.stream(newest).map(Standing::detectionsSince).toList();
    }

    /** Reads what stands before a moment, further back of the segments alone where the newest is not found. */
    private static void search(Log log, Topic topic, Instant moment, Consumer<LogRecord> taker, IntPredicate found) {
        List<Long> ends = log.offsetsAt(topic, moment.plusMillis(1));
        List<Integer> wanted = IntStream.range(0, log.segments()).boxed().toList();
        for (Duration lookBack : LOOK_BACKS) {
            List<Long> firsts = log.offsetsAt(topic, moment.minus(lookBack));
            scan(log, topic, wanted, firsts, ends, taker);
            wanted = wanted.stream().filter(segment -> !found.test(segment)).toList();
        }
        scan(log, topic, wanted, Collections.nCopies(log.segments(), 0L), ends, taker);
    }

    private static void scan(
            Log log,
            Topic topic,
            List<Integer> segments,
            List<Long> firsts,
            List<Long> ends,
            Consumer<LogRecord> taker) {
        List<LogRange> ranges = segments.stream()
                .map(segment -> new LogRange(topic, segment, firsts.get(segment), ends.get(segment)))
                .toList();
        StateRebuild.read(log, ranges, taker);
    }

    /** The newest one of a segment that is whole, as its parts are read. */
    private static final class Snapshot {
        private final List<LogRecord> parts = new ArrayList<>();
        private List<LogRecord> whole = List.of();
        private boolean damaged;

        void take(LogRecord record) {
            if (damaged || !is(record, StateSnapshotted.class)) {
                return;
            }
            try {
                StateSnapshotted part = EventCodec.decode(record.value(), StateSnapshotted.class);
                if (part.getPart() == 0) {
                    parts.clear();
                }
                parts.add(record);
                if (parts.size() == part.getParts()) {
                    whole = List.copyOf(parts);
                }
            } catch (UnreadableRecord harmed) {
                damaged = true;
            }
        }

        boolean found() {
            return damaged || !whole.isEmpty();
        }
    }

    private static Standing of(Snapshot snapshot) {
        if (snapshot.damaged || snapshot.whole.isEmpty()) {
            return UNKNOWN;
        }
        try {
            return of(snapshot.whole);
        } catch (UnreadableRecord harmed) {
            return UNKNOWN;
        }
    }

    private static Standing of(List<LogRecord> parts) {
        Instant oldest = Instant.ofEpochMilli(parts.getFirst().timestampMillis());
        long requestsTaken = -1;
        Set<String> requests = new HashSet<>();
        Set<String> drains = new HashSet<>();
        for (LogRecord record : parts) {
            StateSnapshotted part = EventCodec.decode(record.value(), StateSnapshotted.class);
            requestsTaken = part.getTaken().stream()
                    .filter(run -> run.getTopic().equals(Topic.REQUESTS.stage()))
                    .mapToLong(run -> run.getToOffset())
                    .findFirst()
                    .orElse(-1);
            for (StateEntry entry : part.getEntries()) {
                String key = entry.getKey();
                switch (key.substring(0, Math.max(0, key.indexOf('/')))) {
                    case "partition" ->
                        oldest = earlier(
                                oldest, decode(entry, OpenPartition.class).getSince());
                    case "lease" -> {
                        HostLease lease = decode(entry, HostLease.class);
                        oldest = lease.getHolder().isEmpty() ? oldest : earlier(oldest, lease.getSince());
                    }
                    case "detection" -> {
                        OpenDetection open = decode(entry, OpenDetection.class);
                        requests.add(open.getBegan().getId()); // a request is noted like a detection
                        oldest = open.getProposal() == null
                                ? oldest
                                : earlier(oldest, open.getBegan().getSince());
                    }
                    case "site-proposal" ->
                        oldest = earlier(
                                oldest, decode(entry, OpenSiteProposal.class).getProposedAt());
                    case "request" -> requests.add(key.substring(key.indexOf('/') + 1));
                    case "drain" -> drains.add(decode(entry, DrainAsked.class).getRequestId());
                    default -> {} // says nothing of what is open
                }
            }
        }
        return new Standing(oldest.minus(SKEW), requestsTaken, requests, drains);
    }

    private static Instant detectionsSince(LogRecord checkpoint) {
        if (checkpoint == null) {
            return Instant.EPOCH;
        }
        try {
            Instant oldest = Instant.ofEpochMilli(checkpoint.timestampMillis());
            for (DetectionBegan began : EventCodec.decode(checkpoint.value(), DetectionsCheckpointed.class)
                    .getOpen()) {
                oldest = earlier(oldest, began.getSince());
            }
            return oldest.minus(SKEW);
        } catch (UnreadableRecord harmed) {
            return Instant.EPOCH;
        }
    }

    private static boolean is(LogRecord record, Class<?> event) {
        return EventCodec.nameOf(record.value())
                .filter(event.getSimpleName()::equals)
                .isPresent();
    }

    private static <T extends SpecificRecord> T decode(StateEntry entry, Class<T> type) {
        byte[] value = new byte[entry.getValue().remaining()];
        entry.getValue().duplicate().get(value);
        return EventCodec.decode(value, type);
    }

    private static Instant earlier(Instant one, Instant other) {
        return other.isBefore(one) ? other : one;
    }
}
