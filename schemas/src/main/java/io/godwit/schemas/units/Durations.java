package io.godwit.schemas.units;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: "500ms", "10s", "5m", "2h", "7d", bare seconds, or ISO-8601; never negative. */
public final class Durations {
    private static final Pattern TEXT = Pattern.compile("\\s*(\\d+)\\s*(ms|s|m|h|d)?\\s*");

    private Durations() {}

    /** @throws IllegalArgumentException with the value and how to write it */
    public static Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        try {
            if (!matcher.matches()) {
                Duration iso = Duration.parse(text.strip());
                if (iso.isNegative()) {
                    throw new IllegalArgumentException(
                            "\"" + text + "\" is a negative duration; give 0 or more, as in 10m");
                }
                return iso;
            }
            long number = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2) == null ? "s" : matcher.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                case "d" -> Duration.ofDays(number);
                default -> Duration.ofSeconds(number); // the pattern lets nothing but s through
            };
        } catch (DateTimeParseException | NumberFormatException | ArithmeticException wrong) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no duration; write a whole number and a unit of ms, s, m, h, d, as in 10m",
                    wrong);
        }
    }
}
