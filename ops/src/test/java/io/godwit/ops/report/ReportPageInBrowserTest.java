package io.godwit.ops.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in Chromium: no script is refused, and each chart is drawn. */
class ReportPageInBrowserTest {
    @TempDir
    Path folder;

    @Test
    void each_chart_is_drawn() throws IOException, InterruptedException {
        RunSeries run = ReportPageTest.run("dvms-local", List.of(1.0, 2.0));
        assertEquals(
                Charts.of(run).stream().map(Chart::id).sorted().toList(), InBrowser.drawn(ReportPage.of(run), folder));
    }
}
