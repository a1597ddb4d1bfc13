package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    static Standing of(Log log, int segment, Instant moment) {
        try {
            return newest(log, Topic.JOURNAL, segment, moment, Standing::newestSnapshot)
                    .map(Standing::of)
                    .orElse(UNKNOWN);
        } catch (UnreadableRecord damaged) {
            return UNKNOWN;
        }
    }

    /** Log time since which all detections of a segment have begun that were open at a moment. */
    static Instant detectionsSince(Log log, int segment, Instant moment) {
        try {
            return newest(log, Topic.DETECTIONS, segment, moment, Standing::newestCheckpoint)
                    .map(Standing::since)
                    .orElse(Instant.EPOCH);
        } catch (UnreadableRecord damaged) {
            return Instant.EPOCH;
        }
    }

    private interface Search<T> {
        Optional<T> in(Log log, LogRange range);
    }

    private static <T> Optional<T> newest(Log log, Topic topic, int segment, Instant moment, Search<T> search) {
        long end = log.offsetAt(topic, segment, moment.plusMillis(1));
        for (Duration lookBack : LOOK_BACKS) {
            Instant from = moment.minus(lookBack);
            if (from.isAfter(Instant.EPOCH)) {
                Optional<T> found =
                        in(log, new LogRange(topic, segment, log.offsetAt(topic, segment, from), end), search);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return in(log, new LogRange(topic, segment, 0, end), search);
    }

    private static <T> Optional<T> in(Log log, LogRange range, Search<T> search) {
        return range.from() < range.to() ? search.in(log, range) : Optional.empty();
    }

    private record Snapshot(Instant appended, List<LogRecord> parts) {}

    /** The newest one that is whole. */
    private static Optional<Snapshot> newestSnapshot(Log log, LogRange range) {
        List<LogRecord> parts = new ArrayList<>();
        List<LogRecord> whole = new ArrayList<>();
        log.scan(List.of(range), record -> {
            if (is(record, StateSnapshotted.class)) {
                StateSnapshotted part = EventCodec.decode(record.value(), StateSnapshotted.class);
                if (part.getPart() == 0) {
                    parts.clear();
                }
                parts.add(record);
                if (parts.size() == part.getParts()) {
                    whole.clear();
                    whole.addAll(parts);
                }
            }
            return true;
        });
        return whole.stream()
                .findFirst()
                .map(first -> new Snapshot(Instant.ofEpochMilli(first.timestampMillis()), List.copyOf(whole)));
    }

    private static Standing of(Snapshot snapshot) {
        Instant oldest = snapshot.appended();
        long requestsTaken = -1;
        Set<String> requests = new HashSet<>();
        Set<String> drains = new HashSet<>();
        for (LogRecord record : snapshot.parts()) {
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
                    case "request" -> requests.add(key.substring(key.indexOf('/') + 1));
                    case "drain" -> drains.add(decode(entry, DrainAsked.class).getRequestId());
                    default -> {} // says nothing of what is open
                }
            }
        }
        return new Standing(oldest.minus(SKEW), requestsTaken, requests, drains);
    }

    private record Checkpoint(Instant appended, LogRecord record) {}

    private static Optional<Checkpoint> newestCheckpoint(Log log, LogRange range) {
        LogRecord[] newest = {null};
        log.scan(List.of(range), record -> {
            newest[0] = is(record, DetectionsCheckpointed.class) ? record : newest[0];
            return true;
        });
        return Optional.ofNullable(newest[0])
                .map(record -> new Checkpoint(Instant.ofEpochMilli(record.timestampMillis()), record));
    }

    private static Instant since(Checkpoint checkpoint) {
        Instant oldest = checkpoint.appended();
        for (DetectionBegan began : EventCodec.decode(checkpoint.record().value(), DetectionsCheckpointed.class)
                .getOpen()) {
            oldest = earlier(oldest, began.getSince());
        }
        return oldest.minus(SKEW);
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
