package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.BrokenLog;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The inputs of one segment's scheduler after a snapshot, as its journal tells them; read in order, some at a time. */
final class RecordedInputs {
    /** Records read at once, so that a long stretch fits into memory: few where that costs no question to a broker. */
    private static final long BATCH_RECORDS = 200_000;

    private static final long BATCH_AT_HAND = 4_000;

    private final Log log;
    private final int segment;
    private final Map<Topic, Long> cursors = new EnumMap<>(Topic.class);
    private Optional<String> missing = Optional.empty();

    /** @param snapshot all parts of it, or none where nothing was taken yet */
    RecordedInputs(Log log, int segment, List<StateSnapshotted> snapshot) {
        this.log = log;
        this.segment = segment;
        if (!snapshot.isEmpty()) {
            snapshot.getLast().getTaken().forEach(run -> cursors.put(topicOf(run), run.getToOffset()));
        }
    }

    static Topic topicOf(InputRun run) {
        return Topic.ofStage(run.getTopic())
                .orElseThrow(() -> new BrokenLog("the journal names the unknown topic " + run.getTopic()));
    }

    /** First offset of a topic that was not read yet. */
    long next(Topic topic) {
        return cursors.getOrDefault(topic, -1L) + 1;
    }

    /** Whether all inputs of these topics that were not read yet are kept. */
    boolean kept(Collection<Topic> topics) {
        return topics.stream().allMatch(topic -> log.beginning(topic, segment) <= next(topic));
    }

    /** What of the inputs that were read is not kept any more, in a sentence; empty: all was there. */
    Optional<String> missing() {
        return missing;
    }

    /** Index after the last of the inputs that are read together with the first. */
    int batchEnd(List<InputsTaken> taken, int first) {
        return batchEnd(taken, first, log.atHand() ? BATCH_AT_HAND : BATCH_RECORDS);
    }

    /** @param recordsMax inputs that may be held at once, besides those of one turn */
    int batchEnd(List<InputsTaken> taken, int first, long recordsMax) {
        Map<Topic, Long> reached = new EnumMap<>(cursors);
        long records = 0;
        int next = first;
        while (next < taken.size() && records < recordsMax) {
            for (InputRun run : taken.get(next).getRuns()) {
                Long before = reached.put(topicOf(run), run.getToOffset());
                records += run.getToOffset() - (before == null ? -1 : before);
            }
            next++;
        }
        return next;
    }

    /** Reads all inputs of a batch at once, by topic; none where some are missing. */
    Map<Topic, Deque<LogRecord>> read(List<InputsTaken> batch) {
        Map<Topic, Long> last = new EnumMap<>(Topic.class);
        batch.forEach(inputs -> inputs.getRuns().forEach(run -> last.put(topicOf(run), run.getToOffset())));
        Map<Topic, Deque<LogRecord>> inputs = new EnumMap<>(Topic.class);
        List<LogRange> ranges = new ArrayList<>();
        last.forEach((topic, toOffset) -> {
            long from = next(topic);
            long kept = log.beginning(topic, segment);
            if (from < kept) {
                missing = Optional.of("%s of segment %d are kept from offset %d on; the replay needs them from %d on"
                        .formatted(topic.stage(), segment, kept, from));
            }
            ranges.add(new LogRange(topic, segment, from, toOffset + 1));
            inputs.put(topic, new ArrayDeque<>());
            cursors.put(topic, toOffset);
        });
        if (missing.isEmpty()) {
            log.scan(ranges, record -> inputs.get(record.topic()).add(record));
        }
        return inputs;
    }
}
