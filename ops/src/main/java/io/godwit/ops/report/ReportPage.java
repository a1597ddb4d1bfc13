package io.godwit.ops.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Charts and tables, of a run say, as one HTML page that needs nothing else: styles, charts and their library stand in it, and its own policy forbids any
 * network access. Behind each chart is a table with the same numbers.
 */
public final class ReportPage {
    private static final String CHART_JS = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";
    private static final Pattern PART = Pattern.compile("@([A-Z]+)@");
    private static final ObjectMapper JSON = new ObjectMapper();

    private ReportPage() {}

    /** The page's text, to be written as UTF-8. */
    public static String of(RunSeries run) {
        Facts facts = new Facts()
                .values("Result", Comparison.flat(JSON.valueToTree(run.result())))
                .values("Options", run.options());
        return of(run.title(), "", Charts.of(run), facts);
    }

    /**
     * Any page of that kind.
     *
     * @param lead what stands above the charts, in a sentence; "" for none
     */
    public static String of(String title, String lead, List<Chart> charts, Facts facts) {
        Map<String, String> parts = Map.of(
                "TITLE", Facts.escaped(title),
                "LEAD", lead.isEmpty() ? "" : "<p>" + Facts.escaped(lead) + "</p>",
                "STYLE", resource("report.css"),
                "FACTS", facts.html(),
                "CHARTS", charts.stream().map(ReportPage::section).collect(Collectors.joining()),
                "DATA", data(charts),
                "SCRIPT", resource("report.js"),
                "LIBRARY", resource(CHART_JS).replaceAll("//# sourceMappingURL=\\S*", ""));
        return PART.matcher(resource("report.html"))
                .replaceAll(part -> Matcher.quoteReplacement(parts.get(part.group(1))));
    }

    private static String section(Chart chart) {
        String title = Facts.escaped(chart.title());
        String says = Facts.escaped(chart.says());
        String drawn = chart.isEmpty() ? "<p>Nothing to show.</p>" : """
            <div class="chart"><canvas id="%s" role="img" aria-label="%s. %s The table below has the numbers."></canvas></div>
            """.formatted(chart.id(), title, says);
        return """
            <section aria-labelledby="%s-title">
            <h2 id="%s-title">%s</h2>
            <p>%s</p>
            %s
            %s</section>
            """.formatted(chart.id(), chart.id(), title, says, drawn, behind(chart));
    }

    private static String behind(Chart chart) {
        if (chart.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder("""
            <details><summary>Table</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Table: %s">
            <table><caption>%s</caption>
            <thead><tr><th scope="col">%s</th>\
            """.formatted(
                        Facts.escaped(chart.title()), Facts.escaped(chart.title()), Facts.escaped(chart.xTitle())));
        chart.series()
                .forEach(series -> table.append("<th scope=\"col\">")
                        .append(Facts.escaped(series.name()))
                        .append("</th>"));
        table.append("</tr></thead>\n<tbody>\n");
        IntStream.range(0, chart.labels().size()).forEach(row -> {
            table.append("<tr><th scope=\"row\">")
                    .append(Facts.escaped(chart.labels().get(row)))
                    .append("</th>");
            chart.series()
                    .forEach(series -> table.append("<td>")
                            .append(number(series.values().get(row)))
                            .append("</td>"));
            table.append("</tr>\n");
        });
        return table.append("</tbody></table></div></details>\n").toString();
    }

    private static String data(List<Chart> charts) {
        List<Map<String, Object>> all = charts.stream()
                .filter(chart -> !chart.isEmpty())
                .map(chart -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    map.put("id", chart.id());
                    map.put("kind", chart.kind().name().toLowerCase(Locale.ROOT));
                    map.put("x", chart.xTitle());
                    map.put("y", chart.yTitle());
                    map.put("labels", chart.labels());
                    map.put(
                            "series",
                            chart.series().stream()
                                    .filter(series -> !series.inTableAlone())
                                    .toList());
                    return map;
                })
                .toList();
        try {
            return JSON.writeValueAsString(all).replace("<", "\\u003c"); // text of ours must not end the script
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path; build Godwit anew");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
