package io.godwit.ops.incident;

import io.godwit.ceprules.CepConfig;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.PackedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An incident as a test of later versions: a folder with the file and the lines that its replay is expected to say. Two things
 * are tried: that this build reads the file as it was written, and that it detects and decides the same on it.
 */
public final class RegressionTest {
    private static final String INCIDENT = "incident.zip";
    private static final String EXPECTED = "expected.txt";

    /**
     * What came of one.
     *
     * @param replay what the replay said in a few words
     * @param misses what differs from what is expected, the first places; empty: nothing
     */
    public record Result(Path folder, String replay, List<String> misses, long millis) {
        public boolean passed() {
            return misses.isEmpty();
        }
    }

    private RegressionTest() {}

    /**
     * Makes a test of an incident.
     *
     * @throws IllegalArgumentException if the folder is there already
     */
    public static int make(Path file, Path folder) {
        Manifest manifest = Manifest.of(file);
        if (Files.exists(folder)) {
            throw new IllegalArgumentException(folder + " is there already; name another folder, or remove it");
        }
        try (Log log = PackedLog.open(file)) {
            List<String> lines = Expected.lines(log, manifest.from(), manifest.to());
            Files.createDirectories(folder);
            Files.copy(file, folder.resolve(INCIDENT));
            Files.write(folder.resolve(EXPECTED), lines);
            return lines.size();
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write the test to " + folder, failed);
        }
    }

    /**
     * The tests in a folder: itself, or those in the folders right below it.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static List<Path> in(Path folder) {
        if (Files.exists(folder.resolve(INCIDENT))) {
            return List.of(folder);
        }
        try (Stream<Path> below = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            List<Path> tests = below.filter(one -> Files.exists(one.resolve(INCIDENT)))
                    .sorted()
                    .toList();
            if (tests.isEmpty()) {
                throw new IllegalArgumentException("there is no " + INCIDENT + " in " + folder
                        + " or right below it; make a test with: godwit incident to-test FILE DIR");
            }
            return tests;
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read " + folder, unreadable);
        }
    }

    /** Replays a test with this build's code. */
    public static Result run(Path folder, CepConfig cep) throws InterruptedException {
        long began = System.nanoTime();
        Path file = folder.resolve(INCIDENT);
        Manifest manifest = Manifest.of(file);
        List<String> misses = new ArrayList<>();
        try (Log log = PackedLog.open(file)) {
            firstOther(
                            Files.readAllLines(folder.resolve(EXPECTED)),
                            Expected.lines(log, manifest.from(), manifest.to()))
                    .ifPresent(misses::add);
            RegionReplay replay = RegionReplay.of(log, manifest.from(), Optional.of(manifest.to()), Map.of(), cep);
            misses.addAll(replay.differences());
            misses.addAll(replay.gaps());
            return new Result(folder, replay.words(), List.copyOf(misses), (System.nanoTime() - began) / 1_000_000);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the test in " + folder, unreadable);
        }
    }

    private static Optional<String> firstOther(List<String> expected, List<String> read) {
        for (int line = 0; line < Math.max(expected.size(), read.size()); line++) {
            String wanted = line < expected.size() ? expected.get(line) : "nothing";
            String found = line < read.size() ? read.get(line) : "nothing";
            if (!wanted.equals(found)) {
                return Optional.of("%s, line %d differs%n  expected: %s%n  the file says: %s"
                        .formatted(EXPECTED, line + 1, wanted, found));
            }
        }
        return Optional.empty();
    }
}
