package io.godwit.ops.summary;

import java.util.Arrays;

/** Nearest-rank percentiles: always one of the values, null of none. */
public final class Percentile {
    private Percentile() {}

    /** @param percent above 0 and up to 100 */
    public static Double of(double[] values, double percent) {
        if (values.length == 0) {
            return null;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(1, rank) - 1];
    }
}
