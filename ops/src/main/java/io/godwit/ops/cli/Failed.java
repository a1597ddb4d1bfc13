package io.godwit.ops.cli;

/** What was asked could not be done: exit code 1. The message names the thing and the remedy. */
public final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Failed(String message) {
        super(message);
    }

    public Failed(String message, Throwable cause) {
        super(message, cause);
    }
}
