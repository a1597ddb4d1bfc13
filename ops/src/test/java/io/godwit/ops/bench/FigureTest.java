package io.godwit.ops.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.cli.Printer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FigureTest {
    @Test
    void a_figure_is_judged_by_its_value_or_by_its_ratio_to_the_limit() {
        Figure latency = Figure.of("latency", "ms", 50).beside("bare", 30);
        assertFalse(latency.heldTo(Target.ratioAtMost(2)).isMissed());
        assertTrue(latency.heldTo(Target.ratioAtMost(1.5)).isMissed());
        assertTrue(latency.heldTo(Target.valueAtMost(49)).isMissed());
        assertFalse(latency.heldTo(Target.valueAtLeast(50)).isMissed());
        assertFalse(latency.isMissed(), "no target, nothing to miss");
    }

    @Test
    void what_was_not_measured_misses_its_target_and_is_shown_as_nothing() {
        Figure nothing =
                Figure.of("latency", "ms", Double.NaN).beside("bare", 30).heldTo(Target.ratioAtMost(2));
        assertTrue(nothing.isMissed());
        assertNull(nothing.row().get("measured"));
        assertEquals("no", nothing.row().get("held"));
    }

    @Test
    void numbers_have_three_digits_but_whole_ones_keep_all() {
        assertEquals("0.123", Figure.rounded(0.12345).toPlainString());
        assertEquals("12.3", Figure.rounded(12.345).toPlainString());
        assertEquals("512346", Figure.rounded(512_345.6).toPlainString());
        assertEquals("100", Figure.rounded(100).toString());
        assertEquals("0", Figure.rounded(0).toPlainString());
    }

    @Test
    void a_report_is_one_object_of_figures_tables_and_notes() {
        Report report = new Report()
                .figure(Figure.of("fold", "1/s", 40).beside("read", 100).heldTo(Target.ratioAtLeast(0.3)))
                .table("Rounds", List.of(Map.of("round", 1)))
                .note("Calm.");
        assertFalse(report.missesTarget());
        String json = printed(report, Printer.Format.JSON);
        assertTrue(json.contains("\"ratio\" : 0.4"), json);
        assertTrue(json.contains("\"target\" : \"ratio ≥ 0.3\""), json);
        assertTrue(json.contains("\"Rounds\""), json);
        assertTrue(json.contains("\"Calm.\""), json);
        String table = printed(report, Printer.Format.TABLE);
        assertTrue(table.contains("ratio ≥ 0.3"), table);
        assertTrue(table.contains("Rounds\n"), table);
    }

    private static String printed(Report report, Printer.Format format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(new PrintStream(out, true, StandardCharsets.UTF_8), format);
        return out.toString(StandardCharsets.UTF_8);
    }
}
