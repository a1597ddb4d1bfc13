package io.godwit.ops.cli;

/** What was asked is refused by policy or by the state of the region: exit code 4. The message says why and what to do. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Refused(String message) {
        super(message);
    }
}
