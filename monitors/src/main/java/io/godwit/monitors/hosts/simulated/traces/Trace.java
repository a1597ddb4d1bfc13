package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A recorded load.
 *
 * @param fleet the fleet that belongs to it; empty where any fleet may play it
 * @param says what it is, in a few words with numbers
 */
public record Trace(Load load, Optional<SimulatedFleet> fleet, String says) {

    /** Formats of traces. */
    public enum Format {
        /** One line per VM, a percentage every 300 s. */
        PLANETLAB,
        /** One line per VM and time, CPU, disk and network. */
        BITBRAINS,
        /** A folder with fleet.csv and load.csv: who stands where, and each change of load. */
        EVENTS;

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
            case PLANETLAB -> PlanetLabTrace.read(file(path));
            case BITBRAINS -> BitbrainsTrace.read(file(path));
            case EVENTS ->
                EventsTrace.read(file(path.resolve("fleet.csv")), file(path.resolve("load.csv")), site, racks);
        };
    }

    /** The path, if a file is there. */
    static Path file(Path path) {
        if (Files.isDirectory(path)) {
            throw new TraceFault(path, "is a folder; name one file in it" + candidates(path));
        }
        if (!Files.isRegularFile(path)) {
            throw new TraceFault(path, "is not there; give the path of an existing file");
        }
        return path;
    }

    private static String candidates(Path folder) {
        try (var files = Files.list(folder)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains(".csv"))
                    .sorted()
                    .limit(5)
                    .toList();
            return names.isEmpty() ? "" : ", as in " + String.join(", ", names);
        } catch (java.io.IOException unreadable) {
            return "";
        }
    }
}
