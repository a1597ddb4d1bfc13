package io.godwit.monitors.hosts.simulated.traces;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A square of measured round trips: CSV without header, milliseconds, row by row. */
public final class LatencyMatrix {
    private static final double MILLIS_MAX = 60_000;

    private LatencyMatrix() {}

    /**
     * Round trips in microseconds, by row and column.
     *
     * @throws TraceFault where the file is missing, a field is broken, or the matrix is not square
     */
    public static List<long[]> read(Path file) {
        List<long[]> rows = new ArrayList<>();
        new CsvFile(Trace.file(file)).readWithoutHeader(line -> {
            long[] row = new long[line.fields().length];
            for (int i = 0; i < row.length; i++) {
                row[i] = Math.round(line.number(i, 0, MILLIS_MAX) * 1000);
            }
            rows.add(row);
        });
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).length != rows.size()) {
                throw new TraceFault(
                        file,
                        i + 1,
                        "1",
                        "the row has %d fields, the matrix %d rows; give a square without a header"
                                .formatted(rows.get(i).length, rows.size()));
            }
        }
        if (rows.isEmpty()) {
            throw new TraceFault(file, "is empty; give a square of round trips in milliseconds");
        }
        return rows;
    }
}
