package io.godwit.schemas.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackedLogTest {
    @TempDir
    private Path folder;

    @Test
    void a_packed_log_reads_as_its_folder_and_leaves_nothing_behind() {
        Path file = packed();
        Path unpacked;
        try (PackedLog one = PackedLog.open(file)) {
            try (PackedLog other = PackedLog.open(file)) {
                unpacked = PackedLog.unpacked(file).orElseThrow();
                assertEquals("a", other.site());
                assertEquals(3, other.segments());
                assertEquals(2, other.beginning(Topic.COMMANDS, 1), "from there on nothing was left out");
                assertEquals(6, other.end(Topic.COMMANDS, 1));
                assertEquals(9, other.beginning(Topic.OUTCOMES, 0));
                assertEquals(9, other.end(Topic.OUTCOMES, 0));
            }
            assertTrue(Files.exists(unpacked));
            assertArrayEquals(
                    new byte[] {5}, one.at(Topic.COMMANDS, 1, 5).orElseThrow().value());
        }
        assertFalse(Files.exists(unpacked));
        assertEquals(Optional.empty(), PackedLog.unpacked(file));
        assertEquals("told", PackedLog.text(file, "what"));
    }

    private Path packed() {
        Path from = folder.resolve("log");
        try (DirectoryLogWriter writer = new DirectoryLogWriter(from, "a", "memory", 3)) {
            for (int offset = 3; offset < 6; offset++) {
                writer.append(
                        new LogRecord(Topic.COMMANDS, 1, offset, offset * 1000L, null, new byte[] {(byte) offset}));
            }
            writer.wholeFrom(Topic.COMMANDS, 1, 2);
            writer.wholeFrom(Topic.OUTCOMES, 0, 9);
            writer.finish();
        }
        Path file = folder.resolve("file");
        PackedLog.write(file, from, "what", "told");
        return file;
    }

    @Test
    void a_file_that_would_be_unpacked_elsewhere_is_refused() throws IOException {
        Path file = folder.resolve("evil");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("log/../../godwit-evil"));
            zip.write("x".getBytes(StandardCharsets.UTF_8));
        }
        String refused = assertThrows(IllegalArgumentException.class, () -> PackedLog.open(file))
                .getMessage();
        assertTrue(refused.contains("does not belong into a log"), refused);
        assertFalse(Files.exists(Path.of(System.getProperty("java.io.tmpdir"), "godwit-evil")));
    }

    @Test
    void a_file_that_is_cut_short_is_refused() throws IOException {
        Path file = packed();
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThrows(IllegalArgumentException.class, () -> PackedLog.open(file));
        assertThrows(IllegalArgumentException.class, () -> PackedLog.text(file, "what"));
        assertEquals(Optional.empty(), PackedLog.unpacked(file));
    }
}
