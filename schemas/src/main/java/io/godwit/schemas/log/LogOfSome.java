package io.godwit.schemas.log;

import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A log some of whose records were never written, as far as its reader sees; the others stand where they stood. */
public final class LogOfSome implements Log {
    private final Log behind;
    private final Predicate<LogRecord> stands;
    private final UnaryOperator<LogRange> within;

    /** @param stands says which records are there */
    public LogOfSome(Log behind, Predicate<LogRecord> stands) {
        this(behind, stands, UnaryOperator.identity());
    }

    /** @param within narrows a range to what may hold any of them, so that no more is read */
    public LogOfSome(Log behind, Predicate<LogRecord> stands, UnaryOperator<LogRange> within) {
        this.behind = behind;
        this.stands = stands;
        this.within = within;
    }

    @Override
    public String site() {
        return behind.site();
    }

    @Override
    public String incarnation() {
        return behind.incarnation();
    }

    @Override
    public int segments() {
        return behind.segments();
    }

    @Override
    public long beginning(Topic topic, int segment) {
        return behind.beginning(topic, segment);
    }

    @Override
    public long end(Topic topic, int segment) {
        return behind.end(topic, segment);
    }

    /** As in the log behind: a record that is not seen still holds its place. */
    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        return behind.offsetAt(topic, segment, time);
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        behind.scan(ranges.stream().map(within).toList(), record -> !stands.test(record) || visitor.take(record));
    }

    @Override
    public void close() {
        behind.close();
    }
}
