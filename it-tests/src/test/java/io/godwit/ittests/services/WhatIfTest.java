package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.ops.cli.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recorded run is lived through again, as it was and with something changed. */
final class WhatIfTest {
    private static final String START = "2026-01-01T00:00:00Z";

    @TempDir
    private static Path folder;

    private static JsonNode simulated;

    @BeforeAll
    static void record() throws IOException {
        simulated = json(Verb.say(
                "simulate", "--hosts", "12", "--mu", "80", "--duration", "120s", "-o", "json", "--record", log()));
    }

    @Test
    void without_a_change_nothing_differs() throws IOException {
        for (String from : new String[] {START, "2026-01-01T00:00:40Z"}) {
            JsonNode result = json(whatIf(from));
            assertEquals(result.get("baseline"), result.get("alternative"), result::toString);
            assertTrue(result.get("baseline").get("violationSeconds").asDouble() > 0, result::toString);
        }
    }

    @Test
    void the_baseline_lives_through_what_the_recorded_hosts_went_through() throws IOException {
        JsonNode result = json(whatIf(START));
        JsonNode baseline = result.get("baseline");
        assertEquals(result.get("recorded"), baseline, result::toString);
        assertEquals(simulated.get("migrations").get("succeeded"), baseline.get("migrations"), result::toString);
        double truly = simulated.get("violations").get("sumSeconds").asDouble();
        assertEquals(truly, baseline.get("violationSeconds").asDouble(), truly / 20, result::toString);
        assertEquals(
                simulated.get("energyWattHours").asDouble(),
                result.get("recorded").get("energyWattHours").asDouble(),
                1,
                result::toString);
    }

    @Test
    void hosts_crash_when_they_did() throws IOException {
        String crashes = folder.resolve("crashes").toString();
        Verb.say(
                        "simulate",
                        "--hosts",
                        "12",
                        "--duration",
                        "180s",
                        "--crashes",
                        "exponential:200s,30s",
                        "--record",
                        crashes)
                .endsWith(ExitCode.OK);
        JsonNode result = json(Verb.say("whatif", "--log", crashes, "-o", "json", "--from", START));
        assertTrue(result.get("recorded").get("detections").asLong() > 0, result::toString);
        assertEquals(result.get("recorded"), result.get("baseline"), result::toString);
    }

    @Test
    void a_policy_that_moves_nothing_leaves_hosts_overloaded_and_vms_where_they_were() throws IOException {
        JsonNode result = json(whatIf(START, "--set", "policy=static"));
        JsonNode alternative = result.get("alternative");
        JsonNode baseline = result.get("baseline");
        assertEquals(0, alternative.get("migrations").asLong(), result::toString);
        assertTrue(
                alternative.get("violationSeconds").asDouble()
                        > baseline.get("violationSeconds").asDouble(),
                result::toString);
        assertTrue(alternative.get("modelledPercent").asDouble() > 0, result::toString);
    }

    @Test
    void budgets_constraints_and_rules_are_changed() throws IOException {
        JsonNode budget = json(whatIf(START, "--set", "budget=site:1"));
        assertTrue(
                budget.get("alternative").get("migrations").asLong()
                        < budget.get("baseline").get("migrations").asLong(),
                budget::toString);
        Path stay = Files.writeString(folder.resolve("stay.txt"), """
            ban({%s}, {local/r1/h01, local/r1/h02, local/r1/h03, local/r1/h04, local/r1/h05, local/r1/h06});
            """.formatted(String.join(
                ", ",
                Stream.iterate(1, i -> i + 1)
                        .limit(120)
                        .map(i -> "vm-local-" + i)
                        .toList())));
        JsonNode constraint = json(whatIf(START, "--set", "constraint:" + stay));
        assertNotEquals(constraint.get("baseline"), constraint.get("alternative"), constraint::toString);
        JsonNode rule = json(whatIf(START, "--set", "rule:busy-often=" + Path.of("..", "docs/rules/busy-often.epl")));
        assertTrue(
                rule.get("alternative").get("detections").asLong()
                        >= rule.get("baseline").get("detections").asLong(),
                rule::toString);
        assertEquals(
                "rule:busy-often=../docs/rules/busy-often.epl",
                rule.get("set").get(0).asText());
    }

    @Test
    void a_bound_that_is_not_kept_is_told_by_the_exit_code() {
        String[] still = {"--set", "policy=static", "--expect", "migrations<=0"};
        whatIf(START, still).endsWith(ExitCode.OK);
        whatIf(START, "--set", "policy=static", "--expect", "moreViolationSeconds<=0")
                .endsWith(ExitCode.DIFFERS);
        Verb.Said unknown = whatIf(START, "--expect", "luck>=1").endsWith(ExitCode.USAGE);
        assertTrue(unknown.err().contains("there are violationSeconds, migrations"), unknown.err());
    }

    @Test
    void what_cannot_be_changed_is_refused_with_the_way_to_write_it() {
        Verb.Said odd = whatIf(START, "--set", "weather=fine").endsWith(ExitCode.USAGE);
        assertTrue(odd.err().contains("write rule:NAME=FILE, constraint:FILE, policy=POLICY"), odd.err());
        Verb.Said policy = whatIf(START, "--set", "policy=best").endsWith(ExitCode.USAGE);
        assertTrue(policy.err().contains("--set policy is \"best\"; give one of static"), policy.err());
        Verb.Said budget = whatIf(START, "--set", "budget=moon:2").endsWith(ExitCode.USAGE);
        assertTrue(budget.err().contains("--set budget is \"moon\"; give one of vm, host"), budget.err());
        Verb.Said late = whatIf("2027-01-01T00:00:00Z").endsWith(ExitCode.USAGE);
        assertTrue(late.err().contains("is not before the end"), late.err());
    }

    @Test
    void the_record_stays_as_it_is() throws IOException {
        byte[] before = bytes();
        whatIf(START, "--set", "policy=static").endsWith(ExitCode.OK);
        assertArrayEquals(before, bytes());
    }

    private static Verb.Said whatIf(String from, String... more) {
        return Verb.say(
                Stream.concat(Stream.of("whatif", "--log", log(), "-o", "json", "--from", from), Stream.of(more))
                        .toArray(String[]::new));
    }

    private static JsonNode json(Verb.Said said) throws IOException {
        return new ObjectMapper().readTree(said.endsWith(ExitCode.OK).out());
    }

    private static String log() {
        return folder.resolve("run").toString();
    }

    private static byte[] bytes() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Stream<Path> files = Files.walk(Path.of(log()))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                all.writeBytes(file.toString().getBytes(StandardCharsets.UTF_8));
                all.writeBytes(Files.readAllBytes(file));
            }
        }
        return all.toByteArray();
    }
}
