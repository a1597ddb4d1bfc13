package io.godwit.ops.up;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TerminalTest {
    private static final String CLEAR = "\r\u001b[2K";

    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);

    @Test
    void lines_stand_above_the_status_line_which_never_wraps() {
        Terminal terminal = new Terminal(out, out, true);
        terminal.status("hosts 40");
        terminal.line("moved");
        terminal.end();
        assertEquals(status("hosts 40") + CLEAR + "moved\n" + status("hosts 40") + CLEAR, shown());
    }

    @Test
    void what_others_say_stands_above_it_as_well_in_whole_lines() {
        Terminal terminal = new Terminal(out, out, true);
        PrintStream talk = terminal.above(out);
        terminal.status("hosts 40");
        talk.print("half");
        talk.println(" a line → whole");
        assertEquals(status("hosts 40") + CLEAR + "half a line → whole\n" + status("hosts 40"), shown());
    }

    @Test
    void without_a_terminal_there_is_no_status_line() {
        Terminal terminal = new Terminal(out, out, false);
        terminal.status("hosts 40");
        terminal.line("moved");
        terminal.end();
        assertEquals("moved\n", shown());
    }

    private static String status(String text) {
        return "\u001b[?7l" + text + " \u001b[?7h";
    }

    private String shown() {
        return screen.toString(StandardCharsets.UTF_8);
    }
}
