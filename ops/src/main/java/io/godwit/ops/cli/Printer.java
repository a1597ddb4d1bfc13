package io.godwit.ops.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints rows as a table, JSON or YAML. A row maps names to text, numbers, lists or maps, in order; JSON and YAML show it whole. */
public final class Printer {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build());

    /** Ways to print. */
    public enum Format {
        TABLE,
        JSON,
        YAML
    }

    private final PrintStream out;
    private final Format format;

    public Printer(PrintStream out, Format format) {
        this.out = out;
        this.format = format;
    }

    /** @param columns what a table shows of each row, in this order */
    public void list(List<String> columns, List<Map<String, Object>> rows) {
        switch (format) {
            case TABLE -> out.println(String.join(System.lineSeparator(), table(columns, rows)));
            case JSON, YAML -> whole(rows);
        }
    }

    /** One thing, a name and a value per line in a table. */
    public void one(Map<String, Object> row) {
        switch (format) {
            case TABLE -> {
                int width = row.keySet().stream().mapToInt(String::length).max().orElse(0);
                row.forEach((name, value) -> out.println((pad(words(name), width + 4) + text(value)).stripTrailing()));
            }
            case JSON, YAML -> whole(row);
        }
    }

    /** A value with all that is in it; not for tables. */
    public void whole(Object value) {
        try {
            out.println((format == Format.JSON ? JSON : YAML)
                    .writeValueAsString(value)
                    .stripTrailing());
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static List<String> table(List<String> columns, List<Map<String, Object>> rows) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns.stream()
                .map(name -> words(name).toUpperCase(Locale.ROOT))
                .toList());
        for (Map<String, Object> row : rows) {
            cells.add(columns.stream().map(name -> text(row.get(name))).toList());
        }
        int[] widths = new int[columns.size()];
        for (List<String> line : cells) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> line : cells) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                text.append(pad(line.get(column), widths[column] + 2));
            }
            lines.add(text.toString().stripTrailing());
        }
        return lines;
    }

    /** "cpuDemandMillicores" as people read it. */
    private static String words(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
    }

    private static String text(Object value) {
        return switch (value) {
            case null -> "-";
            case List<?> items ->
                items.isEmpty()
                        ? "-"
                        : items.stream()
                                .map(Printer::text)
                                .reduce((a, b) -> a + ", " + b)
                                .orElse("-");
            default -> value.toString();
        };
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
