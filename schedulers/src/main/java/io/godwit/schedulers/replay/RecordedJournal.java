package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/**
 * What the journal of one segment says about a stretch of time.
 *
 * @param snapshot parts of the newest whole snapshot that is not younger than the start; empty if none is kept
 * @param taken inputs from there to the end of the stretch, in order
 * @param from offset of the snapshot's first part; 0 where there is none
 * @param to offset after the last of the inputs, or after the snapshot
 */
record RecordedJournal(List<StateSnapshotted> snapshot, List<InputsTaken> taken, long from, long to) {
    private static final Duration TWO_SNAPSHOTS = Duration.ofMinutes(20);

    /** Puts snapshots together of what comes part by part. */
    static final class Parts {
        private final List<StateSnapshotted> parts = new ArrayList<>();

        /** Whether the snapshot is whole with this part. */
        boolean add(StateSnapshotted part) {
            if (part.getPart() == 0) {
                parts.clear();
            }
            parts.add(part);
            return parts.size() == part.getParts();
        }

        List<StateSnapshotted> parts() {
            return List.copyOf(parts);
        }
    }

    static RecordedJournal of(Log log, int segment, Instant from, Instant to) {
        Instant near = from.minus(TWO_SNAPSHOTS);
        long first = near.isBefore(Instant.EPOCH) ? 0 : log.offsetAt(Topic.JOURNAL, segment, near);
        RecordedJournal nearby = read(log, segment, first, from, to);
        boolean old = !nearby.snapshot.isEmpty()
                && !nearby.snapshot.getLast().getLogTime().isAfter(from);
        return old || first == 0 ? nearby : read(log, segment, 0, from, to);
    }

    private static RecordedJournal read(Log log, int segment, long first, Instant from, Instant to) {
        List<StateSnapshotted> newest = new ArrayList<>();
        Parts parts = new Parts();
        List<InputsTaken> taken = new ArrayList<>();
        long[] partsFrom = {0};
        long[] bounds = {0, 0};
        log.scan(List.of(new LogRange(Topic.JOURNAL, segment, first, Long.MAX_VALUE)), record -> {
            switch (read(record)) {
                case StateSnapshotted part -> {
                    partsFrom[0] = part.getPart() == 0 ? record.offset() : partsFrom[0];
                    boolean whole = parts.add(part);
                    if (whole && (newest.isEmpty() || !part.getLogTime().isAfter(from))) {
                        newest.clear();
                        newest.addAll(parts.parts());
                        taken.clear();
                        bounds[0] = partsFrom[0];
                        bounds[1] = record.offset() + 1;
                    }
                }
                case InputsTaken inputs -> {
                    if (inputs.getLogTime().isAfter(to)) {
                        return false;
                    }
                    taken.add(inputs);
                    bounds[1] = record.offset() + 1;
                }
                case null, default -> {} // one that is damaged shows as a difference
            }
            return true;
        });
        return new RecordedJournal(List.copyOf(newest), List.copyOf(taken), bounds[0], bounds[1]);
    }

    /** The state that the snapshot holds; without one, that of a scheduler which has read nothing. */
    SchedulerState state() {
        return state(_ -> true);
    }

    /** The same with some of its entries alone. */
    SchedulerState state(Predicate<String> which) {
        Map<String, byte[]> entries = entries();
        entries.keySet().removeIf(which.negate());
        return SchedulerState.of(entries);
    }

    /** Entries of that state, by key. */
    Map<String, byte[]> entries() {
        Map<String, byte[]> entries = new HashMap<>(); // sorted when the state is made of them
        for (StateSnapshotted part : snapshot) {
            for (StateEntry entry : part.getEntries()) {
                byte[] value = new byte[entry.getValue().remaining()];
                entry.getValue().duplicate().get(value);
                entries.put(entry.getKey(), value);
            }
        }
        return entries;
    }

    /** What a record says; null: it is damaged. */
    static SpecificRecord read(LogRecord record) {
        try {
            return EventCodec.decode(record.value());
        } catch (UnreadableRecord damaged) {
            return null;
        }
    }
}
