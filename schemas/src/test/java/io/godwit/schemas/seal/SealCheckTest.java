package io.godwit.schemas.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class SealCheckTest {
    private static final int RECORDS = 50;
    private final MemoryLog log = new MemoryLog("rennes", 2);
    private Topic topic = Topic.OBSERVATIONS;
    private SealChain chain;

    /** Records in three stretches, of which the last is not sealed yet. */
    private void fill() {
        chain = SealChain.beginning("rennes", topic, 1);
        for (int number = 0; number < RECORDS; number++) {
            chain.take(log.append(topic, 1, Instant.ofEpochSecond(number), "h" + number, bytes("v" + number)));
            if (number == 19 || number == 44) {
                seal();
            }
        }
    }

    private void seal() {
        log.append(Topic.SEALS, 1, Instant.ofEpochSecond(1), topic.stage(), EventCodec.encode(chain.seal()));
    }

    @Test
    void a_log_as_it_was_sealed_is_sound_up_to_its_newest_records() {
        fill();
        assertEquals(new SealCheck.Checked(topic, 1, 2, 45, 0, 5, 0, Optional.empty()), checked(log));
        assertEquals(2 * 12, SealCheck.of(log, log).size());
    }

    @Test
    void the_first_record_that_was_changed_is_named_wherever_it_stands() {
        fill();
        for (int place : new int[] {0, 7, 19, 20, 44}) {
            assertEquals(place, broken(record -> record.offset() == place ? valued(record, "other") : record));
            assertEquals(place, broken(record -> record.offset() == place ? later(record) : record));
        }
        assertEquals(
                Optional.empty(),
                checked(changed(record -> record.offset() == 46 ? valued(record, "other") : record))
                        .broken());
    }

    @Test
    void a_record_that_was_taken_out_is_named_by_the_next_one_or_by_where_it_should_stand() {
        fill();
        assertEquals(8, broken(record -> record.offset() == 7 ? null : record));
        assertEquals(19, broken(record -> record.offset() == 19 ? null : record));
    }

    @Test
    void a_seal_that_was_taken_out_is_named_by_the_first_record_of_the_next_one() {
        chain = SealChain.beginning("rennes", topic, 1);
        for (int number = 0; number < 30; number++) {
            chain.take(log.append(topic, 1, Instant.ofEpochSecond(number), "h" + number, bytes("v" + number)));
            if (number == 19) {
                chain.seal(); // made, and not in the log
            } else if (number % 10 == 9) {
                seal();
            }
        }
        assertEquals(20, checked(log).broken().orElseThrow().offset());
    }

    @Test
    void where_the_oldest_records_are_no_longer_kept_the_rest_is_checked_all_the_same() {
        fill();
        SealCheck.Checked cut = checked(changed(record -> record.offset() < 5 ? null : record));
        assertEquals(Optional.empty(), cut.broken());
        assertEquals(20, cut.gone());
        assertEquals(25, cut.sealed());
        assertEquals(
                30,
                broken(record ->
                        record.offset() < 5 ? null : record.offset() == 30 ? valued(record, "other") : record));
    }

    @Test
    void of_a_topic_that_is_kept_for_ever_the_oldest_records_may_not_be_missing() {
        topic = Topic.DETECTIONS;
        fill();
        assertEquals(5, broken(record -> record.offset() < 5 ? null : record));
    }

    @Test
    void seals_of_another_copy_show_what_was_sealed_anew_here() {
        fill();
        MemoryLog forged = new MemoryLog("rennes", 2);
        SealChain anew = SealChain.beginning("rennes", topic, 1);
        log.scan(List.of(LogRange.all(topic, 1)), record -> {
            byte[] value = record.offset() == 7 ? bytes("other") : record.value();
            anew.take(forged.append(topic, 1, Instant.ofEpochMilli(record.timestampMillis()), key(record), value));
            return true;
        });
        forged.append(Topic.SEALS, 1, Instant.ofEpochSecond(1), topic.stage(), EventCodec.encode(anew.seal()));
        assertEquals(Optional.empty(), checked(forged).broken());
        assertEquals(
                7,
                SealCheck.of(forged, log).stream()
                        .flatMap(checked -> checked.broken().stream())
                        .findFirst()
                        .orElseThrow()
                        .offset());
    }

    @Test
    void more_seals_than_are_held_at_a_time_are_checked_to_the_last() {
        int records = 25_000;
        chain = SealChain.beginning("rennes", topic, 1);
        for (int number = 0; number < records; number++) {
            chain.take(log.append(topic, 1, Instant.ofEpochSecond(number), "h" + number, bytes("v" + number)));
            seal();
        }
        assertEquals(new SealCheck.Checked(topic, 1, records, records, 0, 0, 0, Optional.empty()), checked(log));
        for (int place : new int[] {9_999, 10_000, 24_999}) {
            assertEquals(place, broken(record -> record.offset() == place ? valued(record, "other") : record));
        }
    }

    @Test
    void a_copy_that_lacks_what_is_newest_at_home_is_sound_and_says_how_many_records_it_awaits() {
        fill();
        Log behind = changed(record -> record.offset() < 30 ? record : null);
        assertEquals(30, checked(behind, log).broken().orElseThrow().offset());
        Log copy = ((ChangedLog) behind).lagging();
        assertEquals(new SealCheck.Checked(topic, 1, 2, 20, 0, 0, 25, Optional.empty()), checked(copy, log));
        Log other = ((ChangedLog) changed(record ->
                        record.offset() > 30 ? null : record.offset() == 25 ? valued(record, "other") : record))
                .lagging();
        assertEquals(25, checked(other, log).broken().orElseThrow().offset());
    }

    @Test
    void a_sealer_that_goes_on_from_the_newest_seal_makes_the_same_chain() {
        fill();
        SealChain goesOn = SealChain.after(topic, 1, chain.digest(), chain.next());
        LogRecord more = log.append(topic, 1, Instant.ofEpochSecond(99), "h", bytes("v"));
        chain.take(more);
        goesOn.take(more);
        goesOn.take(more); // read again
        assertEquals(chain.next(), goesOn.next());
        assertEquals(java.nio.ByteBuffer.wrap(chain.digest()), java.nio.ByteBuffer.wrap(goesOn.digest()));
    }

    private long broken(UnaryOperator<LogRecord> change) {
        return checked(changed(change)).broken().orElseThrow().offset();
    }

    private SealCheck.Checked checked(Log of) {
        return checked(of, of);
    }

    private SealCheck.Checked checked(Log of, Log seals) {
        return SealCheck.of(of, seals).stream()
                .filter(checked -> checked.topic() == topic && checked.segment() == 1)
                .findFirst()
                .orElseThrow();
    }

    /** The log with some of its records changed, or taken out where null comes back. */
    private Log changed(UnaryOperator<LogRecord> change) {
        List<LogRecord> left = new ArrayList<>();
        log.scan(List.of(LogRange.all(topic, 1)), record -> {
            Optional.ofNullable(change.apply(record)).ifPresent(left::add);
            return true;
        });
        return new ChangedLog(log, topic, left, false);
    }

    private static LogRecord valued(LogRecord record, String value) {
        return new LogRecord(
                record.topic(),
                record.segment(),
                record.offset(),
                record.timestampMillis(),
                record.key(),
                bytes(value));
    }

    private static LogRecord later(LogRecord record) {
        return new LogRecord(
                record.topic(),
                record.segment(),
                record.offset(),
                record.timestampMillis() + 1,
                record.key(),
                record.value());
    }

    private static String key(LogRecord record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Another log's, but for the records of one topic in segment 1. */
    private record ChangedLog(Log behind, Topic changed, List<LogRecord> records, boolean lags) implements Log {
        Log lagging() {
            return new ChangedLog(behind, changed, records, true);
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
            return isOurs(topic, segment) ? records.getFirst().offset() : behind.beginning(topic, segment);
        }

        @Override
        public long end(Topic topic, int segment) {
            return lags && isOurs(topic, segment) ? records.getLast().offset() + 1 : behind.end(topic, segment);
        }

        @Override
        public long offsetAt(Topic topic, int segment, Instant time) {
            return behind.offsetAt(topic, segment, time);
        }

        @Override
        public void scan(List<LogRange> ranges, Visitor visitor) {
            LogRange range = ranges.getFirst();
            if (!isOurs(range.topic(), range.segment())) {
                behind.scan(ranges, visitor);
                return;
            }
            for (LogRecord record : records) {
                if (record.offset() >= range.from() && record.offset() < range.to() && !visitor.take(record)) {
                    return;
                }
            }
        }

        @Override
        public void close() {}

        private boolean isOurs(Topic topic, int segment) {
            return topic == changed && segment == 1;
        }
    }
}
