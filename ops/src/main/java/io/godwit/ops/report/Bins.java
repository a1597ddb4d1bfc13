package io.godwit.ops.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Ranges of numbers with bounds that people like: 1, 2 and 5 times a power of ten.
 *
 * @param bounds rising; bin i goes from bound i, inclusive, to bound i + 1, exclusive, and the last bin takes all above it too
 */
record Bins(List<Double> bounds) {
    private static final double[] NICE = {1, 2, 5, 10};

    /** Bins of one width from 0 on that reach a value, not more than so many. */
    static Bins even(double upTo, int most) {
        double width = niceAtLeast(upTo / most);
        List<Double> bounds = new ArrayList<>(List.of(0.0));
        for (int bin = 1; bounds.size() < 2 || bounds.getLast() < upTo; bin++) {
            bounds.add(bin * width);
        }
        return new Bins(bounds);
    }

    /** Bins whose bounds are 0 and then 1, 2 and 5 times powers of ten, from a first one up to a value. */
    static Bins widening(double first, double upTo) {
        List<Double> bounds = new ArrayList<>(List.of(0.0, first));
        while (bounds.getLast() <= upTo) {
            bounds.add(niceAtLeast(bounds.getLast() * 1.5));
        }
        return new Bins(bounds);
    }

    int size() {
        return bounds.size() - 1;
    }

    int of(double value) {
        int bin = size() - 1;
        while (bin > 0 && value < bounds.get(bin)) {
            bin--;
        }
        return bin;
    }

    double from(int bin) {
        return bounds.get(bin);
    }

    double to(int bin) {
        return bounds.get(bin + 1);
    }

    List<Double> counts(List<Double> values) {
        double[] counts = new double[size()];
        values.forEach(value -> counts[of(value)]++);
        List<Double> all = new ArrayList<>();
        for (double count : counts) {
            all.add(count);
        }
        return all;
    }

    /** As in "0–5". */
    List<String> ranges() {
        List<String> ranges = new ArrayList<>();
        for (int bin = 0; bin < size(); bin++) {
            ranges.add(plain(from(bin)) + "–" + plain(to(bin)));
        }
        return ranges;
    }

    /** Where each bin begins. */
    List<String> starts() {
        return bounds.subList(0, size()).stream().map(Bins::plain).toList();
    }

    /** Without an exponent, and at most 6 digits after the point. */
    static String plain(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(6, RoundingMode.HALF_UP);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    private static double niceAtLeast(double wanted) {
        if (!(wanted > 0)) {
            return 1;
        }
        double power = StrictMath.pow(10, Math.floor(StrictMath.log10(wanted)));
        for (double nice : NICE) {
            if (nice * power >= wanted * (1 - 1e-9)) { // a bound that is met but for rounding is met
                return nice * power;
            }
        }
        return 10 * power;
    }
}
