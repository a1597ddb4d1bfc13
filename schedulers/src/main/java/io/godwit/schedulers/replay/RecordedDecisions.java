package io.godwit.schedulers.replay;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** The decisions of one segment's scheduler as they stand in the log, in whichever segment they stand, by number. */
final class RecordedDecisions {
    private final Map<Long, LogRecord> bySequence = new HashMap<>();

    /** @param since log time from which the records can stand in the log */
    RecordedDecisions(Log log, int segment, Instant since) {
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : List.of(Topic.HOST_PARTITIONS, Topic.COMMANDS)) {
            for (int other = 0; other < log.segments(); other++) {
                ranges.add(new LogRange(topic, other, log.offsetAt(topic, other, since), Long.MAX_VALUE));
            }
        }
        log.scan(ranges, record -> {
            decisionOf(record)
                    .filter(decision -> decision.getSegment() == segment)
                    .ifPresent(decision -> bySequence.put(decision.getSequence(), record));
            return true;
        });
    }

    private static Optional<Decision> decisionOf(LogRecord record) {
        try {
            SpecificRecord event = EventCodec.decode(record.value());
            Schema.Field field = event.getSchema().getField("decision");
            return field == null ? Optional.empty() : Optional.of((Decision) event.get(field.pos()));
        } catch (UnreadableRecord damaged) {
            return Optional.empty(); // shows as a decision that is not in the log
        }
    }

    /** A decision that was not taken out. */
    Optional<LogRecord> get(long sequence) {
        return Optional.ofNullable(bySequence.get(sequence));
    }

    /** Takes a decision out. */
    Optional<LogRecord> take(long sequence) {
        return Optional.ofNullable(bySequence.remove(sequence));
    }

    /** Smallest number from a range that was recorded and not taken out. */
    Optional<LogRecord> left(long from, long until) {
        return bySequence.entrySet().stream()
                .filter(entry -> entry.getKey() >= from && entry.getKey() < until)
                .min(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue);
    }
}
