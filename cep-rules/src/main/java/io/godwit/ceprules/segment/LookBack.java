package io.godwit.ceprules.segment;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** Reads the observations before a position again. */
public interface LookBack {
    /** Hands over every observation of a segment from a log time on, up to but without an offset, in order. */
    void read(int segment, Instant from, long toOffset, Consumer<LogRecord> into);

    /** From a log. */
    static LookBack of(Log log) {
        return (segment, from, toOffset, into) -> {
            Instant kept = from.isBefore(Instant.EPOCH) ? Instant.EPOCH : from;
            long first = log.offsetAt(Topic.OBSERVATIONS, segment, kept);
            if (first < toOffset) {
                log.scan(List.of(new LogRange(Topic.OBSERVATIONS, segment, first, toOffset)), record -> {
                    into.accept(record);
                    return true;
                });
            }
        };
    }
}
