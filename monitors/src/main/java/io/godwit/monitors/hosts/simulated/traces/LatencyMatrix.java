package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.SiteLatencies;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A square of measured round trips: CSV in milliseconds, row by row, bare (PlanetLab) or with names in the first line and
 * column (cities of WonderProxy, regions of AWS), where row i, column j is i asking j.
 *
 * @param names of rows and columns; "1", "2", … where the file names none
 * @param micros round trips in microseconds by row and column; -1: not measured
 */
public record LatencyMatrix(List<String> names, List<long[]> micros) {
    private static final double MILLIS_MAX = 60_000;
    private static final int SHOWN = 5;

    public LatencyMatrix {
        names = List.copyOf(names);
        micros = List.copyOf(micros);
    }

    /**
     * Reads a whole matrix.
     *
     * @throws TraceFault where the file is missing, a field is broken, or the matrix is not square
     */
    public static LatencyMatrix read(Path file) {
        List<String> names = new ArrayList<>();
        List<String> rowNames = new ArrayList<>();
        List<long[]> rows = new ArrayList<>();
        new CsvFile(Trace.file(file)).readWithoutHeader(line -> {
            boolean first = line.number() == 1;
            if (first && line.fields()[0].isBlank()) {
                names.addAll(List.of(line.fields()).subList(1, line.fields().length));
                return;
            }
            int titles = names.isEmpty() ? 0 : 1;
            if (titles == 1) {
                rowNames.add(line.text(0));
            }
            long[] row = new long[line.fields().length - titles];
            for (int i = 0; i < row.length; i++) {
                row[i] = line.fields()[i + titles].isBlank() && titles == 1
                        ? -1
                        : Math.round(line.number(i + titles, 0, MILLIS_MAX) * 1000);
            }
            rows.add(row);
        });
        if (rows.isEmpty()) {
            throw new TraceFault(file, "is empty; give a square of round trips in milliseconds");
        }
        int titles = names.isEmpty() ? 0 : 1;
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).length != rows.size()) {
                throw new TraceFault(
                        file,
                        i + 1 + titles,
                        "1",
                        "the row has %d round trips, the matrix %d rows; give a square, with names in the first line and column or with none at all"
                                .formatted(rows.get(i).length, rows.size()));
            }
            if (titles == 1 && !rowNames.get(i).equals(names.get(i))) {
                throw new TraceFault(
                        file,
                        i + 2,
                        "1",
                        "the row is \"%s\", its column \"%s\"; give rows and columns in one order"
                                .formatted(rowNames.get(i), names.get(i)));
            }
        }
        return new LatencyMatrix(
                titles == 1
                        ? names
                        : IntStream.rangeClosed(1, rows.size())
                                .mapToObj(Integer::toString)
                                .toList(),
                rows);
    }

    /**
     * Round trips in microseconds between all places of a matrix.
     *
     * @throws TraceFault where one is missing, as by {@link #read} otherwise
     */
    public static List<long[]> readComplete(Path file) {
        LatencyMatrix matrix = read(file);
        matrix.of(file, IntStream.range(0, matrix.names.size()).toArray());
        return matrix.micros;
    }

    /**
     * Latencies of sites as an option names them: "FILE" for its first rows, or "FILE#NAME,NAME,…", NAME being a whole name of
     * the file or its last word, as the code of an AWS region.
     *
     * @param count how many sites; as many names where there are any
     * @throws IllegalArgumentException with the value, the place and the remedy
     */
    public static SiteLatencies sites(String text, int count) {
        int hash = text.lastIndexOf('#');
        Path file = Path.of(hash < 0 ? text : text.substring(0, hash));
        LatencyMatrix matrix = read(file);
        int[] rows = hash < 0
                ? IntStream.range(0, count).toArray()
                : List.of(text.substring(hash + 1).split(",", -1)).stream()
                        .mapToInt(name -> matrix.row(file, name.strip()))
                        .toArray();
        if (rows.length != count || count > matrix.names.size()) {
            throw new TraceFault(
                    file,
                    "gives %d of its %d places for %d sites; name as many as there are sites, as in FILE#A,B"
                            .formatted(hash < 0 ? matrix.names.size() : rows.length, matrix.names.size(), count));
        }
        if (IntStream.of(rows).distinct().count() < count) {
            throw new TraceFault(file, "is asked for one place twice; name each site's place once");
        }
        return matrix.of(file, rows);
    }

    private int row(Path file, String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (int row = 0; row < names.size(); row++) {
            String present = names.get(row).toLowerCase(Locale.ROOT);
            if (present.equals(wanted) || present.endsWith(" " + wanted)) {
                return row;
            }
        }
        throw new TraceFault(
                file,
                "has no place \"%s\"; it has %s%s"
                        .formatted(
                                name,
                                String.join(", ", names.subList(0, Math.min(SHOWN, names.size()))),
                                names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : ""));
    }

    private SiteLatencies of(Path file, int[] rows) {
        List<List<Long>> roundTrips = new ArrayList<>();
        for (int from : rows) {
            List<Long> row = new ArrayList<>();
            for (int to : rows) {
                long measured = micros.get(from)[to];
                if (from != to && measured < 0) {
                    throw new TraceFault(
                            file,
                            "has no round trip from %s to %s; choose places between which all were measured"
                                    .formatted(names.get(from), names.get(to)));
                }
                row.add(Math.max(0, measured));
            }
            roundTrips.add(row);
        }
        return new SiteLatencies(
                IntStream.of(rows).mapToObj(names::get).toList(), roundTrips, SiteLatencies.INSIDE_MICROS);
    }
}
