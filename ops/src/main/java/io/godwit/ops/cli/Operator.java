package io.godwit.ops.cli;

/** Who types. */
public final class Operator {
    private Operator() {}

    /** The user of this process, as it stands in the log. */
    public static String name() {
        return System.getProperty("user.name", "unknown");
    }
}
