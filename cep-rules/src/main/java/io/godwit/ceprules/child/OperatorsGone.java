package io.godwit.ceprules.child;

/** Operators' rules cannot be run at all: their JVM does not start, or ends again and again. */
public final class OperatorsGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OperatorsGone(String message) {
        super(message);
    }

    OperatorsGone(String message, Throwable cause) {
        super(message, cause);
    }
}
