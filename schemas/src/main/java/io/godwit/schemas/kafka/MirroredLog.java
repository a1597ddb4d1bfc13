package io.godwit.schemas.kafka;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A site's log as another site's Kafka holds it, with every offset meant as at home: ranges, beginnings and ends too. Each of
 * them is found by halving, so it suits who reads long ranges. Not safe for use by several threads.
 */
final class MirroredLog implements Log {
    private final KafkaLog copy;

    MirroredLog(KafkaLog copy) {
        this.copy = copy;
    }

    @Override
    public String site() {
        return copy.site();
    }

    @Override
    public String incarnation() {
        return copy.incarnation();
    }

    @Override
    public int segments() {
        return copy.segments();
    }

    @Override
    public boolean lags() {
        return true;
    }

    /** Of the oldest record that the copy keeps; 0 where it keeps none. */
    @Override
    public long beginning(Topic topic, int segment) {
        return next(topic, segment, 0).map(LogRecord::offset).orElse(0L);
    }

    /** After the newest record that has come. */
    @Override
    public long end(Topic topic, int segment) {
        long beginning = copy.beginning(topic, segment);
        long end = copy.end(topic, segment);
        for (long back = 1; end - back / 2 > beginning; back *= 2) { // the ends of transactions take offsets as well
            long[] newest = {-1};
            copy.scan(List.of(new LogRange(topic, segment, Math.max(beginning, end - back), end)), record -> {
                newest[0] = Math.max(newest[0], record.offset());
                return true;
            });
            if (newest[0] >= 0) {
                return newest[0] + 1;
            }
        }
        return 0;
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        return next(topic, segment, copy.offsetAt(topic, segment, time))
                .map(LogRecord::offset)
                .orElseGet(() -> end(topic, segment));
    }

    @Override
    public Optional<LogRecord> at(Topic topic, int segment, long offset) {
        return copy.at(topic, segment, offset);
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        for (LogRange range : ranges) {
            boolean[] goesOn = {true};
            long from = copy.placeOf(range.topic(), range.segment(), range.from());
            copy.scan(List.of(new LogRange(range.topic(), range.segment(), from, Long.MAX_VALUE)), record -> {
                boolean within = record.offset() < range.to();
                goesOn[0] = !within || record.offset() < range.from() || visitor.take(record);
                return within && goesOn[0];
            });
            if (!goesOn[0]) {
                return;
            }
        }
    }

    private Optional<LogRecord> next(Topic topic, int segment, long place) {
        List<LogRecord> next = new ArrayList<>(1);
        copy.scan(List.of(new LogRange(topic, segment, place, Long.MAX_VALUE)), record -> {
            next.add(record);
            return false;
        });
        return next.stream().findFirst();
    }

    @Override
    public void close() {
        copy.close();
    }
}
