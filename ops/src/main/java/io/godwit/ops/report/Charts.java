package io.godwit.ops.report;

import io.godwit.ops.report.RunSeries.Level;
import io.godwit.ops.summary.Percentile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The charts of a run. */
final class Charts {
    private static final int TIME_BINS = 120;
    private static final int DURATION_BINS = 30;
    private static final double FIRST_MILLIS = 0.1;

    private final RunSeries run;
    private final Bins time;

    private Charts(RunSeries run) {
        this.run = run;
        this.time = Bins.even(run.seconds(), TIME_BINS);
    }

    static List<Chart> of(RunSeries run) {
        Charts charts = new Charts(run);
        return List.of(
                charts.violations(),
                charts.openViolations(),
                charts.partitions(),
                charts.migrations(),
                charts.energy(),
                charts.decisions());
    }

    private Chart violations() {
        Bins bins = Bins.even(max(run.violationSeconds()), DURATION_BINS);
        return new Chart(
                "violations",
                "How long violations lasted",
                said(run.violationSeconds(), "violations", "s"),
                Chart.Kind.BARS,
                "seconds",
                "violations",
                bins.ranges(),
                List.of(Chart.Series.of("violations", bins.counts(run.violationSeconds()))));
    }

    private Chart openViolations() {
        List<Double> most = new ArrayList<>();
        double level = 0;
        int next = 0;
        for (int bin = 0; bin < time.size(); bin++) {
            double peak = level;
            for (;
                    next < run.openViolations().size()
                            && time.of(run.openViolations().get(next).seconds()) <= bin;
                    next++) {
                level = run.openViolations().get(next).value();
                peak = Math.max(peak, level);
            }
            most.add(peak);
        }
        return new Chart(
                "open",
                "Open violations over time",
                "At most %s at once; each point is the highest number within %s s."
                        .formatted(Bins.plain(max(most)), Bins.plain(time.to(0))),
                Chart.Kind.LINE,
                "seconds since the start",
                "open violations",
                time.starts(),
                List.of(Chart.Series.of("open violations", most)));
    }

    private Chart partitions() {
        long all = run.partitionSizes().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        return new Chart(
                "partitions",
                "Hosts held when a plan was found",
                "%d host partitions found a plan%s."
                        .formatted(
                                all,
                                all == 0
                                        ? ""
                                        : ", the largest with %d hosts"
                                                .formatted(run.partitionSizes().lastKey())),
                Chart.Kind.BARS,
                "hosts",
                "host partitions",
                run.partitionSizes().keySet().stream().map(String::valueOf).toList(),
                List.of(Chart.Series.of(
                        "host partitions",
                        run.partitionSizes().values().stream()
                                .map(Long::doubleValue)
                                .toList())));
    }

    private Chart migrations() {
        List<String> counted = new ArrayList<>();
        List<Chart.Series> series = new ArrayList<>();
        run.migrationEnds().forEach((outcome, ends) -> {
            counted.add(ends.size() + " " + outcome);
            series.add(Chart.Series.of(outcome, time.counts(ends)));
        });
        return new Chart(
                "migrations",
                "Migrations over time by outcome",
                counted.isEmpty()
                        ? "No migration."
                        : "%s; each bar is %s s.".formatted(String.join(", ", counted), Bins.plain(time.to(0))),
                Chart.Kind.STACKED_BARS,
                "seconds since the start",
                "migrations that ended",
                time.starts(),
                series);
    }

    private Chart energy() {
        List<Double> watts = new ArrayList<>();
        List<Double> sums = new ArrayList<>();
        for (int bin = 0; bin < time.size(); bin++) {
            double from = time.from(bin);
            double to = Math.min(time.to(bin), run.seconds());
            double sum = wattHours(to);
            watts.add(to > from ? (sum - wattHours(from)) * 3600 / (to - from) : 0);
            sums.add(sum);
        }
        return new Chart(
                "energy",
                "Power drawn over time",
                String.format(
                        Locale.ROOT,
                        "%.1f Wh in all, %.0f W on average.",
                        wattHours(run.seconds()),
                        wattHours(run.seconds()) * 3600 / run.seconds()),
                Chart.Kind.LINE,
                "seconds since the start",
                "watts",
                time.starts(),
                List.of(Chart.Series.of("watts", watts), new Chart.Series("watt-hours so far", sums, true)));
    }

    private Chart decisions() {
        Bins bins = Bins.widening(FIRST_MILLIS, max(run.decisionMillis()));
        return new Chart(
                "decisions",
                "What decisions took",
                said(run.decisionMillis(), "decisions", "ms") + " Measured on the machine that ran the simulation.",
                Chart.Kind.BARS,
                "milliseconds",
                "decisions",
                bins.ranges(),
                List.of(Chart.Series.of("decisions", bins.counts(run.decisionMillis()))));
    }

    /** Drawn up to a time; evenly between two known ones. */
    private double wattHours(double seconds) {
        Level before = new Level(0, 0);
        for (Level level : run.wattHours()) {
            if (level.seconds() >= seconds) {
                double part = level.seconds() > before.seconds()
                        ? (seconds - before.seconds()) / (level.seconds() - before.seconds())
                        : 1;
                return before.value() + part * (level.value() - before.value());
            }
            before = level;
        }
        return before.value();
    }

    private static String said(List<Double> values, String what, String unit) {
        if (values.isEmpty()) {
            return "No " + what + ".";
        }
        double[] all = values.stream().mapToDouble(Double::doubleValue).toArray();
        return String.format(
                Locale.ROOT,
                "%d %s: half of them took at most %.1f %s, 95 %% at most %.1f %s, the longest %.1f %s.",
                all.length,
                what,
                Percentile.of(all, 50),
                unit,
                Percentile.of(all, 95),
                unit,
                max(values),
                unit);
    }

    private static double max(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }
}
