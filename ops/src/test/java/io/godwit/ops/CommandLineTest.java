package io.godwit.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.cli.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CommandLineTest {
    private final StringWriter told = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void a_wrong_command_line_ends_with_2_and_says_what_is_wrong() {
        assertEquals(ExitCode.USAGE, run("site", "mode", "fast", "--reason", "x"));
        assertTrue(told.toString().contains("fast"), told.toString());
        assertEquals(ExitCode.USAGE, run("site", "mode", "off"), "a change needs a reason");
        assertEquals(ExitCode.USAGE, run("up", "--libvirt", "nonsense", "--data", folder.toString()));
        assertTrue(told.toString().contains("test:///default"), told.toString());
    }

    @Test
    void a_folder_on_which_no_region_ran_is_told_with_the_remedy() {
        assertEquals(ExitCode.FAILED, run("host", "list", "--data", folder.toString()));
        assertTrue(told.toString().contains("no region has run on " + folder), told.toString());
        assertTrue(told.toString().contains("godwit up"), told.toString());
    }

    @Test
    void a_broker_that_is_not_there_is_told_by_address_within_seconds() {
        assertEquals(ExitCode.FAILED, run("host", "list", "--bootstrap", "127.0.0.1:1"));
        assertTrue(told.toString().contains("no Kafka answers at 127.0.0.1:1"), told.toString());
    }

    @Test
    void a_missing_trace_is_told_before_anything_starts() {
        assertEquals(
                ExitCode.USAGE,
                run("up", "--trace", "planetlab:" + folder.resolve("none.csv"), "--data", folder.toString()));
        assertTrue(told.toString().contains("none.csv"), told.toString());
    }

    private int run(String... arguments) {
        CommandLine line = Godwit.commandLine();
        line.setErr(new PrintWriter(told, true));
        return line.execute(arguments);
    }
}
