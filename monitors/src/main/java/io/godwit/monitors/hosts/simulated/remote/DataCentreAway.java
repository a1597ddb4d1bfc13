package io.godwit.monitors.hosts.simulated.remote;

/** The process of the simulated hosts cannot be asked now; nothing is known of what it would have said. */
public final class DataCentreAway extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DataCentreAway(String message, Throwable cause) {
        super(message, cause);
    }
}
