package io.godwit.schemas.codec;

/** A value of the log that cannot be read; the message says why and what to do, and goes to the dead letters as it is. */
public final class UnreadableRecord extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnreadableRecord(String message, Throwable cause) {
        super(message, cause);
    }

    public UnreadableRecord(String message) {
        super(message);
    }
}
