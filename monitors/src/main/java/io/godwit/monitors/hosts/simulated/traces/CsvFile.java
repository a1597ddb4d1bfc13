package io.godwit.monitors.hosts.simulated.traces;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/** Reads a CSV file line by line, through gzip where its name ends in ".gz", and checks each field that is asked for. */
final class CsvFile {
    private static final CsvMapper MAPPER = CsvMapper.builder()
            .enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .enable(CsvParser.Feature.TRIM_SPACES)
            .build();

    /** Takes one line. */
    interface Lines {
        void take(Line line);
    }

    private final Path path;

    CsvFile(Path path) {
        this.path = path;
    }

    /**
     * Hands over the lines after the header.
     *
     * @param columns what the header must begin with
     * @return all columns of the header
     */
    List<String> read(char separator, List<String> columns, Lines lines) {
        try (InputStream in = open();
                MappingIterator<String[]> rows = rows(separator, in)) {
            List<String> header = header(rows, columns);
            long number = 1;
            while (rows.hasNextValue()) {
                number++;
                Line line = new Line(path, number, header, rows.nextValue());
                if (line.fields.length != header.size()) {
                    throw new TraceFault(
                            path,
                            number,
                            header.get(Math.min(line.fields.length, header.size() - 1)),
                            "the line has %d fields, the header %d; complete the line or drop it"
                                    .formatted(line.fields.length, header.size()));
                }
                lines.take(line);
            }
            return header;
        } catch (IOException unreadable) {
            throw unreadable(unreadable);
        }
    }

    /** All columns of the header, which must begin with these. */
    List<String> header(char separator, List<String> columns) {
        try (InputStream in = open();
                MappingIterator<String[]> rows = rows(separator, in)) {
            return header(rows, columns);
        } catch (IOException unreadable) {
            throw unreadable(unreadable);
        }
    }

    private static MappingIterator<String[]> rows(char separator, InputStream in) throws IOException {
        CsvSchema schema = CsvSchema.emptySchema().withColumnSeparator(separator);
        return MAPPER.readerFor(String[].class).with(schema).readValues(in);
    }

    private List<String> header(MappingIterator<String[]> rows, List<String> columns) throws IOException {
        if (!rows.hasNextValue()) {
            throw new TraceFault(path, "is empty; it must begin with the header " + String.join(",", columns));
        }
        List<String> header = List.of(rows.nextValue());
        if (header.size() < columns.size() || !header.subList(0, columns.size()).equals(columns)) {
            throw new TraceFault(
                    path,
                    1,
                    "1",
                    "the header is %s; it must begin with %s".formatted(shortened(header), shortened(columns)));
        }
        return header;
    }

    /** Hands over all lines of a file that has no header; columns are named by their number, from 1. */
    void readWithoutHeader(Lines lines) {
        try (InputStream in = open();
                MappingIterator<String[]> rows =
                        MAPPER.readerFor(String[].class).readValues(in)) {
            for (long number = 1; rows.hasNextValue(); number++) {
                String[] fields = rows.nextValue();
                List<String> header = IntStream.rangeClosed(1, fields.length)
                        .mapToObj(Integer::toString)
                        .toList();
                lines.take(new Line(path, number, header, fields));
            }
        } catch (IOException unreadable) {
            throw unreadable(unreadable);
        }
    }

    private TraceFault unreadable(IOException cause) {
        return new TraceFault(
                path, "cannot be read (" + cause.getMessage() + "); give a readable CSV file, gzipped or not");
    }

    private InputStream open() throws IOException {
        InputStream in = Files.newInputStream(path);
        return path.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static String shortened(List<String> names) {
        return names.size() <= 12 ? String.join(",", names) : String.join(",", names.subList(0, 12)) + ",…";
    }

    /**
     * One line.
     *
     * @param number counted from 1, the header included
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Line(Path path, long number, List<String> header, String[] fields) {
        /** Whether nothing was recorded here: empty, or as statistics programs write it. */
        boolean isMissing(int column) {
            return fields[column].isBlank() || fields[column].equals("NA") || fields[column].equals("NaN");
        }

        String text(int column) {
            if (fields[column].isBlank()) {
                throw fault(column, "is empty; give a name");
            }
            return fields[column];
        }

        /** A number from min to max. */
        double number(int column, double min, double max) {
            double value;
            try {
                value = Double.parseDouble(fields[column]);
            } catch (NumberFormatException wrong) {
                throw fault(
                        column,
                        "\"%s\" is no number; give %s to %s, or drop the line"
                                .formatted(fields[column], plain(min), plain(max)));
            }
            if (!(value >= min && value <= max)) { // so that NaN is refused too
                throw fault(
                        column,
                        "%s is out of bounds; give %s to %s, or drop the line"
                                .formatted(fields[column], plain(min), plain(max)));
            }
            return value;
        }

        TraceFault fault(int column, String what) {
            return new TraceFault(path, number, header.get(column), what);
        }

        private static String plain(double bound) {
            return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
        }
    }
}
