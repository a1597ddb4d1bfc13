package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.Godwit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ConstraintCheckTest {
    private final StringWriter told = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void without_a_log_the_syntax_is_checked_and_faults_stand_as_compilers_tell_them() throws IOException {
        Path good = file("good", "$web = vm-[1..3];\nspread($web);\ncontinuous fence($web, h1);\n");
        Path bad = file("bad", "spread(vm-1);\n  sprad(vm-2);\nroot();\n");

        assertEquals(ExitCode.OK, run("constraint", "check", "--offline", good.toString()));
        assertTrue(told.toString().contains(good + ": 2 constraints (fence 1, spread 1)"), told.toString());
        assertEquals(ExitCode.REFUSED, run("constraint", "check", "--offline", good.toString(), bad.toString()));
        assertTrue(
                told.toString().contains(bad + ":2:3: no constraint is called \"sprad\"; did you mean spread?"),
                told.toString());
        assertTrue(told.toString().contains(bad + ":3:6: found \")\""), told.toString());
        assertTrue(told.toString().contains("godwit: 2 faults"), told.toString());
    }

    @Test
    void a_region_that_is_named_and_not_there_is_no_reason_to_skip_its_names() throws IOException {
        Path good = file("good", "spread(vm-1);");
        assertEquals(ExitCode.FAILED, run("constraint", "check", "--data", folder.toString(), good.toString()));
        assertTrue(told.toString().contains("no region has run on " + folder), told.toString());
    }

    @Test
    void what_cannot_be_read_is_told_by_its_name() throws IOException {
        assertEquals(
                ExitCode.FAILED,
                run("constraint", "check", "--offline", folder.resolve("none").toString()));
        assertTrue(told.toString().contains(folder.resolve("none") + " is not there; give a file"), told.toString());
        Path latin = Files.write(folder.resolve("latin"), new byte[] {'#', (byte) 0xE9});
        assertEquals(ExitCode.FAILED, run("constraint", "check", "--offline", latin.toString()));
        assertTrue(told.toString().contains("save it as UTF-8"), told.toString());
    }

    @Test
    void applying_needs_a_reason_and_a_name_that_may_be_one() {
        assertEquals(ExitCode.USAGE, run("constraint", "apply", "x", "--name", "web"));
        assertEquals(ExitCode.USAGE, run("constraint", "apply", "x", "--name", "Web tier", "--reason", "x"));
        assertTrue(told.toString().contains("--name is \"Web tier\"; give lower-case letters"), told.toString());
        assertEquals(ExitCode.USAGE, run("constraint", "withdraw", "web"));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private int run(String... arguments) {
        CommandLine line = Godwit.commandLine();
        line.setErr(new PrintWriter(told, true));
        return line.execute(arguments);
    }
}
