package io.godwit.ittests.planted.monitors.hosts.simulated.model;

import java.nio.file.Path;

/** Wrong: a pure package that reads a clock, and knows files. */
public record Load(Path trace) {
    static long now() {
        return System.currentTimeMillis();
    }
}
