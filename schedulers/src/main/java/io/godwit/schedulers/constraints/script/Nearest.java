package io.godwit.schedulers.constraints.script;

import java.util.Collection;
import java.util.Locale;

/** Which known name is meant by an unknown one. */
final class Nearest {
    /** Longer names are not compared: the work grows with the square of the length. */
    private static final int LENGTH_MAX = 64;

    private Nearest() {}

    /** "; did you mean NAME?" for the known name that takes the fewest changed letters; empty if none is near. */
    static String hint(String unknown, Collection<String> known) {
        String best = null;
        int most = unknown.length() < 3 ? 1 : Math.max(2, unknown.length() / 3); // two letters are swapped easily
        int least = most + 1;
        for (String name : known) {
            if (name.length() <= LENGTH_MAX && Math.abs(name.length() - unknown.length()) < least) {
                int distance = distance(unknown.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT), least);
                if (distance < least) {
                    best = name;
                    least = distance;
                }
            }
        }
        return best == null ? "" : "; did you mean " + best + "?";
    }

    /** Levenshtein's, or the bound where it is not below. */
    private static int distance(String one, String other, int bound) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            int smallest = line;
            for (int column = 1; column <= other.length(); column++) {
                int change = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(change, Math.min(row[column], row[column - 1]) + 1);
                smallest = Math.min(smallest, row[column]);
            }
            if (smallest >= bound) {
                return bound;
            }
        }
        return row[other.length()];
    }
}
