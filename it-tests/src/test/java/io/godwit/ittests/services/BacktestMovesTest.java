package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.ops.cli.ExitCode;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.DirectoryLogWriter;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would have followed from a rule: schedulers forked from a recorded run live through it again. */
final class BacktestMovesTest {
    private static final String RULE = """
        // name: full
        // action: migrate-away
        // mode: MODE
        // hold: 10s
        select hostId, cpuPermille as value from HostSample(cpuPermille > 1000)
        """;

    private static final String[] MOVES = {"--moves"};

    @TempDir
    private static Path folder;

    private static JsonNode simulated;

    @BeforeAll
    static void record() throws IOException {
        simulated = json(Verb.say(
                "simulate", "--hosts", "12", "--mu", "75", "--duration", "180s", "-o", "json", "--record", log()));
    }

    @Test
    void a_rule_that_acts_moves_more_and_what_the_region_did_without_it_is_modelled_as_it_was() throws IOException {
        JsonNode told = json(backtest("auto", "--moves"));
        long recorded = told.get("migrationsRecorded").asLong();
        assertTrue(recorded > 0, told::toString);
        assertTrue(recorded <= simulated.get("migrations").get("commanded").asLong(), told::toString);
        assertEquals(recorded, told.get("migrationsBefore").asLong(), told::toString);
        assertTrue(told.get("migrations").asLong() > recorded, told::toString);
        assertEquals(
                told.get("migrations").asLong() - recorded,
                told.get("moreMigrations").asLong());
        JsonNode move = told.get("moves").get(0);
        assertEquals("commanded", move.get("stands").asText());
        assertTrue(move.get("from").asText().startsWith("local/r1/h"), move::toString);
        assertTrue(
                told.get("moves").findValuesAsText("because").stream()
                        .anyMatch(because -> because.startsWith("this rule: ")),
                told::toString);
        assertTrue(told.get("topHosts").get(0).get("detections").asLong() > 0, told::toString);
        assertTrue(told.get("cost").get(0).get("nanosPerObservation").asLong() > 0, told::toString);
    }

    @Test
    void plans_of_a_rule_that_advises_are_shown_and_move_nothing_and_those_that_wait_are_proposed() throws IOException {
        JsonNode advises = json(backtest("advise", "--moves"));
        assertEquals(0, advises.get("moreMigrations").asLong(), advises::toString);
        assertTrue(advises.get("shown").asLong() > 0, advises::toString);
        assertEquals(0, advises.get("proposed").asLong(), advises::toString);
        JsonNode asks = json(backtest("approve", "--moves"));
        assertEquals(0, asks.get("moreMigrations").asLong(), asks::toString);
        assertTrue(asks.get("proposed").asLong() > 0, asks::toString);
    }

    @Test
    void bounds_on_migrations_are_held_against_them() throws IOException {
        backtest("advise", "--expect", "moreMigrations<=0").endsWith(ExitCode.OK);
        backtest("auto", "--expect", "moreMigrations<=0").endsWith(ExitCode.DIFFERS);
        assertFalse(json(backtest("auto")).has("migrations"), "nothing is modelled where nobody asks for it");
    }

    @Test
    void a_report_stands_for_itself() throws IOException {
        Path report = folder.resolve("report");
        backtest("auto", "--moves", "--report", report.toString()).endsWith(ExitCode.OK);
        String page = Files.readString(report.resolve("index.html"));
        for (String chart : new String[] {"detections", "hosts", "migrations"}) {
            assertTrue(page.contains("<canvas id=\"" + chart + "\" role=\"img\" aria-label="), chart);
        }
        assertTrue(page.contains("Migrations are modelled from "));
        assertTrue(page.contains("// action: migrate-away"), "the rule's text stands in it");
        assertFalse(Pattern.compile("(src|href)\\s*=\\s*[\"']").matcher(page).find(), "nothing is linked");
    }

    @Test
    void against_a_live_version_that_says_the_same_nothing_differs() throws IOException {
        String live = withLive(RULE.replace("MODE", "auto"));
        JsonNode same = json(backtest(live, "auto", MOVES));
        assertEquals("full v1", same.get("against").asText());
        assertTrue(same.get("same").asLong() > 0, same::toString);
        assertEquals(same.get("detections"), same.get("same"), same::toString);
        assertEquals(same.get("migrationsBefore"), same.get("migrations"), same::toString);
        assertEquals(0, same.get("moves").size(), same::toString);
        JsonNode advises = json(backtest(live, "advise", MOVES));
        assertEquals(advises.get("detections"), advises.get("same"), "the same is detected");
        assertTrue(
                advises.get("migrations").asLong()
                        < advises.get("migrationsBefore").asLong(),
                advises::toString);
        assertEquals(2, advises.get("cost").size(), "both are measured");
    }

    /** The same record with a rule that was live from its beginning. */
    private static String withLive(String text) {
        Path to = folder.resolve("live");
        if (!Files.exists(to)) {
            RuleDeployed deployed = new RuleDeployed("full", 1, text, "test", "test", false, 1);
            try (DirectoryLog log = new DirectoryLog(Path.of(log()));
                    DirectoryLogWriter out =
                            new DirectoryLogWriter(to, log.site(), log.incarnation(), log.segments())) {
                for (int segment = 0; segment < log.segments(); segment++) {
                    for (Topic topic : Topic.values()) {
                        log.scan(List.of(LogRange.all(topic, segment)), record -> {
                            out.append(record);
                            return true;
                        });
                    }
                    out.append(new LogRecord(
                            Topic.RULES,
                            segment,
                            log.end(Topic.RULES, segment),
                            Instant.parse("2026-01-01T00:00:00Z").toEpochMilli(),
                            "full".getBytes(StandardCharsets.UTF_8),
                            EventCodec.encode(deployed)));
                }
                out.finish();
            }
        }
        return to.toString();
    }

    @Test
    void the_record_stays_as_it_is() throws IOException {
        long before = size();
        backtest("auto", "--moves").endsWith(ExitCode.OK);
        assertEquals(before, size());
    }

    private static long size() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(log()))) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static Verb.Said backtest(String mode, String... more) throws IOException {
        return backtest(log(), mode, more);
    }

    private static Verb.Said backtest(String log, String mode, String[] more) throws IOException {
        Path rule = Files.writeString(folder.resolve("full-" + mode + ".epl"), RULE.replace("MODE", mode));
        String[] words = {"rule", "backtest", rule.toString(), "--log", log, "-o", "json"};
        return Verb.say(Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new));
    }

    private static JsonNode json(Verb.Said said) throws IOException {
        return new ObjectMapper().readTree(said.endsWith(ExitCode.OK).out());
    }

    private static String log() {
        return folder.resolve("run").toString();
    }
}
