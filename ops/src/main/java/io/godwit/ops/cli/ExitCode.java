package io.godwit.ops.cli;

/** What a verb's exit code says; part of the product. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /** Replay differs from the record. */
    public static final int DIFFERS = 3;
    /** Refused by policy, or by the state of the region. */
    public static final int REFUSED = 4;
    /** Nothing differs in a replay, and not all could be compared. */
    public static final int NOT_ALL_COMPARED = 5;

    private ExitCode() {}
}
