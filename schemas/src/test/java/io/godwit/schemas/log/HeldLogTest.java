package io.godwit.schemas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HeldLogTest {
    private final MemoryLog behind = new MemoryLog("rennes", 2);
    private final HeldLog held = new HeldLog(behind);
    private final HeldLog inFiles = HeldLog.inFiles(behind);

    HeldLogTest() {
        for (int i = 0; i < 200; i++) {
            behind.append(Topic.COMMANDS, i % 2, Instant.ofEpochMilli(1000L + i / 3), "k", new byte[] {(byte) i});
        }
    }

    @AfterEach
    void close() {
        inFiles.close();
    }

    @Test
    void it_answers_as_the_log_behind_it_whatever_is_held() {
        answersAsTheLogBehind(held);
    }

    @Test
    void it_answers_as_the_log_behind_it_from_files() {
        answersAsTheLogBehind(inFiles);
    }

    @Test
    void what_is_held_is_not_asked_again_and_what_goes_on_beyond_is_asked_from_there_on() {
        List<LogRange> asked = new ArrayList<>();
        Log watched = new Watched(behind, asked);
        for (HeldLog log : List.of(new HeldLog(watched), HeldLog.inFiles(watched))) {
            log.hold(List.of(new LogRange(Topic.COMMANDS, 0, 20, 60)));
            asked.clear();
            assertEquals(
                    30, records(log, new LogRange(Topic.COMMANDS, 0, 30, 60)).size());
            assertEquals(List.of(), asked);
            log.scan(List.of(new LogRange(Topic.COMMANDS, 0, 30, Long.MAX_VALUE)), record -> record.offset() < 50);
            assertEquals(List.of(), asked, "the visitor had seen enough");
            assertEquals(
                    70, records(log, new LogRange(Topic.COMMANDS, 0, 30, 100)).size());
            assertEquals(List.of(new LogRange(Topic.COMMANDS, 0, 60, 100)), asked);
            log.release();
        }
    }

    private void answersAsTheLogBehind(HeldLog held) {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            if (round % 10 == 0) {
                held.hold(List.of(range(random, 0), range(random, 1)));
            }
            LogRange asked = range(random, random.nextInt(2));
            assertEquals(told(behind, asked), told(held, asked), asked.toString());
            Instant time = Instant.ofEpochMilli(990L + random.nextInt(90));
            assertEquals(
                    behind.offsetAt(Topic.COMMANDS, asked.segment(), time),
                    held.offsetAt(Topic.COMMANDS, asked.segment(), time));
        }
    }

    @Test
    void it_ends_where_it_ended_when_it_was_first_asked() {
        held.hold(List.of(LogRange.all(Topic.COMMANDS, 0)));
        behind.append(Topic.COMMANDS, 0, Instant.ofEpochMilli(9000), "k", new byte[] {1});
        assertEquals(100, held.end(Topic.COMMANDS, 0));
        assertEquals(100, records(held, LogRange.all(Topic.COMMANDS, 0)).size());
    }

    @Test
    void a_visitor_that_has_seen_enough_is_asked_no_more() {
        held.hold(List.of(LogRange.all(Topic.COMMANDS, 0)));
        List<LogRecord> taken = new ArrayList<>();
        held.scan(List.of(LogRange.all(Topic.COMMANDS, 0), LogRange.all(Topic.COMMANDS, 1)), record -> {
            taken.add(record);
            return taken.size() < 3;
        });
        assertEquals(3, taken.size());
    }

    private static LogRange range(Random random, int segment) {
        long from = random.nextInt(110);
        return new LogRange(Topic.COMMANDS, segment, from, from + random.nextInt(60));
    }

    private static List<String> told(Log log, LogRange range) {
        return records(log, range).stream()
                .map(record -> "%s %d:%d %d %s %s"
                        .formatted(
                                record.topic(),
                                record.segment(),
                                record.offset(),
                                record.timestampMillis(),
                                Arrays.toString(record.key()),
                                Arrays.toString(record.value())))
                .toList();
    }

    private static List<LogRecord> records(Log log, LogRange range) {
        List<LogRecord> records = new ArrayList<>();
        log.scan(List.of(range), records::add);
        return records;
    }

    /** Tells what it is asked for. */
    private record Watched(Log log, List<LogRange> asked) implements Log {
        @Override
        public String site() {
            return log.site();
        }

        @Override
        public String incarnation() {
            return log.incarnation();
        }

        @Override
        public int segments() {
            return log.segments();
        }

        @Override
        public long beginning(Topic topic, int segment) {
            return log.beginning(topic, segment);
        }

        @Override
        public long end(Topic topic, int segment) {
            return log.end(topic, segment);
        }

        @Override
        public long offsetAt(Topic topic, int segment, Instant time) {
            return log.offsetAt(topic, segment, time);
        }

        @Override
        public void scan(List<LogRange> ranges, Visitor visitor) {
            asked.addAll(ranges);
            log.scan(ranges, visitor);
        }

        @Override
        public void close() {
            log.close();
        }
    }
}
