package io.godwit.ops.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One measured figure. What could not be measured is NaN, and shown as nothing.
 *
 * @param name what was measured
 * @param unit of measured value and limit
 * @param limitName what the limit is; empty where the figure has none
 * @param limit measured in the same run, by the simplest thing that does the same; NaN: none
 */
record Figure(String name, String unit, double measured, String limitName, double limit, Optional<Target> target) {
    private static final MathContext DIGITS = new MathContext(3);

    static Figure of(String name, String unit, double measured) {
        return new Figure(name, unit, measured, "", Double.NaN, Optional.empty());
    }

    Figure beside(String otherLimitName, double otherLimit) {
        return new Figure(name, unit, measured, otherLimitName, otherLimit, target);
    }

    Figure heldTo(Target wanted) {
        return new Figure(name, unit, measured, limitName, limit, Optional.of(wanted));
    }

    double ratio() {
        return measured / limit;
    }

    boolean isMissed() {
        return target.isPresent() && !target.get().isHeldBy(measured, ratio());
    }

    Map<String, Object> row() {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("figure", name);
        row.put("measured", rounded(measured));
        row.put("unit", unit);
        row.put("limit", rounded(limit));
        row.put("limitIs", limitName.isEmpty() ? null : limitName);
        row.put("ratio", rounded(ratio()));
        row.put("target", target.map(Target::text).orElse(null));
        row.put("held", target.isEmpty() ? null : isMissed() ? "no" : "yes");
        return row;
    }

    /** To three digits, and whole where there are more before the point; null for no number. */
    static BigDecimal rounded(double value) {
        if (!Double.isFinite(value)) {
            return null;
        }
        BigDecimal exact = BigDecimal.valueOf(value);
        BigDecimal three = exact.round(DIGITS);
        // integers keep all their digits: 1234 samples are not 1230
        BigDecimal shown = three.scale() < 0 ? exact.setScale(0, RoundingMode.HALF_UP) : three;
        return new BigDecimal(shown.stripTrailingZeros().toPlainString());
    }
}
