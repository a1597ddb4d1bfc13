package io.godwit.ops.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.report.RunSeries.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReportPageTest {
    static RunSeries run(String title, List<Double> violations) {
        return new RunSeries(
                title,
                new LinkedHashMap<>(Map.of("--hosts", "64")),
                Map.of("violations", Map.of("count", 3, "meanSeconds", 9.5)),
                1200,
                violations,
                List.of(new Level(5, 1), new Level(6, 3), new Level(7, 1), new Level(35, 0)),
                new TreeMap<>(Map.of(2, 10L, 3, 4L)),
                new LinkedHashMap<>(Map.of("succeeded", List.of(3.0, 11.0, 12.0))),
                List.of(new Level(0, 0), new Level(600, 100), new Level(1200, 300)),
                List.of(0.05, 0.3, 7.0));
    }

    private static Chart chart(RunSeries run, String id) {
        return Charts.of(run).stream()
                .filter(chart -> chart.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static List<Double> values(RunSeries run, String id, int series) {
        return chart(run, id).series().get(series).values();
    }

    @Test
    void the_page_asks_no_network_for_anything() {
        String page = ReportPage.of(run("dvms-local", List.of(1.0, 2.0)));
        assertTrue(page.contains("default-src 'none'"), "its own policy forbids it");
        assertFalse(Pattern.compile("(src|href)\\s*=\\s*[\"']").matcher(page).find(), "nothing is linked");
        assertFalse(page.contains("sourceMappingURL"));
        assertFalse(Pattern.compile("@[A-Z]+@").matcher(page).find(), "no part is left out");
    }

    @Test
    void each_chart_has_a_table_with_its_numbers() {
        RunSeries run = run("x", List.of(1.0, 2.0, 14.0));
        String page = ReportPage.of(run);
        for (Chart chart : Charts.of(run)) {
            assertTrue(page.contains("<canvas id=\"" + chart.id() + "\" role=\"img\" aria-label="), chart.id());
            assertTrue(page.contains("<caption>" + chart.title() + "</caption>"), chart.id());
        }
        assertTrue(page.contains("<tr><th scope=\"row\">2</th><td>10</td></tr>"), "partition sizes");
        assertTrue(page.contains("<tr><th scope=\"row\">violations.meanSeconds</th><td>9.5</td></tr>"));
    }

    @Test
    void text_from_outside_stays_text() {
        String page = ReportPage.of(run("</script><script>alert(1)</script>@DATA@", List.of(1.0)));
        assertFalse(page.contains("<script>alert"));
        assertTrue(page.contains("<h1>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;@DATA@</h1>"));
    }

    @Test
    void a_chart_of_nothing_is_left_out_and_says_so() {
        String page = ReportPage.of(run("x", List.of()));
        assertFalse(page.contains("canvas id=\"violations\""));
        assertTrue(page.contains("No violations.") && page.contains("Nothing to show."));
    }

    @Test
    void durations_are_counted_in_even_bins_that_take_the_longest_too() {
        RunSeries run = run("x", List.of(0.0, 0.9, 1.0, 30.0));
        assertEquals(30, chart(run, "violations").labels().size());
        assertEquals("0–1", chart(run, "violations").labels().getFirst());
        assertEquals(2.0, values(run, "violations", 0).getFirst());
        assertEquals(1.0, values(run, "violations", 0).get(1));
        assertEquals(1.0, values(run, "violations", 0).getLast());
    }

    @Test
    void open_violations_show_the_highest_number_within_each_bin() {
        assertEquals(
                List.of(3.0, 1.0, 1.0, 1.0, 0.0),
                values(run("x", List.of(1.0)), "open", 0).subList(0, 5));
    }

    @Test
    void power_is_what_energy_grew_by() {
        RunSeries run = run("x", List.of(1.0));
        assertEquals(600, values(run, "energy", 0).getFirst(), 1e-6);
        assertEquals(1200, values(run, "energy", 0).getLast(), 1e-6);
        assertEquals(300, values(run, "energy", 1).getLast(), 1e-6);
    }

    @Test
    void decisions_stand_in_widening_bins() {
        Chart decisions = chart(run("x", List.of(1.0)), "decisions");
        assertEquals(List.of("0–0.1", "0.1–0.2", "0.2–0.5", "0.5–1", "1–2", "2–5", "5–10"), decisions.labels());
        assertEquals(
                List.of(1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
                decisions.series().getFirst().values());
    }

    @Test
    void migrations_are_counted_where_they_ended() {
        assertEquals(
                List.of(1.0, 2.0, 0.0),
                values(run("x", List.of(1.0)), "migrations", 0).subList(0, 3));
    }

    @Test
    void a_run_of_no_time_is_refused() {
        RunSeries run = run("x", List.of());
        assertThrows(
                IllegalArgumentException.class,
                () -> new RunSeries(
                        "x",
                        run.options(),
                        Map.of(),
                        0,
                        List.of(),
                        List.of(),
                        new TreeMap<>(),
                        new LinkedHashMap<>(),
                        List.of(),
                        List.of()));
    }
}
