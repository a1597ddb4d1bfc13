package io.godwit.monitors.hosts.simulated.traces;

import java.nio.file.Path;

/** A trace file that cannot be used; the message names file, line, column, value, bound and remedy. */
public final class TraceFault extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    TraceFault(Path file, String what) {
        super(file + ": " + what);
    }

    TraceFault(Path file, long line, String column, String what) {
        super("%s, line %d, column %s: %s".formatted(file, line, column, what));
    }
}
