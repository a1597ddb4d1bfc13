package io.godwit.ops.up;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Where a run talks: plain lines, and on a terminal one status line below them that is written anew in place. Safe for use by
 * several threads.
 */
public final class Terminal {
    private static final String CLEAR_LINE = "\r\u001b[2K";
    // A line longer than the terminal is wide must not go on in the next row, which CLEAR_LINE would leave behind.
    private static final String WRAP_OFF = "\u001b[?7l";
    private static final String WRAP_ON = "\u001b[?7h";

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

    /**
     * Lines and status to standard output; where the output is data, lines to standard error and no status. What others say on
     * standard error, as the log does, stands above the status line from now on.
     */
    public static Terminal of(boolean outputIsData) {
        boolean terminal = !outputIsData
                && Optional.ofNullable(System.console())
                        .map(Console::isTerminal)
                        .orElse(false)
                && !"dumb".equals(System.getenv("TERM"));
        Terminal made = new Terminal(outputIsData ? System.err : System.out, System.out, terminal);
        if (terminal) {
            System.setErr(made.above(System.err));
        }
        return made;
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

    /** A stream whose whole lines go to the given one, above the status line. */
    PrintStream above(PrintStream talk) {
        return new PrintStream(new WholeLines(talk), true, talk.charset());
    }

    private synchronized void write(PrintStream talk, ByteArrayOutputStream line) {
        clear();
        talk.writeBytes(line.toByteArray());
        talk.flush();
        draw();
    }

    private void clear() {
        if (!shown.isEmpty()) {
            status.print(CLEAR_LINE);
            status.flush();
        }
    }

    private void draw() {
        if (!shown.isEmpty()) {
            status.print(WRAP_OFF + shown + " " + WRAP_ON); // a cut line ends in what is printed last
            status.flush();
        }
    }

    /** Keeps what is written until its line is whole. */
    private final class WholeLines extends OutputStream {
        private final PrintStream talk;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        WholeLines(PrintStream talk) {
            this.talk = talk;
        }

        @Override
        public synchronized void write(int octet) {
            line.write(octet);
            if (octet == '\n') {
                Terminal.this.write(talk, line);
                line.reset();
            }
        }
    }
}
