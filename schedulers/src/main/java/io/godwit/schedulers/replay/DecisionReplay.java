package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the scheduler of one segment again: from the newest snapshot before a time, over the inputs in the order that the
 * journal tells, and compares each decision with the recorded one, byte for byte.
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
     * What a replay found.
     *
     * @param decisions decisions compared, those between the snapshot and the start of the stretch included
     * @param digest hex digest over them, in order
     * @param otherCode whether other code recorded any of them, so that a difference may be meant
     * @param missing what is not kept any more, in a sentence; empty: all was there
     */
    public record Result(
            long decisions,
            String digest,
            Optional<Difference> difference,
            boolean otherCode,
            Optional<String> missing) {
        public boolean identical() {
            return difference.isEmpty() && missing.isEmpty();
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
    private Optional<Difference> difference = Optional.empty();
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
            return new Result(
                    0,
                    hex(),
                    Optional.empty(),
                    false,
                    never
                            ? Optional.empty() // a segment without a single input has decided nothing
                            : Optional.of("the journal of segment " + segment + " holds no whole snapshot"));
        }
        start(journal);
        boolean otherCode = false;
        for (List<InputsTaken> told = journal.read(); !told.isEmpty() && goesOn(); told = journal.read()) {
            int next = 0;
            while (next < told.size() && goesOn()) {
                int until = recordedInputs.batchEnd(told, next);
                List<InputsTaken> batch = told.subList(next, until);
                otherCode |= batch.stream().anyMatch(inputs -> !inputs.getCode().equals(code));
                replay(batch);
                next = until;
            }
        }
        return new Result(decisions, hex(), difference, otherCode, missing);
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

    private void replay(List<InputsTaken> batch) {
        Map<Topic, Deque<LogRecord>> inputs = recordedInputs.read(batch);
        missing = recordedInputs.missing();
        for (InputsTaken taken : batch) {
            long firstSequence = scheduler.state().nextSequence();
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
            lookForMore(taken, firstSequence);
            if (!goesOn()) {
                return;
            }
        }
    }

    private void compare(LogRecord input, Output output) {
        if (output.topic() == Topic.JOURNAL) {
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
                && Arrays.equals(was.get().value(), output.value());
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

    private String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
