package io.godwit.schedulers.partition;

/** An event that can be read and makes no sense here; the message goes to the dead letters. */
final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
        super(message);
    }
}
