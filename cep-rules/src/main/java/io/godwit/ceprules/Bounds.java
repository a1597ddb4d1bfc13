package io.godwit.ceprules;

import io.godwit.schemas.units.ByteSize;
import java.time.Duration;

/** Refuses settings that are out of bounds, with the key, the bounds and what is usual. */
final class Bounds {
    private Bounds() {}

    static void check(String key, Duration value, Duration least, Duration most, String usual) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("%s is %d ms; give %d to %d ms, or drop the key for %s"
                    .formatted(key, value.toMillis(), least.toMillis(), most.toMillis(), usual));
        }
    }

    static void check(String key, int value, int most, String usual) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "%s is %d; give 1 to %d, or drop the key for %s".formatted(key, value, most, usual));
        }
    }

    static void check(String key, ByteSize value, ByteSize least, String usual) {
        if (value.bytes() < least.bytes()) {
            throw new IllegalArgumentException(
                    "%s is %s; give %s or more, or drop the key for %s".formatted(key, value, least, usual));
        }
    }
}
