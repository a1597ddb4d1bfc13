package io.godwit.ops.summary;

import java.util.Arrays;

/** Measured values: their number, sum and maximum, and percentiles of the newest million, so that a run may last for months. */
final class Values {
    static final int NEWEST = 1 << 20;
    private static final int FIRST = 16;

    private double[] newest = new double[FIRST];
    private int held;
    private int next;
    private long count;
    private double sum;
    private double max = Double.NEGATIVE_INFINITY;

    void add(double value) {
        keep(value);
        count++;
        sum += value;
        max = Math.max(max, value);
    }

    private void keep(double value) {
        if (next == newest.length && held < NEWEST) {
            newest = Arrays.copyOf(newest, newest.length * 2);
        }
        next %= NEWEST;
        newest[next++] = value;
        held = Math.min(held + 1, NEWEST);
    }

    void addAll(Values other) {
        for (double value : other.newest()) {
            keep(value);
        }
        count += other.count;
        sum += other.sum;
        max = Math.max(max, other.max);
    }

    long count() {
        return count;
    }

    double sum() {
        return sum;
    }

    double max() {
        return max;
    }

    /** Null where there are no values. */
    Double percentile(int percent) {
        return Percentile.of(newest(), percent);
    }

    private double[] newest() {
        return Arrays.copyOf(newest, held);
    }
}
