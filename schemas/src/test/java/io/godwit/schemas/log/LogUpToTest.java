package io.godwit.schemas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LogUpToTest {
    private final MemoryLog behind = new MemoryLog("rennes", 1);
    private final Log log = new LogUpTo(behind, Instant.ofEpochMilli(1030));

    LogUpToTest() {
        for (int i = 0; i < 5; i++) {
            behind.append(Topic.COMMANDS, 0, Instant.ofEpochMilli(1000L + i * 10L), "k", new byte[] {(byte) i});
        }
    }

    @Test
    void what_was_written_from_that_time_on_is_not_there() {
        assertEquals(3, log.end(Topic.COMMANDS, 0));
        assertEquals(List.of(0L, 1L, 2L), offsets(LogRange.all(Topic.COMMANDS, 0)));
        assertEquals(List.of(2L), offsets(new LogRange(Topic.COMMANDS, 0, 2, 4)));
        assertEquals(List.of(), offsets(new LogRange(Topic.COMMANDS, 0, 3, 5)));
        assertEquals(Optional.empty(), log.at(Topic.COMMANDS, 0, 3));
        assertEquals(1, log.offsetAt(Topic.COMMANDS, 0, Instant.ofEpochMilli(1005)));
        assertEquals(3, log.offsetAt(Topic.COMMANDS, 0, Instant.ofEpochMilli(1035)));
        assertEquals(List.of(3L), log.offsetsAt(Topic.COMMANDS, Instant.ofEpochMilli(1035)));
        assertEquals(List.of(0L), log.beginnings(Topic.COMMANDS));
    }

    private List<Long> offsets(LogRange range) {
        List<Long> offsets = new ArrayList<>();
        log.scan(List.of(range), record -> offsets.add(record.offset()));
        return offsets;
    }
}
