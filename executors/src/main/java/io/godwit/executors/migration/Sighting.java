package io.godwit.executors.migration;

import java.util.Locale;

/**
 * Where a VM was seen, on the two hosts of its move.
 *
 * @param jobRunning whether the source carries out a migration of it now
 */
public record Sighting(Presence source, Presence target, boolean jobRunning) {
    /** The same by who knows of a host that cannot be asked that it is down. */
    public Sighting knowing(boolean sourceDown, boolean targetDown) {
        Presence onSource = knowing(source, sourceDown);
        return new Sighting(onSource, knowing(target, targetDown), jobRunning && onSource != Presence.DOWN);
    }

    private static Presence knowing(Presence seen, boolean down) {
        return seen == Presence.UNREACHABLE && down ? Presence.DOWN : seen;
    }

    @Override
    public String toString() {
        return "source " + source.name().toLowerCase(Locale.ROOT) + ", target "
                + target.name().toLowerCase(Locale.ROOT)
                + (jobRunning ? ", a migration runs" : "");
    }
}
