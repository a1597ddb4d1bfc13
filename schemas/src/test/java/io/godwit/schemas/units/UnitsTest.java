package io.godwit.schemas.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UnitsTest {
    @ParameterizedTest
    @CsvSource({"0B,0", "1KiB,1024", "2GiB,2147483648", "512 MiB,536870912", " 1TiB ,1099511627776"})
    void a_size_is_a_whole_number_and_a_unit(String text, long bytes) {
        assertEquals(bytes, ByteSize.parse(text).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "2GB", "-1B", "1.5GiB", "GiB", "9000000TiB"})
    void another_text_is_no_size_and_says_how_to_write_one(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text))
                .getMessage();
        assertTrue(message.contains("\"" + text + "\"") && message.contains("TiB"), message);
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "1536,1.5 KiB", "2147483648,2 GiB"})
    void a_size_is_told_in_its_largest_unit(long bytes, String text) {
        assertEquals(text, new ByteSize(bytes).toString());
    }

    @Test
    void a_bandwidth_is_a_size_per_second() {
        assertEquals(125L << 20, Bandwidth.parse("125MiB/s").bytesPerSecond());
        assertEquals("125 MiB/s", Bandwidth.parse("125MiB/s").toString());
        assertThrows(IllegalArgumentException.class, () -> Bandwidth.parse("125MiB"));
        assertThrows(IllegalArgumentException.class, () -> new Bandwidth(-1));
    }

    @Test
    void a_small_limit_is_never_told_to_libvirt_as_none() {
        assertEquals(1, new Bandwidth(1).toLibvirtMebibytesPerSecond());
        assertEquals(32, Bandwidth.parse("32MiB/s").toLibvirtMebibytesPerSecond());
    }

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "10s,PT10S", "10,PT10S", "5m,PT5M", "2h,PT2H", "7d,PT168H", "PT1M30S,PT1M30S"})
    void a_duration_is_written_as_people_write_it(String text, Duration duration) {
        assertEquals(duration, Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ten", "5 minutes", "1w", "99999999999999999999s", "9999999999999999d"})
    void another_text_is_no_duration_and_says_how_to_write_one(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Durations.parse(text))
                .getMessage();
        assertTrue(message.contains("\"" + text + "\"") && message.contains("as in 10m"), message);
    }
}
