package io.godwit.ops.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Tables and texts that stand below the charts of a page, in order. */
public final class Facts {
    private static final String NUMBER = " class=\"number\"";
    private static final int NARROW = 5;

    private final StringBuilder html = new StringBuilder();

    /** A name and a value per line. */
    public Facts values(String caption, Map<String, ?> values) {
        StringBuilder table = new StringBuilder("<table><caption>" + escaped(caption) + "</caption><tbody>\n");
        values.forEach((name, value) -> table.append("<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n"
                .formatted(
                        escaped(name),
                        escaped(Objects.requireNonNullElse(value, "–").toString()))));
        return add("scroll", caption, table.append("</tbody></table>"));
    }

    /** Rows of words and numbers, over the whole width where there are many columns; nothing where there are no rows. */
    public Facts rows(String caption, List<String> columns, List<Map<String, Object>> rows) {
        if (rows.isEmpty()) {
            return this;
        }
        StringBuilder table = new StringBuilder(
                "<table class=\"words\"><caption>%s</caption>\n<thead><tr>".formatted(escaped(caption)));
        columns.forEach(column -> table.append(
                "<th scope=\"col\"%s>%s</th>".formatted(numeric(rows, column) ? NUMBER : "", escaped(words(column)))));
        table.append("</tr></thead><tbody>\n");
        for (Map<String, Object> row : rows) {
            table.append("<tr>");
            columns.forEach(column -> table.append("<td%s>%s</td>"
                    .formatted(
                            numeric(rows, column) ? NUMBER : "",
                            escaped(Objects.requireNonNullElse(row.get(column), "–")
                                    .toString()))));
            table.append("</tr>\n");
        }
        return add(columns.size() > NARROW ? "scroll wide" : "scroll", caption, table.append("</tbody></table>"));
    }

    private static boolean numeric(List<Map<String, Object>> rows, String column) {
        return rows.getFirst().get(column) instanceof Number;
    }

    /** A text as it is, line by line. */
    public Facts text(String caption, String text) {
        return add(
                "scroll wide",
                caption,
                new StringBuilder("<h2>" + escaped(caption) + "</h2><pre>" + escaped(text) + "</pre>"));
    }

    private Facts add(String kind, String caption, StringBuilder inside) {
        html.append("<div class=\"%s\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
                        .formatted(kind, escaped(caption)))
                .append(inside)
                .append("</div>\n");
        return this;
    }

    String html() {
        return html.toString();
    }

    private static String words(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
