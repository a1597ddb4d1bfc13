package io.godwit.schedulers.replay;

/** A log from which the schedulers cannot be forked as they are; the message says why. */
public final class Unforkable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unforkable(String message) {
        super(message);
    }
}
