package io.godwit.ops.backtest;

import io.godwit.ceprules.backtest.Change;
import io.godwit.ceprules.backtest.Drawn;
import io.godwit.ops.report.Chart;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The charts of a backtest; those that would show nothing are left out. */
public final class BacktestCharts {
    private static final String TRIED = "the file";
    private static final int TOP_HOSTS = 20;

    private final Tried tried;
    private final Optional<String> other;
    private final TimeBins time;
    private final List<String> labels;

    private BacktestCharts(Tried tried, Optional<String> other, Instant from, Instant to, ZoneId zone) {
        this.tried = tried;
        this.other = other;
        this.time = TimeBins.of(from, to);
        this.labels = time.labels(zone);
    }

    /**
     * All that have something to show.
     *
     * @param other what the other version is called; empty: there is none
     * @param hostNames names of hosts by their ids
     */
    public static List<Chart> of(
            Tried tried,
            Optional<String> other,
            Optional<Followed> followed,
            Instant from,
            Instant to,
            ZoneId zone,
            UnaryOperator<String> hostNames) {
        BacktestCharts charts = new BacktestCharts(tried, other, from, to, zone);
        return Stream.concat(
                        Stream.of(charts.detections(), charts.changes(), charts.hosts(hostNames)),
                        followed.stream().map(charts::migrations))
                .filter(chart -> !chart.isEmpty())
                .toList();
    }

    private List<Instant> begun(Function<Change, Optional<Drawn>> which) {
        return tried.changes().stream()
                .flatMap(change -> which.apply(change).stream())
                .map(Drawn::since)
                .toList();
    }

    private Chart detections() {
        long before = begun(Change::before).size();
        return overTime(
                "detections",
                "Detections over time",
                "%d detections of the file began%s; each bar is %s."
                        .formatted(
                                tried.detections(),
                                other.map(name -> ", and %d of %s".formatted(before, name))
                                        .orElse(""),
                                time.each()),
                Chart.Kind.BARS,
                "detections that began",
                both(time.counts(begun(Change::drawn)), time.counts(begun(Change::before))));
    }

    private Chart changes() {
        List<Chart.Series> series = new ArrayList<>();
        for (Change.Kind kind : List.of(Change.Kind.ADDED, Change.Kind.REMOVED, Change.Kind.MOVED)) {
            series.add(Chart.Series.of(
                    kind.name().toLowerCase(Locale.ROOT),
                    time.counts(tried.changes().stream()
                            .filter(change -> other.isPresent() && change.kind() == kind)
                            .map(change -> change.any().since())
                            .toList())));
        }
        return overTime(
                "changes",
                "What changes",
                "%d detections added, %d removed, %d moved in time, %d the same."
                        .formatted(
                                tried.count(Change.Kind.ADDED),
                                tried.count(Change.Kind.REMOVED),
                                tried.count(Change.Kind.MOVED),
                                tried.count(Change.Kind.SAME)),
                Chart.Kind.STACKED_BARS,
                "detections",
                series);
    }

    private Chart hosts(UnaryOperator<String> hostNames) {
        List<TopHost> hosts = TopHost.of(tried.changes(), TOP_HOSTS);
        return new Chart(
                "hosts",
                "Hosts with the most detections",
                hosts.isEmpty()
                        ? "None."
                        : "%s has the most: %d."
                                .formatted(
                                        hostNames.apply(hosts.getFirst().hostId()),
                                        hosts.getFirst().detections()),
                Chart.Kind.BARS,
                "host",
                "detections",
                hosts.stream().map(host -> hostNames.apply(host.hostId())).toList(),
                both(
                        hosts.stream().map(host -> (double) host.detections()).toList(),
                        hosts.stream().map(host -> (double) host.before()).toList()));
    }

    private Chart migrations(Followed followed) {
        return overTime(
                "migrations",
                "Migrations that would have been commanded",
                "%d with the file%s, whatever for; each bar is %s."
                        .formatted(
                                followed.tried().migrations(),
                                ", and %d with %s"
                                        .formatted(
                                                followed.before().migrations(), other.orElse("no version of the rule")),
                                time.each()),
                Chart.Kind.BARS,
                "migrations",
                List.of(
                        Chart.Series.of(TRIED, time.counts(commanded(followed.tried()))),
                        Chart.Series.of(other.orElse("without the rule"), time.counts(commanded(followed.before())))));
    }

    private static List<Instant> commanded(Answers answers) {
        return answers.steps().stream()
                .filter(step -> step.stand() == Answers.Stand.COMMANDED && step.migrates())
                .map(Answers.Step::at)
                .toList();
    }

    private List<Chart.Series> both(List<Double> file, List<Double> before) {
        List<Chart.Series> series = new ArrayList<>(List.of(Chart.Series.of(TRIED, file)));
        other.ifPresent(name -> series.add(Chart.Series.of(name, before)));
        return series;
    }

    private Chart overTime(
            String id, String title, String says, Chart.Kind kind, String counted, List<Chart.Series> series) {
        return new Chart(id, title, says, kind, "time", counted, labels, series);
    }
}
