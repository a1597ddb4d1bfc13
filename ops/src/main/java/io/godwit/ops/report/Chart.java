package io.godwit.ops.report;

import java.util.List;

/**
 * One chart, and the table behind it: a label per row, and what each series has there.
 *
 * @param id of the chart in its page
 * @param says what is to be seen, for those who see no chart
 * @param labels from left to right
 */
public record Chart(
        String id,
        String title,
        String says,
        Kind kind,
        String xTitle,
        String yTitle,
        List<String> labels,
        List<Series> series) {
    /** How it is drawn. */
    public enum Kind {
        BARS,
        STACKED_BARS,
        LINE
    }

    /**
     * @param values one per label
     * @param inTableAlone whether the chart leaves it out, being of another unit
     */
    public record Series(String name, List<Double> values, boolean inTableAlone) {
        public static Series of(String name, List<Double> values) {
            return new Series(name, values, false);
        }
    }

    /** Whether nothing is to be seen. */
    public boolean isEmpty() {
        return labels.isEmpty()
                || series.stream().allMatch(each -> each.values().stream().allMatch(value -> value == 0));
    }
}
