package io.godwit.monitors.hosts;

/** A host did not answer in time or its connection is gone; the message names the host and what was seen. */
public final class HostUnreachable extends Exception {
    private static final long serialVersionUID = 1L;

    public HostUnreachable(String message) {
        super(message);
    }

    public HostUnreachable(String message, Throwable cause) {
        super(message, cause);
    }
}
