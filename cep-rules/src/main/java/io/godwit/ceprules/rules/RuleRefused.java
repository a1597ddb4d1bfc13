package io.godwit.ceprules.rules;

/** A rule that may not run, with the place in its text. */
public final class RuleRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    /**
     * @param line from 1
     * @param column from 1
     */
    public RuleRefused(int line, int column, String message) {
        super(message);
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
