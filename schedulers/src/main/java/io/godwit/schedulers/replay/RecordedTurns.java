package io.godwit.schedulers.replay;

import io.godwit.schedulers.kafka.SchedulerTopology;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The turns of one segment's scheduler as its journal tells them: which input it took, and which decisions it made on that,
 * input by input. Nothing is decided again, so it does not matter which code decided. The journal is told of each turn that
 * has decisions before the next input is taken, so all decisions of an InputsTaken rest on the last of its inputs.
 */
public final class RecordedTurns {
    /** Records of the journal that are read at once, so that a long one fits into memory. */
    private static final int TOLD_MAX = 20_000;

    /** Inputs that are read at once, beside whatever the reader holds. */
    private static final long INPUTS_MAX = 50_000;

    /** Is told of the turns, in order. */
    public interface Reader {
        /** A part of the state with which the reading begins. */
        void began(StateSnapshotted part);

        void took(LogRecord input);

        /**
         * What was decided on the input that was taken last: numbers from the first up to the next.
         *
         * @return false ends the reading
         */
        boolean decided(long firstSequence, long nextSequence);
    }

    /**
     * How far it went.
     *
     * @param from log time of the state with which it began, EPOCH for the beginning of the log; empty: there is none
     * @param nextSequence number of the first decision that was not read
     * @param missing what is lacking in the log, in a sentence; empty: nothing is
     */
    public record Read(Optional<Instant> from, long nextSequence, Optional<String> missing) {}

    private record Start(List<StateSnapshotted> snapshot, long next) {}

    private final Log log;
    private final int segment;
    private final long journalEnd;
    private final Reader reader;

    private long nextSequence;
    private boolean over;
    private Optional<String> missing = Optional.empty();

    private RecordedTurns(Log log, int segment, long journalEnd, Reader reader) {
        this.log = log;
        this.segment = segment;
        this.journalEnd = journalEnd;
        this.reader = reader;
    }

    /**
     * Reads from the oldest snapshot on after which all inputs are kept.
     *
     * @param journalEnd offset of the journal up to which it is read
     */
    public static Read read(Log log, int segment, long journalEnd, Reader reader) {
        return new RecordedTurns(log, segment, journalEnd, reader).read();
    }

    private Read read() {
        Optional<Start> start = start();
        if (start.isEmpty()) {
            boolean never = journalEnd == 0; // a segment without a single input has decided nothing
            return new Read(
                    Optional.empty(),
                    0,
                    never
                            ? Optional.empty()
                            : Optional.of("the journal of segment " + segment
                                    + " holds no whole snapshot after which all inputs are kept"));
        }
        List<StateSnapshotted> snapshot = start.get().snapshot();
        snapshot.forEach(reader::began);
        nextSequence = snapshot.getLast().getNextSequence();
        RecordedInputs inputs = new RecordedInputs(log, segment, snapshot);
        long next = start.get().next();
        while (next < journalEnd && !over) {
            List<InputsTaken> told = new ArrayList<>();
            next = told(next, told);
            turns(told, inputs);
        }
        return new Read(Optional.of(snapshot.getLast().getLogTime()), nextSequence, missing);
    }

    private Optional<Start> start() {
        RecordedJournal.Parts parts = new RecordedJournal.Parts();
        List<Start> found = new ArrayList<>();
        log.scan(List.of(new LogRange(Topic.JOURNAL, segment, firstToLookAt(), journalEnd)), record -> {
            boolean whole = RecordedJournal.read(record) instanceof StateSnapshotted part && parts.add(part);
            if (whole && new RecordedInputs(log, segment, parts.parts()).kept(SchedulerTopology.INPUTS)) {
                found.add(new Start(parts.parts(), record.offset() + 1));
            }
            return found.isEmpty();
        });
        return found.stream().findFirst();
    }

    /** A snapshot that is older than the oldest observation lacks inputs, so the journal is not read from there. */
    private long firstToLookAt() {
        long beginning = log.beginning(Topic.OBSERVATIONS, segment);
        return beginning == 0
                ? 0
                : log.at(Topic.OBSERVATIONS, segment, beginning)
                        .map(oldest ->
                                log.offsetAt(Topic.JOURNAL, segment, Instant.ofEpochMilli(oldest.timestampMillis())))
                        .orElse(0L);
    }

    /** Reads some of the journal; returns the offset after it. */
    private long told(long from, List<InputsTaken> told) {
        long[] next = {journalEnd};
        log.scan(List.of(new LogRange(Topic.JOURNAL, segment, from, journalEnd)), record -> {
            if (RecordedJournal.read(record) instanceof InputsTaken inputs) {
                told.add(inputs);
            }
            if (told.size() == TOLD_MAX) {
                next[0] = record.offset() + 1;
                return false;
            }
            return true;
        });
        return next[0];
    }

    private void turns(List<InputsTaken> told, RecordedInputs inputs) {
        int next = 0;
        while (next < told.size() && !over) {
            int until = inputs.batchEnd(told, next, INPUTS_MAX);
            List<InputsTaken> batch = told.subList(next, until);
            Map<Topic, Deque<LogRecord>> records = inputs.read(batch);
            inputs.missing().ifPresent(this::ends);
            for (InputsTaken turn : batch) {
                if (!over) {
                    turn(turn, records);
                }
            }
            next = until;
        }
    }

    private void turn(InputsTaken taken, Map<Topic, Deque<LogRecord>> records) {
        if (taken.getFirstSequence() != nextSequence) {
            ends("the journal of segment %d says nothing of decision %d, as one of its records is damaged"
                    .formatted(segment, nextSequence));
            return;
        }
        for (InputRun run : taken.getRuns()) {
            Deque<LogRecord> ofTopic = records.get(RecordedInputs.topicOf(run));
            while (!ofTopic.isEmpty() && ofTopic.getFirst().offset() <= run.getToOffset()) {
                reader.took(ofTopic.removeFirst());
            }
        }
        over = !reader.decided(taken.getFirstSequence(), taken.getNextSequence());
        nextSequence = over ? nextSequence : taken.getNextSequence();
    }

    private void ends(String why) {
        missing = Optional.of(why);
        over = true;
    }
}
