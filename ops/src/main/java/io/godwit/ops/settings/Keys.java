package io.godwit.ops.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Names of keys: how a record's component is written in YAML, and which known key is meant by an unknown one. */
public final class Keys {
    private Keys() {}

    /** "samplePeriod" is written "sample-period". */
    static String kebab(String component) {
        return component.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /** The known key that takes the fewest changed letters; empty if none is near. */
    public static Optional<String> nearest(String unknown, Collection<String> known) {
        return known.stream()
                .min(Comparator.<String>comparingInt(key -> distance(unknown, key))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(key -> distance(unknown, key) <= Math.max(2, key.length() / 2));
    }

    /** Levenshtein's. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= other.length(); column++) {
                int change = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(change, Math.min(row[column], row[column - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
