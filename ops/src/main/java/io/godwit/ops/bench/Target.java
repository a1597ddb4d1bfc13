package io.godwit.ops.bench;

import java.util.Locale;

/**
 * What a figure is held against.
 *
 * @param of whether the bound is meant for the measured value or for its ratio to the limit
 * @param sense on which side of the bound a figure holds
 * @param bound in the figure's unit, or a bare ratio
 */
record Target(Of of, Sense sense, double bound) {
    enum Of {
        VALUE,
        RATIO
    }

    enum Sense {
        AT_MOST,
        AT_LEAST
    }

    static Target valueAtMost(double bound) {
        return new Target(Of.VALUE, Sense.AT_MOST, bound);
    }

    static Target valueAtLeast(double bound) {
        return new Target(Of.VALUE, Sense.AT_LEAST, bound);
    }

    static Target ratioAtMost(double bound) {
        return new Target(Of.RATIO, Sense.AT_MOST, bound);
    }

    static Target ratioAtLeast(double bound) {
        return new Target(Of.RATIO, Sense.AT_LEAST, bound);
    }

    /** A value that is not a number (nothing was measured) never holds. */
    boolean isHeldBy(double value, double ratio) {
        double judged = of == Of.VALUE ? value : ratio;
        return sense == Sense.AT_MOST ? judged <= bound : judged >= bound;
    }

    /** As in "≤ 15" or "ratio ≥ 0.3". */
    String text() {
        return String.format(
                Locale.ROOT,
                "%s%s %s",
                of == Of.RATIO ? "ratio " : "",
                sense == Sense.AT_MOST ? "≤" : "≥",
                Figure.rounded(bound));
    }
}
