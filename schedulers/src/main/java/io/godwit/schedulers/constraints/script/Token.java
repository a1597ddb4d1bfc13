package io.godwit.schedulers.constraints.script;

/**
 * One piece of a script.
 *
 * @param text as written; of a quoted name what the quotes hold, of what cannot be read why
 * @param line from 1
 * @param column from 1
 */
record Token(Kind kind, String text, int line, int column) {
    enum Kind {
        /** A name, a word or a number. */
        WORD,
        QUOTED,
        /** The name after the dollar sign is the text. */
        VARIABLE,
        SYMBOL,
        UNREADABLE,
        END
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    /** How a message calls it. */
    String shown() {
        return switch (kind) {
            case WORD, SYMBOL, UNREADABLE -> "\"" + shortened() + "\"";
            case QUOTED -> "the name \"" + shortened() + "\"";
            case VARIABLE -> "$" + shortened();
            case END -> "the end of the script";
        };
    }

    private String shortened() {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
