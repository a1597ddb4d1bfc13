package io.godwit.schedulers.replay;

import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a replay of the decisions of one segment in a stretch of time reads.
 *
 * @param ranges the journal from its snapshot on, and the inputs that it names; none for a segment that decided nothing
 * @param since log time of the snapshot, from which its decisions stand in the log; empty where there is none
 * @param firstSequence smallest number of a decision that it compares
 * @param nextSequence number after the last
 * @param missing what is not kept any more, a sentence each
 */
public record DecisionNeeds(
        List<LogRange> ranges, Optional<Instant> since, long firstSequence, long nextSequence, List<String> missing) {
    public static DecisionNeeds of(Log log, int segment, Instant from, Instant to) {
        RecordedJournal journal = RecordedJournal.of(log, segment, from, to);
        if (journal.snapshot().isEmpty()) {
            List<String> missing = log.end(Topic.JOURNAL, segment) == 0
                    ? List.of()
                    : List.of("the journal of segment " + segment + " holds no whole snapshot");
            return new DecisionNeeds(List.of(), Optional.empty(), 0, 0, missing);
        }
        RecordedInputs inputs = new RecordedInputs(log, segment, journal.snapshot());
        Map<Topic, Long> last = new EnumMap<>(Topic.class);
        StateSnapshotted newest = journal.snapshot().getLast();
        long nextSequence = newest.getNextSequence();
        for (List<InputsTaken> told = journal.read(); !told.isEmpty(); told = journal.read()) {
            for (InputsTaken taken : told) {
                for (InputRun run : taken.getRuns()) {
                    last.put(RecordedInputs.topicOf(run), run.getToOffset());
                }
            }
            nextSequence = told.getLast().getNextSequence();
        }
        List<LogRange> ranges = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        ranges.add(new LogRange(Topic.JOURNAL, segment, journal.from(), journal.next()));
        last.forEach((topic, toOffset) -> {
            long next = inputs.next(topic);
            if (next < log.beginning(topic, segment)) {
                missing.add("%s of segment %d are kept from offset %d on; the replay needs them from %d on"
                        .formatted(topic.stage(), segment, log.beginning(topic, segment), next));
            }
            ranges.add(new LogRange(topic, segment, next, toOffset + 1));
        });
        return new DecisionNeeds(
                List.copyOf(ranges),
                Optional.of(newest.getLogTime()),
                newest.getNextSequence(),
                nextSequence,
                List.copyOf(missing));
    }
}
