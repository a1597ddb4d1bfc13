package io.godwit.ops.bench;

import io.godwit.ops.cli.Printer;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a benchmark found: figures with their targets, tables behind them, and what must be said in words. */
final class Report {
    private static final List<String> COLUMNS =
            List.of("figure", "measured", "unit", "limit", "limitIs", "ratio", "target", "held");

    private final List<Figure> figures = new ArrayList<>();
    private final Map<String, List<Map<String, Object>>> tables = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    Report figure(Figure figure) {
        figures.add(figure);
        return this;
    }

    /** @param rows all with the same keys, in the order of the columns */
    Report table(String title, List<Map<String, Object>> rows) {
        tables.put(title, rows);
        return this;
    }

    Report note(String sentence) {
        notes.add(sentence);
        return this;
    }

    boolean missesTarget() {
        return figures.stream().anyMatch(Figure::isMissed);
    }

    /** A table for each part, or one object with "figures", "tables" and "notes". */
    void print(PrintStream out, Printer.Format format) {
        Printer printer = new Printer(out, format);
        List<Map<String, Object>> rows = figures.stream().map(Figure::row).toList();
        switch (format) {
            case TABLE -> {
                printer.list(COLUMNS, rows);
                tables.forEach((title, table) -> {
                    out.println();
                    out.println(title);
                    if (table.isEmpty()) {
                        out.println("(nothing)");
                    } else {
                        printer.list(List.copyOf(table.getFirst().keySet()), table);
                    }
                });
                if (!notes.isEmpty()) {
                    out.println();
                    notes.forEach(out::println);
                }
            }
            case JSON, YAML -> {
                Map<String, Object> whole = new LinkedHashMap<>();
                whole.put("figures", rows);
                whole.put("tables", tables);
                whole.put("notes", notes);
                printer.one(whole);
            }
        }
    }
}
