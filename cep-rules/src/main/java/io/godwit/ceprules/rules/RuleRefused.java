package io.godwit.ceprules.rules;

/** A rule that may not run, with the place in its text. */
public final class RuleRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** It may repeat what stands in the text, and is told in health and in the log. */
    private static final int MESSAGE_MAX = 1000;

    private final int line;
    private final int column;

    /**
     * @param line from 1
     * @param column from 1
     */
    public RuleRefused(int line, int column, String message) {
        super(message.length() > MESSAGE_MAX ? message.substring(0, MESSAGE_MAX) + " …" : message);
        this.line = line;
        this.column = column;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }
}
