package io.godwit.schemas.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryLogTest {
    @TempDir
    private Path folder;

    private final MemoryLog source = new MemoryLog("a", 3);

    @Test
    void a_kept_log_reads_as_the_one_that_it_was_taken_from() {
        fill();
        DirectoryLog.write(
                folder.resolve("kept"),
                source,
                List.of(LogRange.all(Topic.COMMANDS, 1), new LogRange(Topic.OUTCOMES, 2, 3, 6)));
        try (DirectoryLog kept = new DirectoryLog(folder.resolve("kept"))) {
            assertEquals("a", kept.site());
            assertEquals("memory", kept.incarnation());
            assertEquals(3, kept.segments());
            assertEquals(0, kept.beginning(Topic.COMMANDS, 1));
            assertEquals(10, kept.end(Topic.COMMANDS, 1));
            assertEquals(3, kept.beginning(Topic.OUTCOMES, 2));
            assertEquals(6, kept.end(Topic.OUTCOMES, 2));
            assertEquals(0, kept.end(Topic.RULES, 0));
            assertEquals(4, kept.offsetAt(Topic.OUTCOMES, 2, Instant.ofEpochSecond(4)));
            assertEquals(6, kept.offsetAt(Topic.OUTCOMES, 2, Instant.ofEpochSecond(60)));
            LogRecord record = kept.at(Topic.COMMANDS, 1, 7).orElseThrow();
            assertEquals(7000, record.timestampMillis());
            assertArrayEquals(new byte[] {7}, record.value());
            assertEquals(Optional.empty(), kept.at(Topic.OUTCOMES, 2, 2));
            List<Long> offsets = new ArrayList<>();
            kept.scan(List.of(new LogRange(Topic.COMMANDS, 1, 2, 5)), found -> offsets.add(found.offset()));
            assertEquals(List.of(2L, 3L, 4L), offsets);
        }
    }

    @Test
    void a_folder_without_a_log_is_refused() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new DirectoryLog(folder))
                .getMessage()
                .contains("holds no log"));
    }

    @Test
    void a_folder_that_is_not_empty_is_left_alone() throws IOException {
        Files.writeString(folder.resolve("mine"), "mine");
        assertThrows(IllegalArgumentException.class, () -> DirectoryLog.write(folder, source, List.of()));
    }

    @Test
    void a_file_that_was_cut_says_so() throws IOException {
        fill();
        DirectoryLog.write(folder.resolve("kept"), source, List.of(LogRange.all(Topic.COMMANDS, 1)));
        Path file = folder.resolve("kept").resolve(Topic.COMMANDS.stage()).resolve("1.log");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 2));
        try (DirectoryLog kept = new DirectoryLog(folder.resolve("kept"))) {
            assertThrows(UncheckedIOException.class, () -> kept.end(Topic.COMMANDS, 1));
        }
    }

    private void fill() {
        for (int second = 0; second < 10; second++) {
            source.append(Topic.COMMANDS, 1, Instant.ofEpochSecond(second), "h1", new byte[] {(byte) second});
            source.append(Topic.OUTCOMES, 2, Instant.ofEpochSecond(second), "h1", new byte[] {(byte) second});
        }
    }
}
