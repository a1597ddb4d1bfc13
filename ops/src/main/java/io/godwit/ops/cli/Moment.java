package io.godwit.ops.cli;

import io.godwit.schemas.units.Durations;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;

/** Moments as people write them: RFC 3339, local date and time, local time of today, or how long ago ("-10m"). */
public final class Moment {
    private Moment() {}

    /**
     * @param now the present, in the zone that local times are meant in
     * @throws IllegalArgumentException with the text and how to write it
     */
    public static Instant parse(String text, ZonedDateTime now) {
        String written = text.strip().replace(' ', 'T');
        try {
            if (written.equals("now")) {
                return now.toInstant();
            } else if (written.startsWith("-")) {
                return now.toInstant().minus(Durations.parse(written.substring(1)));
            } else if (written.matches(".*T.*(Z|[+-]\\d\\d:\\d\\d)")) {
                return OffsetDateTime.parse(written).toInstant();
            } else if (written.contains("T")) {
                return LocalDateTime.parse(written).atZone(now.getZone()).toInstant();
            }
            return LocalTime.parse(written)
                    .atDate(now.toLocalDate())
                    .atZone(now.getZone())
                    .toInstant();
        } catch (DateTimeParseException wrong) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no time; write 2026-01-31T10:00:05Z, 2026-01-31T10:00:05, 10:00:05 or -10m",
                    wrong);
        }
    }
}
