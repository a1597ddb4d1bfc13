package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.godwit.ops.Godwit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import picocli.CommandLine;

final class RuleTestCommandTest {
    private static final String RULE = """
        // name: crowded
        // hold: 20s
        select hostId, vms as value from HostSample(vms > 0)
        """;
    private static final String SCENARIOS = """
        scenarios:
          - name: a host with VMs is told
            events:
              - {every: 10s, until: 20s, HostSample: {hostId: h1, vms: 2}}
            expect:
              - {hostId: h1, begins: 0s, ends: 41s, value: 2}
          - name: a host without VMs is not told
            events:
              - {every: 10s, until: 60s, HostSample: {hostId: h1, vms: 0}}
            expect: none
        """;

    private final StringWriter told = new StringWriter();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream standard = System.out;

    @TempDir
    private Path folder;

    @BeforeEach
    void captureOutput() {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void giveOutputBack() {
        System.setOut(standard);
    }

    @Test
    void scenarios_that_come_true_pass_and_a_rule_without_any_is_told() throws Exception {
        file("crowded.epl", RULE);
        file("crowded.test.yaml", SCENARIOS);
        file("bare.epl", RULE.replace("crowded", "bare"));
        assertEquals(ExitCode.OK, run());
        assertEquals("""
            none  bare: has no scenarios; write some into DIR/bare.test.yaml, or under expect in its header
            ok    crowded: a host with VMs is told
            ok    crowded: a host without VMs is not told
            2 rules, 2 scenarios: 2 passed, 0 failed; without scenarios: bare
            """, lines());
        printed.reset();
        assertEquals(ExitCode.FAILED, run("--strict", "--only", "bare"));
        assertEquals("""
            FAIL  bare: has no scenarios; write some into DIR/bare.test.yaml, or under expect in its header
            1 rule, 0 scenarios: 0 passed, 0 failed; without scenarios: bare
            """, lines());
    }

    @Test
    void what_fails_is_told_with_its_place_in_every_form() throws Exception {
        file("crowded.epl", RULE);
        file("crowded.test.yaml", SCENARIOS.replace("41s", "30s"));
        file("odd.epl", "// name: odd\nselect hostId, vmz from HostSample\n");
        file("odd.test.yaml", "scenarios:\n  - nam: x\n    events: []\n    expect: none\n");
        file("oddd.test.yaml", SCENARIOS);
        Path junit = folder.resolve("reports").resolve("rules.xml");
        assertEquals(ExitCode.FAILED, run("--junit", junit.toString()));
        assertEquals("""
            FAIL  crowded: a host with VMs is told (DIR/crowded.test.yaml:2:5)
                    DIR/crowded.test.yaml:6:9: expected h1 from 0s to 30s, value 2; the nearest that came: h1 from 0s to 41s, value 2 (ends 11s too late)
            ok    crowded: a host without VMs is not told
            FAIL  odd: DIR/odd.epl:2:16: vmz is no property of an observation
            FAIL  odd: DIR/odd.test.yaml:2:5: "nam" is no key of a scenario; did you mean name?
            FAIL  odd: DIR/odd.test.yaml:2:5: name is missing; give a sentence about hosts
            FAIL  odd: DIR/odd.test.yaml:3:13: events is no list, or an empty one; give a list of observations
            FAIL  DIR/oddd.test.yaml belongs to no rule, so nothing of it was tried; call it NAME.test.yaml, as its rule is called NAME.epl
            2 rules, 2 scenarios: 1 passed, 1 failed; could not be tried whole: odd
            """, lines());
        Element report = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(junit.toFile())
                .getDocumentElement();
        assertEquals(3, report.getElementsByTagName("testsuite").getLength());
        assertEquals(1, report.getElementsByTagName("failure").getLength());
        assertEquals(2, report.getElementsByTagName("error").getLength());
        printed.reset();
        assertEquals(ExitCode.FAILED, run("-o", "json", "--only", "crowded"));
        JsonNode rows = JsonMapper.builder().build().readTree(printed.toString(StandardCharsets.UTF_8));
        assertEquals(1, rows.size());
        assertEquals("crowded", rows.get(0).get("rule").asText());
        assertEquals(false, rows.get(0).get("passed").asBoolean());
        assertEquals(false, rows.get(0).get("scenarios").get(0).get("passed").asBoolean());
        assertEquals(true, rows.get(0).get("scenarios").get(1).get("passed").asBoolean());
    }

    private static final String WITH_CASES = """
        /* name: crowded
         * expect:
         *   - name: a host with VMs is told
         *     events: [{at: 0s, HostSample: {hostId: h1, vms: 2}}]
         *     expect: [{hostId: h1, begins: 0s, value: 3}]
         */
        select hostId, vms as value from HostSample(vms > 0)
        """;

    @Test
    void cases_in_the_header_are_tried_with_those_beside_it_or_alone() throws Exception {
        file("crowded.epl", WITH_CASES);
        file("crowded.test.yaml", SCENARIOS.replace("ends: 41s, ", ""));
        Path one = folder.resolve("crowded.epl");
        assertEquals(ExitCode.FAILED, line().execute("rule", "test", one.toString()));
        assertEquals("""
            FAIL  crowded: a host with VMs is told (DIR/crowded.epl:3:8)
                    DIR/crowded.epl:5:17: expected h1 from 0s, value 3; the nearest that came: h1 from 0s to 31s, value 2 (value is 2 instead of 3)
            ok    crowded: a host with VMs is told
            ok    crowded: a host without VMs is not told
            1 rule, 3 scenarios: 2 passed, 1 failed
            """, lines());
        Files.delete(folder.resolve("crowded.test.yaml"));
        file("crowded.epl", WITH_CASES.replace("value: 3", "value: 2"));
        printed.reset();
        assertEquals(ExitCode.OK, run("--strict"));
        assertEquals("""
            ok    crowded: a host with VMs is told
            1 rule, 1 scenario: 1 passed, 0 failed
            """, lines());
    }

    @Test
    void cases_that_are_wrong_are_told_with_their_place_by_a_test_and_by_a_check() throws Exception {
        file("crowded.epl", WITH_CASES.replace("hostId: h1, vms", "host: h1, vms"));
        assertEquals(ExitCode.FAILED, run());
        String fault = "crowded.epl:4:39: \"host\" is no key of a HostSample; did you mean hostId?";
        assertTrue(lines().contains("FAIL  crowded: DIR/" + fault), lines());
        assertEquals(
                ExitCode.REFUSED,
                line().execute("rule", "check", folder.resolve("crowded.epl").toString()));
        assertTrue(told.toString().contains(fault), told.toString());
        file("crowded.epl", WITH_CASES);
        printed.reset();
        assertEquals(
                ExitCode.OK,
                line().execute("rule", "check", folder.resolve("crowded.epl").toString(), "--no-cost", "-o", "json"));
        assertTrue(lines().contains("\"cases\" : 1"), lines());
    }

    @Test
    void a_rule_that_takes_too_long_is_killed_and_named_and_the_next_one_is_tried_all_the_same() throws Exception {
        file("a.epl", RULE.replace("crowded", "a"));
        file("a.test.yaml", SCENARIOS);
        file("b.epl", RULE.replace("crowded", "b"));
        List<Long> before = children();
        assertEquals(ExitCode.FAILED, run("--timeout", "1ms")); // a compilation takes a hundred times as long
        List<String> lines = lines().lines().toList();
        for (int rule = 0; rule < 2; rule++) {
            assertTrue(
                    lines.get(rule)
                            .matches("FAIL  ([ab]): rule \\1 did not come to its end within 1ms and was killed while it"
                                    + " was (handed over|read and compiled); .* --timeout"),
                    lines.get(rule));
        }
        assertEquals("2 rules, 0 scenarios: 0 passed, 0 failed; could not be tried whole: a, b", lines.getLast());
        assertEquals(before, children());
    }

    @Test
    void a_rule_that_needs_too_much_memory_ends_alone_and_is_named() throws Exception {
        file("crowded.epl", RULE);
        file("crowded.test.yaml", SCENARIOS);
        assertEquals(ExitCode.FAILED, run("--heap", "12MiB", "--timeout", "5m")); // a compilation takes twice as much
        assertEquals("""
            FAIL  crowded: rule crowded needs more than the 12 MiB of memory that there are, and was ended while it was read and compiled; make its windows shorter, or give more with --heap
            1 rule, 0 scenarios: 0 passed, 0 failed; could not be tried whole: crowded
            """, lines());
    }

    @Test
    void a_folder_or_name_that_is_not_there_is_told() throws Exception {
        assertEquals(ExitCode.FAILED, run());
        assertTrue(told.toString().contains("no rule stands in " + folder), told.toString());
        file("crowded.epl", RULE);
        assertEquals(ExitCode.USAGE, run("--only", "crowd"));
        assertTrue(
                told.toString()
                        .contains("--only is crowd, and there is no such rule in " + folder + "; there are crowded"),
                told.toString());
        assertEquals(ExitCode.USAGE, run("--timeout", "0s"));
        assertEquals(
                ExitCode.USAGE,
                line().execute("rule", "test", folder.resolve("none").toString()));
        assertTrue(told.toString().contains("none is no folder"), told.toString());
    }

    private static List<Long> children() {
        return ProcessHandle.current()
                .children()
                .map(ProcessHandle::pid)
                .sorted()
                .toList();
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private String lines() {
        return printed.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replace(folder.toString(), "DIR") + "\n")
                .collect(Collectors.joining());
    }

    private CommandLine line() {
        return Godwit.commandLine().setErr(new PrintWriter(told, true));
    }

    private int run(String... options) {
        CommandLine line = line();
        String[] arguments = new String[options.length + 3];
        arguments[0] = "rule";
        arguments[1] = "test";
        arguments[2] = folder.toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        return line.execute(arguments);
    }
}
