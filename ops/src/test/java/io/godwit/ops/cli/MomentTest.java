package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;

final class MomentTest {
    private static final ZonedDateTime NOW = ZonedDateTime.parse("2026-01-31T10:00:05+01:00[Europe/Paris]");

    @Test
    void a_moment_is_written_as_RFC_3339_as_local_time_or_as_how_long_ago() {
        assertEquals(Instant.parse("2026-01-31T08:00:00Z"), Moment.parse("2026-01-31T08:00:00Z", NOW));
        assertEquals(Instant.parse("2026-01-31T08:00:00Z"), Moment.parse("2026-01-31T09:00:00+01:00", NOW));
        assertEquals(Instant.parse("2026-01-31T08:00:00Z"), Moment.parse("2026-01-31 09:00:00", NOW));
        assertEquals(Instant.parse("2026-01-31T08:00:00Z"), Moment.parse("09:00", NOW));
        assertEquals(Instant.parse("2026-01-31T08:50:05Z"), Moment.parse("-10m", NOW));
    }

    @Test
    void a_text_that_is_no_moment_is_refused_with_the_ways_to_write_one() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Moment.parse("yesterday", NOW));
        assertTrue(refused.getMessage().contains("-10m"), refused.getMessage());
    }
}
