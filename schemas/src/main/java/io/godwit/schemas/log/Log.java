package io.godwit.schemas.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The log of one site, to read: what is kept of its topics, committed records only. Adapters: Kafka, memory. Nothing can
 * be written through it.
 */
public interface Log extends AutoCloseable {
    /** Takes one record; false ends the scan. */
    interface Visitor {
        boolean take(LogRecord record);
    }

    /** Site whose topics this log holds. */
    String site();

    /** Cluster id of the home log, or "" where there is none. */
    String incarnation();

    /** Number of segments, equal for all topics. */
    int segments();

    /** Whether its records stand on this machine: reading some again costs little, and several threads may read at once. */
    default boolean atHand() {
        return false;
    }

    /** Whether it is a copy that may lack what is newest at home. */
    default boolean lags() {
        return false;
    }

    /** First offset that is kept. */
    long beginning(Topic topic, int segment);

    /** Offset after the last committed record. */
    long end(Topic topic, int segment);

    /** The same for every segment, in order, asked at once. */
    default List<Long> beginnings(Topic topic) {
        return IntStream.range(0, segments())
                .mapToObj(segment -> beginning(topic, segment))
                .toList();
    }

    /** The same for every segment, in order, asked at once. */
    default List<Long> ends(Topic topic) {
        return IntStream.range(0, segments())
                .mapToObj(segment -> end(topic, segment))
                .toList();
    }

    /** First offset whose record is not older than the time, or the end. */
    long offsetAt(Topic topic, int segment, Instant time);

    /** The same for every segment, in order, asked at once. */
    default List<Long> offsetsAt(Topic topic, Instant time) {
        return IntStream.range(0, segments())
                .mapToObj(segment -> offsetAt(topic, segment, time))
                .toList();
    }

    /**
     * Reads ranges that may be long, all at once: in order within a topic and segment, in any order between them. Blocks
     * until all are read. A range that starts before what is kept starts where keeping starts.
     */
    void scan(List<LogRange> ranges, Visitor visitor);

    /** One record; empty if it is not kept, was never committed or does not exist yet. */
    default Optional<LogRecord> at(Topic topic, int segment, long offset) {
        if (segment < 0
                || segment >= segments()
                || offset < beginning(topic, segment)
                || offset >= end(topic, segment)) {
            return Optional.empty();
        }
        List<LogRecord> found = new ArrayList<>(1);
        scan(List.of(new LogRange(topic, segment, offset, offset + 1)), record -> {
            if (record.offset() == offset) {
                found.add(record);
            }
            return false;
        });
        return found.stream().findFirst();
    }

    @Override
    void close();
}
