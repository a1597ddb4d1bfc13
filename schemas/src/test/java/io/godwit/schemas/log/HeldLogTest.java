package io.godwit.schemas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class HeldLogTest {
    private final MemoryLog behind = new MemoryLog("rennes", 2);
    private final HeldLog held = new HeldLog(behind);

    HeldLogTest() {
        for (int i = 0; i < 200; i++) {
            behind.append(Topic.COMMANDS, i % 2, Instant.ofEpochMilli(1000L + i / 3), "k", new byte[] {(byte) i});
        }
    }

    @Test
    void it_answers_as_the_log_behind_it_whatever_is_held() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            if (round % 10 == 0) {
                held.hold(List.of(range(random, 0), range(random, 1)));
            }
            LogRange asked = range(random, random.nextInt(2));
            assertEquals(records(behind, asked), records(held, asked), asked.toString());
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

    private static List<LogRecord> records(Log log, LogRange range) {
        List<LogRecord> records = new ArrayList<>();
        log.scan(List.of(range), records::add);
        return records;
    }
}
