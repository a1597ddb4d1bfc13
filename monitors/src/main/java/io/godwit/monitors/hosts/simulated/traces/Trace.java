package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A recorded load.
 *
 * @param fleet the fleet that belongs to it; empty where any fleet may play it
 * @param says what it is, in a few words with numbers
 */
public record Trace(Load load, Optional<SimulatedFleet> fleet, String says) {

    /** Formats of traces. */
    public enum Format {
        /** One line per VM, a percentage every 300 s; of a folder each file. */
        PLANETLAB,
        /** One line per VM and time, CPU, disk and network; of a folder each file. */
        BITBRAINS,
        /** A folder with fleet.csv and load.csv: who stands where, and each change of load. */
        EVENTS,
        /** One line per VM, a percentage every 300 s; of a folder its cpu.csv: the simulated VMs keep their memory. */
        GOOGLE,
        /** One line per time, a column per VM, in percent; of a folder its cpu_avg.csv: name cpu_max.csv for the peaks. */
        AZURE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As in "--trace FORMAT:PATH". */
    public record Option(Format format, Path path) {
        /** @throws IllegalArgumentException with the value and how to write it */
        public static Option parse(String text) {
            int colon = text.indexOf(':');
            Optional<Format> format = Arrays.stream(Format.values())
                    .filter(each -> colon > 0 && each.word().equals(text.substring(0, colon)))
                    .findFirst();
            if (format.isEmpty() || colon + 1 == text.length()) {
                throw new IllegalArgumentException(
                        "\"%s\" is no trace; write FORMAT:PATH, FORMAT one of %s, as in planetlab:data/20110303.csv.gz"
                                .formatted(
                                        text,
                                        Arrays.stream(Format.values())
                                                .map(Format::word)
                                                .collect(Collectors.joining(", "))));
            }
            return new Option(format.get(), Path.of(text.substring(colon + 1)));
        }

        @Override
        public String toString() {
            return format.word() + ":" + path;
        }
    }

    /**
     * Reads a trace whole.
     *
     * @param site site of the fleet that an events trace brings
     * @param racks racks of that fleet
     * @throws TraceFault (an IllegalArgumentException) where a file is missing or a line is broken
     */
    public static Trace read(Option option, String site, int racks) {
        Path path = option.path();
        return switch (option.format()) {
            case PLANETLAB -> RowsTrace.read("PlanetLab", files(path));
            case BITBRAINS -> BitbrainsTrace.read(files(path));
            case EVENTS ->
                EventsTrace.read(file(path.resolve("fleet.csv")), file(path.resolve("load.csv")), site, racks);
            case GOOGLE -> RowsTrace.read("Google", List.of(fileOf(path, "cpu.csv")));
            case AZURE -> AzureTrace.read(fileOf(path, "cpu_avg.csv"));
        };
    }

    /** The file itself, or that of a folder which has this name, gzipped or not. */
    private static Path fileOf(Path path, String name) {
        if (!Files.isDirectory(path)) {
            return file(path);
        }
        Path gzipped = path.resolve(name + ".gz");
        return Files.isRegularFile(gzipped) ? gzipped : file(path.resolve(name));
    }

    /** The path, if a file is there. */
    static Path file(Path path) {
        if (Files.isDirectory(path)) {
            throw new TraceFault(path, "is a folder; give a file of this name");
        }
        if (!Files.isRegularFile(path)) {
            throw new TraceFault(path, "is not there; give the path of an existing file");
        }
        return path;
    }

    /** The file itself, or every CSV file of a folder in the order of their names; what is deeper is left alone. */
    static List<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(file(path));
        }
        try (Stream<Path> present = Files.list(path)) {
            List<Path> files = present.filter(file ->
                            file.toString().endsWith(".csv") || file.toString().endsWith(".csv.gz"))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new TraceFault(path, "is a folder without a .csv or .csv.gz file; name a file, or its folder");
            }
            return files;
        } catch (IOException unreadable) {
            throw new TraceFault(
                    path, "cannot be read (" + unreadable.getMessage() + "); give a folder that you may read");
        }
    }
}
