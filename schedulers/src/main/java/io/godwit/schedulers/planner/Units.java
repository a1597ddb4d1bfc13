package io.godwit.schedulers.planner;

import java.util.List;

/** What amounts are counted in before the solver adds them up, as its numbers are ints. */
final class Units {
    static final long SUM_MAX = 1 << 30;

    private Units() {}

    /**
     * The greatest common divisor, which loses nothing; doubled where the sum would not fit an int, which rounds sizes up
     * and free room down, so that what fits in units fits in truth.
     */
    static long of(List<Long> sizes) {
        long unit = 0;
        long sum = 0;
        for (long size : sizes) {
            unit = gcd(unit, size);
            sum += size;
        }
        unit = Math.max(1, unit);
        while (sum / unit + sizes.size() > SUM_MAX) {
            unit *= 2;
        }
        return unit;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
