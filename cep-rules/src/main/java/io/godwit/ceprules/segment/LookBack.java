package io.godwit.ceprules.segment;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** Reads what rules must know besides the observations that they are fed: those before a position, and who the hosts are. */
public interface LookBack {
    /** Hands over every observation of a segment from a log time on, up to but without an offset, in order. */
    void read(int segment, Instant from, long toOffset, Consumer<LogRecord> into);

    /** Hands over a segment's inventory from an offset on, up to its present end, in order. */
    default void inventory(int segment, long fromOffset, Consumer<LogRecord> into) {}

    /** Whether hosts may join while observations are taken; if not, the inventory is read once, before the first of them. */
    default boolean hostsJoin() {
        return false;
    }

    /** From a log, for observations up to an end that was fixed before: the log may be one that is scanned once at a time. */
    static LookBack of(Log log) {
        return new OfLog(log, false);
    }

    /** From a log that goes on. */
    static LookBack ofLive(Log log) {
        return new OfLog(log, true);
    }

    /** Of a log. */
    record OfLog(Log log, boolean hostsJoin) implements LookBack {
        @Override
        public void read(int segment, Instant from, long toOffset, Consumer<LogRecord> into) {
            Instant kept = from.isBefore(Instant.EPOCH) ? Instant.EPOCH : from;
            long first = log.offsetAt(Topic.OBSERVATIONS, segment, kept);
            if (first < toOffset) {
                scan(new LogRange(Topic.OBSERVATIONS, segment, first, toOffset), into);
            }
        }

        @Override
        public void inventory(int segment, long fromOffset, Consumer<LogRecord> into) {
            scan(new LogRange(Topic.INVENTORY, segment, fromOffset, Long.MAX_VALUE), into);
        }

        private void scan(LogRange range, Consumer<LogRecord> into) {
            log.scan(List.of(range), record -> {
                into.accept(record);
                return true;
            });
        }
    }
}
