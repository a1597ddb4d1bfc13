package io.godwit.ops.up;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a run talks: plain lines, and on a terminal one status line below them that is written anew in place. Safe for use by
 * several threads.
 */
public final class Terminal {
    private static final String CLEAR_LINE = "\r\u001b[2K";

    private final PrintStream lines;
    private final PrintStream status;
    private final boolean showsStatus;
    private String shown = "";

    /** @param lines where plain lines go */
    public Terminal(PrintStream lines, PrintStream status, boolean showsStatus) {
        this.lines = lines;
        this.status = status;
        this.showsStatus = showsStatus;
    }

    /** Lines to standard output, or to standard error where the output is data. */
    public static Terminal of(boolean outputIsData) {
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
                        && !"dumb".equals(System.getenv("TERM"));
        return new Terminal(outputIsData ? System.err : System.out, System.err, terminal);
    }

    public synchronized void line(String text) {
        clear();
        lines.println(text);
        lines.flush();
        draw();
    }

    /** Shows this below the lines until the next one; nothing where there is no terminal. */
    public synchronized void status(String text) {
        if (showsStatus && !text.equals(shown)) {
            clear();
            shown = text;
            draw();
        }
    }

    /** Takes the status line away. */
    public synchronized void end() {
        clear();
        shown = "";
    }

    private void clear() {
        if (!shown.isEmpty()) {
            status.print(CLEAR_LINE);
            status.flush();
        }
    }

    private void draw() {
        if (!shown.isEmpty()) {
            status.print(shown);
            status.flush();
        }
    }
}
