package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides a stretch of one segment once more, and hands over what is decided beside what stands in the log, whether or not
 * the two are the same: for a log whose records were rewritten. Cannot write anything.
 */
public final class DecisionsAgain {
    /** Sees a decision of the log and the one made now. */
    public interface Reader {
        /** False ends it, as what follows would rest on a difference. */
        boolean decided(LogRecord recorded, Output now);
    }

    private DecisionsAgain() {}

    /** @param to log time up to which inputs are taken */
    public static void run(Log log, int segment, Instant from, Instant to, String code, Reader reader) {
        RecordedJournal journal = RecordedJournal.of(log, segment, from, to);
        if (journal.snapshot().isEmpty()) {
            return;
        }
        RecordedInputs inputs = new RecordedInputs(log, segment, journal.snapshot());
        RecordedDecisions recorded =
                new RecordedDecisions(log, segment, journal.snapshot().getLast().getLogTime());
        SegmentScheduler scheduler =
                new SegmentScheduler(journal.state(), segment, log.segments(), new RepairPlanner(), code);
        for (List<InputsTaken> told = journal.read(); !told.isEmpty(); told = journal.read()) {
            int next = 0;
            while (next < told.size()) {
                int until = inputs.batchEnd(told, next);
                List<InputsTaken> batch = told.subList(next, until);
                Map<Topic, Deque<LogRecord>> records = inputs.read(batch);
                if (inputs.missing().isPresent() || !turns(batch, records, scheduler, recorded, reader)) {
                    return;
                }
                next = until;
            }
        }
    }

    private static boolean turns(
            List<InputsTaken> batch,
            Map<Topic, Deque<LogRecord>> records,
            SegmentScheduler scheduler,
            RecordedDecisions recorded,
            Reader reader) {
        for (InputsTaken taken : batch) {
            for (InputRun run : taken.getRuns()) {
                Deque<LogRecord> ofTopic = records.get(RecordedInputs.topicOf(run));
                while (!ofTopic.isEmpty() && ofTopic.getFirst().offset() <= run.getToOffset()) {
                    for (Output output : scheduler.take(ofTopic.removeFirst()).outputs()) {
                        if (output.topic() != Topic.JOURNAL && !told(output, scheduler, recorded, reader)) {
                            return false;
                        }
                    }
                }
            }
            recorded.forgetBelow(scheduler.state().nextSequence());
        }
        return true;
    }

    private static boolean told(Output output, SegmentScheduler scheduler, RecordedDecisions recorded, Reader reader) {
        Decision decision = (Decision) output.event()
                .get(output.event().getSchema().getField("decision").pos());
        Optional<LogRecord> was =
                recorded.take(decision.getSequence(), scheduler.state().logTime());
        return was.isPresent() && reader.decided(was.get(), output);
    }
}
