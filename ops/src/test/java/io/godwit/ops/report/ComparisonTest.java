package io.godwit.ops.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ComparisonTest {
    @TempDir
    Path folder;

    private static List<String> rows(String a, String b) throws IOException {
        ObjectMapper json = new ObjectMapper();
        return Comparison.of(json.readTree(a), json.readTree(b)).stream()
                .map(Map::toString)
                .toList();
    }

    @Test
    void each_key_of_both_has_a_row_with_the_difference_to_the_first() throws IOException {
        assertEquals(
                List.of(
                        "{key=policy, a=dvms, b=dvms-local, difference=null, percent=null}",
                        "{key=violations.sumSeconds, a=727, b=540.5, difference=-186.5, percent=-25.7}",
                        "{key=violations.count, a=0, b=3, difference=3, percent=null}",
                        "{key=violations.p95Seconds, a=null, b=12, difference=null, percent=null}",
                        "{key=solves, a=null, b=60, difference=null, percent=null}"),
                rows("""
                    {"policy": "dvms", "violations": {"sumSeconds": 727, "count": 0, "p95Seconds": null}}
                    """, """
                    {"solves": 60, "policy": "dvms-local",
                     "violations": {"sumSeconds": 540.5, "count": 3, "p95Seconds": 12.0}}
                    """));
    }

    @Test
    void whole_numbers_keep_all_their_digits_and_fractions_six() throws IOException {
        assertEquals(
                List.of(
                        "{key=bytes, a=12345678901234, b=12345678901235, difference=1, percent=0}",
                        "{key=mean, a=0.333333, b=0.333333, difference=0, percent=0}"),
                rows(
                        "{\"bytes\": 12345678901234, \"mean\": 0.3333333333}",
                        "{\"bytes\": 12345678901235, \"mean\": 0.3333333333}"));
    }

    @Test
    void a_broken_file_is_told_with_its_line_and_the_remedy() throws IOException {
        Path good = Files.writeString(folder.resolve("a.json"), "{\"a\": 1}");
        Path broken = Files.writeString(folder.resolve("b.json"), "{\"a\":\n 1,,}");
        assertTrue(fault(good, broken).contains(broken + ", line 2: "));
        assertTrue(fault(good, folder.resolve("none.json")).contains("none.json cannot be read; give a file that"));
        assertTrue(
                fault(good, Files.writeString(folder.resolve("c.json"), "[]")).contains("c.json holds no result"));
    }

    private static String fault(Path a, Path b) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CommandLine command = new CommandLine(new CompareCommand());
        command.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        command.execute(a.toString(), b.toString());
        return err.toString(StandardCharsets.UTF_8);
    }
}
