package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.InputRun;
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
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/**
 * What the journal of one segment says about a stretch of time: the newest whole snapshot that is not younger than its start,
 * and the inputs and snapshots from there to its end, which are read on as they are asked for.
 */
final class RecordedJournal {
    private static final Duration TWO_SNAPSHOTS = Duration.ofMinutes(20);

    /** What the journal says of inputs is held for so many of its records at once, some minutes of a segment. */
    private static final int TOLD_MAX = 2_000;

    private static final String INPUTS = InputsTaken.class.getSimpleName();
    private static final String SNAPSHOT = StateSnapshotted.class.getSimpleName();

    /**
     * Inputs that the journal tells together.
     *
     * @param snapshot parts of the snapshot of the state after them, undecoded; none where it was not told
     */
    record Told(InputsTaken inputs, List<LogRecord> snapshot) {}

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

    private final Log log;
    private final int segment;
    private final Instant to;
    private final List<StateSnapshotted> snapshot;
    private final long from;
    private long next;
    private boolean over;

    private RecordedJournal(Log log, int segment, Instant to, List<StateSnapshotted> snapshot, long from, long next) {
        this.log = log;
        this.segment = segment;
        this.to = to;
        this.snapshot = snapshot;
        this.from = from;
        this.next = next;
        this.over = snapshot.isEmpty();
    }

    static RecordedJournal of(Log log, int segment, Instant from, Instant to) {
        Instant near = from.minus(TWO_SNAPSHOTS);
        long first = near.isBefore(Instant.EPOCH) ? 0 : log.offsetAt(Topic.JOURNAL, segment, near);
        RecordedJournal nearby = at(log, segment, first, from, to);
        boolean old = !nearby.snapshot.isEmpty()
                && !nearby.snapshot.getLast().getLogTime().isAfter(from);
        return old || first == 0 ? nearby : at(log, segment, 0, from, to);
    }

    private static RecordedJournal at(Log log, int segment, long first, Instant from, Instant to) {
        List<StateSnapshotted> newest = new ArrayList<>();
        Parts parts = new Parts();
        long[] partsFrom = {0};
        long[] bounds = {0, 0};
        log.scan(List.of(new LogRange(Topic.JOURNAL, segment, first, Long.MAX_VALUE)), record -> {
            return switch (read(record)) {
                case StateSnapshotted part -> {
                    partsFrom[0] = part.getPart() == 0 ? record.offset() : partsFrom[0];
                    boolean whole = parts.add(part);
                    if (whole && (newest.isEmpty() || !part.getLogTime().isAfter(from))) {
                        newest.clear();
                        newest.addAll(parts.parts());
                        bounds[0] = partsFrom[0];
                        bounds[1] = record.offset() + 1;
                    }
                    yield newest.isEmpty() || !part.getLogTime().isAfter(from);
                }
                case InputsTaken inputs -> {
                    boolean past = !newest.isEmpty() && inputs.getLogTime().isAfter(from);
                    yield !past && !inputs.getLogTime().isAfter(to);
                }
                case null, default -> true; // one that is damaged shows as a difference
            };
        });
        return new RecordedJournal(log, segment, to, List.copyOf(newest), bounds[0], bounds[1]);
    }

    /** Parts of the snapshot; empty if none is kept. */
    List<StateSnapshotted> snapshot() {
        return snapshot;
    }

    /** Offset of the snapshot's first part; 0 where there is none. */
    long from() {
        return from;
    }

    /** Offset after the last of what was read, or after the snapshot. */
    long next() {
        return next;
    }

    /** The next inputs, in order; empty after the last of the stretch. */
    List<InputsTaken> read() {
        return readStates().stream().map(Told::inputs).toList();
    }

    /** The same with the snapshots that stand between them. */
    List<Told> readStates() {
        List<Told> told = new ArrayList<>();
        while (told.isEmpty() && !over) {
            over = true;
            log.scan(List.of(new LogRange(Topic.JOURNAL, segment, next, Long.MAX_VALUE)), record -> {
                if (isOf(INPUTS, record) && read(record) instanceof InputsTaken inputs) {
                    over = told.size() < TOLD_MAX;
                    if (!over || inputs.getLogTime().isAfter(to)) {
                        return false;
                    }
                    told.add(new Told(inputs, new ArrayList<>(0)));
                    next = record.offset() + 1;
                } else if (isOf(SNAPSHOT, record) && !told.isEmpty()) {
                    told.getLast().snapshot().add(record);
                    next = record.offset() + 1;
                }
                return true;
            });
        }
        return told;
    }

    /** All inputs that were not read yet, of a stretch that is known to be short. */
    List<InputsTaken> rest() {
        List<InputsTaken> rest = new ArrayList<>();
        for (List<InputsTaken> told = read(); !told.isEmpty(); told = read()) {
            rest.addAll(told);
        }
        return rest;
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

    /**
     * The input on which a decision was made, as all decisions of an InputsTaken rest on the last of its inputs; empty where the
     * journal does not tell, or the input is not kept.
     *
     * @param from offset of the journal from which it is looked for
     */
    static Optional<LogRecord> inputOf(Log log, int segment, long sequence, long from) {
        List<InputRun> last = new ArrayList<>();
        log.scan(List.of(new LogRange(Topic.JOURNAL, segment, from, Long.MAX_VALUE)), record -> {
            if (isOf(INPUTS, record) && read(record) instanceof InputsTaken inputs) {
                boolean there = sequence >= inputs.getFirstSequence() && sequence < inputs.getNextSequence();
                if (there && !inputs.getRuns().isEmpty()) {
                    last.add(inputs.getRuns().getLast());
                }
                return sequence >= inputs.getNextSequence();
            }
            return true;
        });
        return last.stream()
                .findFirst()
                .flatMap(run -> log.at(RecordedInputs.topicOf(run), segment, run.getToOffset()));
    }

    private static boolean isOf(String name, LogRecord record) {
        return EventCodec.nameOf(record.value()).filter(name::equals).isPresent();
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
