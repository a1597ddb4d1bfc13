package io.godwit.monitors.hosts.simulated.traces;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Where traces of real systems stand; tests that need them are skipped, and say so, where they are not. */
final class RealData {
    private RealData() {}

    static Path folder() {
        String named = System.getenv("GODWIT_DATA");
        Path data = named != null
                ? Path.of(named)
                : Path.of(System.getProperty("godwit.checkout", ".")).resolve("../shared/data");
        Assumptions.assumeTrue(
                Files.isDirectory(data), "no traces at " + data.toAbsolutePath() + "; set GODWIT_DATA to their folder");
        return data;
    }
}
