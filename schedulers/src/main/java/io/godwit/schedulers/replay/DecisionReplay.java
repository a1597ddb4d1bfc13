package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schedulers.replay.RecordedJournal.Told;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the scheduler of one segment again: from the newest snapshot before a time, over the inputs in the order that the
 * journal tells. Compares each decision with the recorded one, and its state with each snapshot that it passes, byte for byte.
 */
public final class DecisionReplay {
    /**
     * One side of a difference.
     *
     * @param input the record on which it was decided; empty: it was not
     * @param output the event that was decided as JSON; empty: there is none
     */
    public record Said(Optional<LogRecord> input, Optional<String> output) {}

    /** A decision that is not as recorded. */
    public record Difference(Decision decision, Said recorded, Said replayed) {}

    /**
     * An entry of the state that is not as a snapshot tells it.
     *
     * @param part the record in which the entry stands; where it stands in none, the first of the snapshot
     * @param logTime log time of the snapshot
     * @param key of the entry; empty: the snapshot itself cannot be read
     * @param recorded the entry as JSON; empty: the snapshot has none
     * @param replayed the same of the state that was reached again
     * @param more how many entries differ besides, with greater keys
     */
    public record StateDifference(
            LogRecord part,
            Instant logTime,
            String key,
            Optional<String> recorded,
            Optional<String> replayed,
            int more) {}

    /**
     * What a replay found.
     *
     * @param decisions decisions compared, those between the snapshot and the start of the stretch included
     * @param states snapshots compared
     * @param digest hex digest over the decisions, in order
     * @param state the first difference in a state; decisions are compared beyond it
     * @param otherCode whether other code recorded any of them, so that a difference may be meant
     * @param missing what is not kept any more, in a sentence; empty: all was there
     */
    public record Result(
            long decisions,
            long states,
            String digest,
            Optional<Difference> difference,
            Optional<StateDifference> state,
            boolean otherCode,
            Optional<String> missing) {
        public boolean identical() {
            return difference.isEmpty() && state.isEmpty() && missing.isEmpty();
        }
    }

    private final Log log;
    private final int segment;
    private final String code;
    private final MessageDigest digest;

    private long journalFrom;
    private RecordedInputs recordedInputs;
    private RecordedDecisions recorded;
    private SegmentScheduler scheduler;
    private long decisions;
    private long states;
    private boolean otherCode;
    private final List<Output> snapshot = new ArrayList<>(); // parts of the last one that was taken again in a turn
    private Optional<Difference> difference = Optional.empty();
    private Optional<StateDifference> otherState = Optional.empty();
    private Optional<String> missing = Optional.empty();

    private DecisionReplay(Log log, int segment, String code) {
        this.log = log;
        this.segment = segment;
        this.code = code;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /**
     * Replays one segment.
     *
     * @param from log time from which decisions count; the replay starts at the newest snapshot before it
     * @param to log time up to which inputs are taken
     * @param code digest of the deciding code of this build
     */
    public static Result run(Log log, int segment, Instant from, Instant to, String code) {
        return new DecisionReplay(log, segment, code).run(from, to);
    }

    private Result run(Instant from, Instant to) {
        RecordedJournal journal = RecordedJournal.of(log, segment, from, to);
        if (journal.snapshot().isEmpty()) {
            boolean never = log.end(Topic.JOURNAL, segment) == 0;
            missing = never
                    ? Optional.empty() // a segment without a single input has decided nothing
                    : Optional.of("the journal of segment " + segment + " holds no whole snapshot");
            return result();
        }
        start(journal);
        for (List<Told> told = journal.readStates(); !told.isEmpty() && goesOn(); told = journal.readStates()) {
            List<InputsTaken> taken = told.stream().map(Told::inputs).toList();
            int next = 0;
            while (next < told.size() && goesOn()) {
                int until = recordedInputs.batchEnd(taken, next);
                replay(told.subList(next, until), taken.subList(next, until));
                next = until;
            }
        }
        return result();
    }

    private Result result() {
        return new Result(
                decisions,
                states,
                HexFormat.of().formatHex(digest.digest()),
                difference,
                otherState,
                otherCode,
                missing);
    }

    private boolean goesOn() {
        return difference.isEmpty() && missing.isEmpty();
    }

    private void start(RecordedJournal journal) {
        journalFrom = journal.from();
        recordedInputs = new RecordedInputs(log, segment, journal.snapshot());
        recorded =
                new RecordedDecisions(log, segment, journal.snapshot().getLast().getLogTime());
        scheduler = new SegmentScheduler(journal.state(), segment, log.segments(), new RepairPlanner(), code);
    }

    private void replay(List<Told> batch, List<InputsTaken> taken) {
        Map<Topic, Deque<LogRecord>> inputs = recordedInputs.read(taken);
        missing = recordedInputs.missing();
        if (missing.isPresent()) {
            return;
        }
        for (Told turn : batch) {
            otherCode |= !turn.inputs().getCode().equals(code);
            long firstSequence = scheduler.state().nextSequence();
            take(turn.inputs(), inputs);
            if (difference.isEmpty()) {
                lookForMore(turn.inputs(), firstSequence);
            }
            if (!goesOn()) {
                return;
            }
            compare(turn.snapshot());
        }
    }

    private void take(InputsTaken taken, Map<Topic, Deque<LogRecord>> inputs) {
        snapshot.clear();
        for (InputRun run : taken.getRuns()) {
            Deque<LogRecord> records = inputs.get(RecordedInputs.topicOf(run));
            while (!records.isEmpty() && records.getFirst().offset() <= run.getToOffset()) {
                LogRecord input = records.removeFirst();
                for (Output output : scheduler.take(input).outputs()) {
                    compare(input, output);
                }
                if (difference.isPresent()) {
                    return;
                }
            }
        }
    }

    /** @param parts of a snapshot of the state as it was here; none where none was taken */
    private void compare(List<LogRecord> parts) {
        if (parts.isEmpty() || otherState.isPresent()) {
            return;
        }
        RecordedState was = new RecordedState(parts);
        otherState = was.sameBytes(snapshot) ? Optional.empty() : was.differenceTo(scheduler.state(), otherCode);
        states += otherState.isEmpty() ? 1 : 0;
    }

    private void compare(LogRecord input, Output output) {
        if (output.topic() == Topic.JOURNAL) {
            keep(output);
            return;
        }
        Decision decision = (Decision) output.event()
                .get(output.event().getSchema().getField("decision").pos());
        Optional<LogRecord> was =
                recorded.take(decision.getSequence(), scheduler.state().logTime());
        boolean same = was.isPresent()
                && was.get().topic() == output.topic()
                && was.get().segment() == output.segment()
                && Arrays.equals(was.get().key(), output.key().getBytes(StandardCharsets.UTF_8))
                && EventCodec.same(was.get().value(), output.value());
        if (same) {
            decisions++;
            digest.update(output.value());
        } else {
            differs(
                    decision,
                    was,
                    new Said(Optional.of(input), Optional.of(output.event().toString())));
        }
    }

    private void keep(Output journal) {
        if (journal.event() instanceof StateSnapshotted part) {
            if (part.getPart() == 0) {
                snapshot.clear();
            }
            snapshot.add(journal);
        }
    }

    /** A decision of a turn that was recorded, and is not reached again. */
    private void lookForMore(InputsTaken taken, long firstSequence) {
        SchedulerState state = scheduler.state();
        recorded.left(firstSequence, state.nextSequence(), taken.getNextSequence(), state.logTime())
                .ifPresent(left -> differs(
                        new Decision(segment, DecisionHead.sequenceOf(left.value(), segment)),
                        Optional.of(left),
                        new Said(Optional.empty(), Optional.empty())));
    }

    private void differs(Decision decision, Optional<LogRecord> was, Said replayed) {
        Optional<LogRecord> input = RecordedJournal.inputOf(log, segment, decision.getSequence(), journalFrom);
        Said told = new Said(input, was.map(record -> readable(record.value())));
        difference = Optional.of(new Difference(decision, told, replayed));
    }

    private static String readable(byte[] value) {
        try {
            return EventCodec.decode(value).toString();
        } catch (UnreadableRecord damaged) {
            return damaged.getMessage();
        }
    }
}
