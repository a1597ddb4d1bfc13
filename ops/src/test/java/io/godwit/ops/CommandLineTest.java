package io.godwit.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.cli.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
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
    void a_host_that_can_be_used_is_ready_and_one_that_does_not_answer_is_not() {
        int ready = run("host", "check", "test:///default");
        Assumptions.assumeFalse(told.toString().contains("libvirt0"), told::toString);
        assertEquals(ExitCode.OK, ready);
        assertEquals(ExitCode.OK, run("host", "check", "test:///default", "-o", "json"));
        assertEquals(ExitCode.FAILED, run("host", "check", "qemu+unix:///system?socket=" + folder.resolve("none")));
        assertEquals(ExitCode.USAGE, run("host", "check", "nonsense"));
    }

    @Test
    void a_missing_trace_is_told_before_anything_starts() {
        assertEquals(
                ExitCode.USAGE,
                run("up", "--trace", "planetlab:" + folder.resolve("none.csv"), "--data", folder.toString()));
        assertTrue(told.toString().contains("none.csv"), told.toString());
    }

    @Test
    void every_command_shows_help_and_the_first_one_the_version() {
        List<String> without = new ArrayList<>();
        everyCommand(Godwit.commandLine(), List.of()).forEach(words -> {
            for (String help : List.of("-h", "--help")) {
                StringWriter shown = new StringWriter();
                CommandLine line = Godwit.commandLine().setOut(new PrintWriter(shown, true));
                line.setErr(new PrintWriter(told, true));
                int code = line.execute(
                        Stream.concat(words.stream(), Stream.of(help)).toArray(String[]::new));
                if (code != ExitCode.OK || !shown.toString().startsWith("Usage: " + usage(words))) {
                    without.add(String.join(" ", words) + " " + help);
                }
            }
        });
        assertEquals(List.of(), without, told.toString());
        assertEquals(ExitCode.OK, run("--version"));
        assertEquals(ExitCode.USAGE, run("host"), "a group needs a verb");
        assertTrue(told.toString().contains("Missing required subcommand"), told.toString());
    }

    private static String usage(List<String> words) {
        return ("godwit " + String.join(" ", words)).strip() + " ";
    }

    private static Stream<List<String>> everyCommand(CommandLine line, List<String> words) {
        return Stream.concat(
                Stream.of(words),
                line.getSubcommands().entrySet().stream()
                        .flatMap(sub -> everyCommand(
                                sub.getValue(),
                                Stream.concat(words.stream(), Stream.of(sub.getKey()))
                                        .toList())));
    }

    private int run(String... arguments) {
        CommandLine line = Godwit.commandLine();
        line.setErr(new PrintWriter(told, true));
        return line.execute(arguments);
    }
}
