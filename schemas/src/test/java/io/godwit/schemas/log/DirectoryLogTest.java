package io.godwit.schemas.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reading_may_begin_anywhere_in_a_long_file(boolean indexed) throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (int number = 0; number < 5000; number++) { // some mebibytes, so several marks
            Instant at = Instant.ofEpochMilli(number * 10L - random.nextLong(0, 500) + 500); // not always growing
            source.append(Topic.OBSERVATIONS, 1, at, "h" + number, new byte[random.nextInt(0, 1000)]);
        }
        DirectoryLog.write(
                folder.resolve("kept"), source, List.of(new LogRange(Topic.OBSERVATIONS, 1, 100, Long.MAX_VALUE)));
        Path index = folder.resolve("kept").resolve(Topic.OBSERVATIONS.stage()).resolve("1.index");
        assertTrue(Files.size(index) > 4 * 24);
        if (!indexed) {
            Files.delete(index);
        }
        try (DirectoryLog kept = new DirectoryLog(folder.resolve("kept"))) {
            assertEquals(100, kept.beginning(Topic.OBSERVATIONS, 1));
            assertEquals(5000, kept.end(Topic.OBSERVATIONS, 1));
            for (int draw = 0; draw < 500; draw++) {
                Instant time = Instant.ofEpochMilli(random.nextLong(0, 52_000));
                assertEquals(
                        Math.max(100, firstKept(time)), kept.offsetAt(Topic.OBSERVATIONS, 1, time), time.toString());
                long from = random.nextLong(0, 5100);
                LogRange range = new LogRange(Topic.OBSERVATIONS, 1, from, from + random.nextLong(0, 300));
                assertEquals(keys(source, range), keys(kept, range));
            }
        }
    }

    /** First record of at least this time among those that were kept. */
    private long firstKept(Instant time) {
        List<Long> found = new ArrayList<>(List.of(5000L));
        source.scan(List.of(new LogRange(Topic.OBSERVATIONS, 1, 100, 5000)), record -> {
            boolean older = record.timestampMillis() < time.toEpochMilli();
            if (!older) {
                found.set(0, record.offset());
            }
            return older;
        });
        return found.getFirst();
    }

    private static List<String> keys(Log log, LogRange range) {
        List<String> keys = new ArrayList<>();
        log.scan(List.of(range), record -> {
            if (record.offset() >= 100) {
                keys.add(record.offset() + " " + record.timestampMillis() + " " + record.value().length + " "
                        + new String(record.key(), StandardCharsets.UTF_8));
            }
            return true;
        });
        return keys;
    }

    private void fill() {
        for (int second = 0; second < 10; second++) {
            source.append(Topic.COMMANDS, 1, Instant.ofEpochSecond(second), "h1", new byte[] {(byte) second});
            source.append(Topic.OUTCOMES, 2, Instant.ofEpochSecond(second), "h1", new byte[] {(byte) second});
        }
    }
}
