package io.godwit.schemas.units;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of memory or storage in bytes; never negative. Written "2GiB", "512 MiB", "100B". */
public record ByteSize(long bytes) {
    private static final Pattern TEXT = Pattern.compile("\\s*(\\d+)\\s*(B|KiB|MiB|GiB|TiB)\\s*");

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size is " + bytes + " bytes; give 0 or more");
        }
    }

    public static ByteSize ofMebibytes(long mebibytes) {
        return new ByteSize(Math.multiplyExact(mebibytes, 1L << 20));
    }

    public static ByteSize ofGibibytes(long gibibytes) {
        return new ByteSize(Math.multiplyExact(gibibytes, 1L << 30));
    }

    /** @throws IllegalArgumentException with the value and how to write it */
    public static ByteSize parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is no size; write a whole number and a unit of B, KiB, MiB, GiB, TiB, as in 2GiB");
        }
        int shift = switch (matcher.group(2)) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            case "TiB" -> 40;
            default -> 0; // the pattern lets nothing but B through
        };
        boolean tooLong = matcher.group(1).length() > 18; // 19 digits may not fit a long
        long number = tooLong ? Long.MAX_VALUE : Long.parseLong(matcher.group(1));
        if (tooLong || number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("\"" + text + "\" is too large a size; give less than 8388608TiB");
        }
        return new ByteSize(number << shift);
    }

    /** In the largest binary unit that keeps one digit before the point, as in "1.5 GiB"; the same in every locale. */
    @Override
    public String toString() {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return value == Math.rint(value)
                ? (long) value + " " + units[unit]
                : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
