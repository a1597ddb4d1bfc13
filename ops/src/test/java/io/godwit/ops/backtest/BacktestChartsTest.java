package io.godwit.ops.backtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.backtest.Change;
import io.godwit.ceprules.backtest.Drawn;
import io.godwit.ops.report.Chart;
import io.godwit.ops.report.Facts;
import io.godwit.ops.report.InBrowser;
import io.godwit.ops.report.ReportPage;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.PlannedMove;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BacktestChartsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant END = START.plus(Duration.ofMinutes(10));

    @TempDir
    Path folder;

    private static Drawn drawn(String host, int second) {
        Instant since = START.plusSeconds(second);
        return new Drawn(0, host, "", since, second, Optional.of(since.plusSeconds(5)));
    }

    private static Tried tried(List<Drawn> tried, List<Drawn> before) {
        Cost cost = new Cost(2_000_000_000L, 7, 1000, Duration.ofSeconds(1000));
        return new Tried(List.of(), Change.between(tried, before), cost, Optional.of(cost), 1);
    }

    private static final Tried TRIED =
            tried(List.of(drawn("a", 1), drawn("a", 20), drawn("b", 40)), List.of(drawn("a", 1), drawn("c", 50)));

    private static Answers.Step step(int second, Answers.Stand stand, String vm, String target) {
        PlannedMove move = PlannedMove.newBuilder()
                .setVmId(vm)
                .setSourceHostId("a")
                .setTargetHostId(target)
                .setAfter(List.of())
                .setEstimatedMillis(1000)
                .setWhy("as a rule asks")
                .setMode(MigrationMode.PRE_COPY)
                .setAction(ActionKind.MIGRATE)
                .build();
        return new Answers.Step(START.plusSeconds(second), stand, move, "CUSTOM-r-a-0-1", true);
    }

    private static Followed followed() {
        Answers tried = new Answers(
                List.of(
                        step(1, Answers.Stand.COMMANDED, "v1", "b"),
                        step(2, Answers.Stand.COMMANDED, "v2", "b"),
                        step(9, Answers.Stand.COMMANDED, "v3", "b"),
                        step(10, Answers.Stand.SHOWN, "v4", "b")),
                List.of());
        Answers before = new Answers(
                List.of(
                        step(1, Answers.Stand.COMMANDED, "v1", "b"),
                        step(30, Answers.Stand.COMMANDED, "v2", "b"),
                        step(40, Answers.Stand.COMMANDED, "v2", "c")),
                List.of());
        return new Followed(Optional.of(START), END, tried, before, 3);
    }

    private static List<Chart> charts(Tried tried, Optional<String> other, Optional<Followed> followed) {
        return BacktestCharts.of(tried, other, followed, START, END, ZoneOffset.UTC, host -> "host " + host);
    }

    @Test
    void detections_of_both_are_counted_over_time_and_by_host() {
        List<Chart> charts = charts(TRIED, Optional.of("r v2"), Optional.empty());
        assertEquals(
                List.of("detections", "changes", "hosts"),
                charts.stream().map(Chart::id).toList());
        Chart overTime = charts.getFirst();
        assertEquals(
                List.of("00:00:00", "00:00:15", "00:00:30"), overTime.labels().subList(0, 3));
        assertEquals(
                List.of("the file", "r v2"),
                overTime.series().stream().map(Chart.Series::name).toList());
        assertEquals(
                List.of(1.0, 1.0, 1.0, 0.0),
                overTime.series().getFirst().values().subList(0, 4));
        assertEquals(
                List.of(1.0, 0.0, 0.0, 1.0),
                overTime.series().getLast().values().subList(0, 4));
        assertEquals(List.of("host a", "host b", "host c"), charts.getLast().labels());
        assertEquals(
                List.of(2.0, 1.0, 0.0), charts.getLast().series().getFirst().values());
        assertEquals(List.of(1.0, 0.0, 1.0), charts.getLast().series().getLast().values());
    }

    @Test
    void a_chart_that_would_show_nothing_is_left_out() {
        assertEquals(List.of(), charts(tried(List.of(), List.of()), Optional.empty(), Optional.empty()));
        assertTrue(charts(TRIED, Optional.empty(), Optional.empty()).stream()
                .noneMatch(chart -> chart.id().equals("changes")));
    }

    @Test
    void steps_are_the_same_at_another_time_or_in_one_alone() {
        List<String> changes = StepChange.between(followed().tried(), followed().before()).stream()
                .map(change -> change.kind() + " " + change.any().move().getVmId() + " "
                        + change.any().move().getTargetHostId())
                .toList();
        assertEquals(List.of("SAME v1 b", "MOVED v2 b", "ADDED v3 b", "ADDED v4 b", "REMOVED v2 c"), changes);
        assertEquals(3, followed().tried().migrations(), "what is shown alone moves nothing");
        assertEquals(0, followed().moreMigrations());
        assertEquals(1, followed().tried().count(Answers.Stand.SHOWN));
    }

    @Test
    void a_cost_is_told_for_an_observation_and_as_a_share_of_a_core() {
        assertEquals(2_000_000, TRIED.cost().nanosPerObservation());
        assertEquals(0.2, TRIED.cost().corePercent(), 1e-9);
        assertEquals(0, new Cost(5, 0, 0, Duration.ZERO).corePercent());
    }

    @Test
    void parts_of_time_are_few_and_begin_at_round_times() {
        for (Duration length : List.of(
                Duration.ofMillis(1),
                Duration.ofMinutes(10),
                Duration.ofHours(25),
                Duration.ofDays(7),
                Duration.ofDays(90))) {
            TimeBins bins =
                    TimeBins.of(START.plusMillis(1234), START.plusMillis(1234).plus(length));
            assertTrue(bins.count() >= 1 && bins.count() <= 61, length + " has " + bins.count());
            assertEquals(
                    bins.count(),
                    bins.labels(ZoneOffset.UTC).stream().distinct().count(),
                    length.toString());
            assertEquals(0, bins.from().toEpochMilli() % bins.width().toMillis());
        }
    }

    @Test
    void the_page_draws_each_chart_and_what_people_wrote_stays_text() throws IOException, InterruptedException {
        List<Chart> charts = charts(TRIED, Optional.of("r v2"), Optional.of(followed()));
        Facts facts = new Facts()
                .values("Figures", Map.of("added", 2))
                .rows("Nothing", List.of("a"), List.of())
                .rows("Moves", List.of("vm", "tries"), List.of(Map.of("vm", "<b>v1</b>", "tries", 2)))
                .text("The rule", "// </pre><script>alert(1)</script>");
        String page = ReportPage.of("Backtest of r", "Modelled.", charts, facts);
        assertFalse(page.contains("<script>alert") || page.contains("<b>v1"));
        assertFalse(page.contains("Nothing"), "a table without rows is left out");
        assertTrue(page.contains("<td>&lt;b&gt;v1&lt;/b&gt;</td><td class=\"number\">2</td>"));
        assertEquals(List.of("changes", "detections", "hosts", "migrations"), InBrowser.drawn(page, folder));
    }
}
