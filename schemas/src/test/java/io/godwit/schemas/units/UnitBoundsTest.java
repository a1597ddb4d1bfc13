package io.godwit.schemas.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Locale;
import org.junit.jupiter.api.Test;

final class UnitBoundsTest {
    @Test
    void a_size_of_too_many_digits_says_how_large_it_may_be() {
        assertEquals(
                "\"99999999999999999999B\" is too large a size; give less than 8388608TiB",
                assertThrows(IllegalArgumentException.class, () -> ByteSize.parse("99999999999999999999B"))
                        .getMessage());
    }

    @Test
    void a_size_reads_the_same_in_every_locale_as_it_stands_in_the_log() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertEquals("2 GiB", new ByteSize(2L << 30).toString());
            assertEquals("1.5 KiB", new ByteSize(1536).toString());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void a_negative_duration_is_refused() {
        assertEquals(
                "\"-PT5S\" is a negative duration; give 0 or more, as in 10m",
                assertThrows(IllegalArgumentException.class, () -> Durations.parse("-PT5S"))
                        .getMessage());
    }
}
