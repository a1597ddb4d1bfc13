package io.godwit.schedulers.partition;

/** A pair of state and event that cannot meet: a bug or a damaged log. The scheduler stops before it writes. */
public final class BrokenLog extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BrokenLog(String message) {
        super(message);
    }

    public BrokenLog(String message, Throwable cause) {
        super(message, cause);
    }
}
