package io.godwit.executors.migration;

import java.util.Locale;

/**
 * Where a VM was seen, on the two hosts of its move.
 *
 * @param jobRunning whether the source carries out a migration of it now
 */
public record Sighting(Presence source, Presence target, boolean jobRunning) {
    @Override
    public String toString() {
        return "source " + source.name().toLowerCase(Locale.ROOT) + ", target "
                + target.name().toLowerCase(Locale.ROOT)
                + (jobRunning ? ", a migration runs" : "");
    }
}
