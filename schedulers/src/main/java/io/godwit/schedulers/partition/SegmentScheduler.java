package io.godwit.schedulers.partition;

import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;

/**
 * The scheduler of one segment: takes one input after the other, and says what to append. Everything that it decides
 * depends on the state and the inputs alone, so a replay of the journal decides the same. Not safe for use by several
 * threads.
 */
public final class SegmentScheduler {
    private final SchedulerState state;
    private final int segment;
    private final int segments;
    private final Planner planner;
    private final Journal journal;

    /**
     * @param segments number of segments of the site
     * @param code digest of the deciding code, for the journal
     */
    public SegmentScheduler(SchedulerState state, int segment, int segments, Planner planner, String code) {
        this.state = state;
        this.segment = segment;
        this.segments = segments;
        this.planner = planner;
        this.journal = new Journal(segment, code);
    }

    /** Takes the next input of this segment; one that was taken already leads to nothing. */
    public Taken take(LogRecord record) {
        return take(record, () -> EventCodec.decode(record.value()));
    }

    /** Takes the next input, which was decoded before. */
    public Taken take(LogRecord record, SpecificRecord event) {
        return take(record, () -> event);
    }

    private Taken take(LogRecord record, Supplier<SpecificRecord> decoded) {
        if (record.segment() != segment) {
            throw new BrokenLog(
                    "the scheduler of segment " + segment + " was given a record of segment " + record.segment());
        }
        if (state.hasTaken(record.topic(), record.offset())) {
            return new Taken(List.of(), Optional.empty(), List.of());
        }
        List<Output> outputs = new ArrayList<>();
        if (state.hasTakenNothing()) {
            outputs.addAll(journal.snapshot(state)); // replay may start at the very beginning
        }
        long firstSequence = state.nextSequence();
        state.take(record.topic(), record.offset(), Instant.ofEpochMilli(record.timestampMillis()));
        Turn turn = new Turn(state, segment, segments);
        Optional<String> unreadable = Optional.empty();
        boolean tick = false;
        try {
            SpecificRecord event = decoded.get();
            tick = event instanceof Tick;
            new Reactions(turn, planner).to(record, event);
        } catch (UnreadableRecord | Unusable unfit) {
            unreadable = Optional.of(unfit.getMessage());
        }
        outputs.addAll(turn.outputs());
        if (!turn.outputs().isEmpty() || tick || journal.due(state)) {
            outputs.add(journal.inputsTaken(state, firstSequence, turn.outputs()));
        }
        if (tick && journal.snapshotDue(state)) {
            outputs.addAll(journal.snapshot(state));
        }
        return new Taken(outputs, unreadable, turn.jobs());
    }

    /** Why VMs may not leave a host of the segment now, by VM. Those that may are left out. */
    public SortedMap<String, Staying> staying(String hostId) {
        return state.sample(hostId) == null
                ? new TreeMap<>()
                : new Room(new Turn(state, segment, segments)).staying(hostId);
    }

    /** Lets somebody see what the next inputs read and change of the state. */
    public void watch(StateWatch by) {
        state.watch(by);
    }

    /** Goes on from a number and a time that the journal tells, where inputs before were left out. */
    public void goOn(long sequence, Instant logTime) {
        state.goOn(sequence, logTime);
    }

    public SchedulerState state() {
        return state;
    }
}
