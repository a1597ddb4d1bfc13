package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleSet;
import io.godwit.ops.broker.BrokerConfig;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.ExitCode;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs for rules: what a rule is checked for, and its versions on a real log. */
final class RuleVerbsTest {
    private static final String SITE = "rennes";

    @TempDir
    private Path folder;

    private Path rule(int threshold) throws Exception {
        return Files.writeString(folder.resolve("busy.epl"), """
            // name: busy-often
            // purpose: CPU demand is high again and again.
            // hold: 20s
            // metric: samples
            select hostId, count(*) as value from HostSample(cpuPermille > %d)#time(40 sec)
            group by hostId having count(*) >= 3;
            select hostId from HostLoss
            """.formatted(threshold));
    }

    @Test
    void a_check_tells_what_a_rule_reads_remembers_and_costs_or_where_it_is_wrong() throws Exception {
        String told = Verb.say("rule", "check", rule(600).toString(), "-o", "json")
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(told.contains("\"line 5: HostSample(cpuPermille hostId)\""), told);
        assertTrue(told.contains("\"line 7: HostLoss(hostId)\""), told);
        assertTrue(told.contains("40 s of what passes its filter, so 5 samples a host at most"), told);
        assertTrue(told.contains("\"line 7: nothing\""), told);
        long nanos = Long.parseLong(told.replaceFirst("(?s).*\"nanosPerSample\" : (\\d+).*", "$1"));
        assertTrue(nanos > 0, told);

        Path wrong = Files.writeString(
                folder.resolve("wrong.epl"), "// name: wrong\nselect hostId from HostSample#keepall\n");
        Verb.Said refused = Verb.say("rule", "check", wrong.toString()).endsWith(ExitCode.REFUSED);
        assertTrue(refused.err().contains(wrong + ":2:"), refused.err());
        Verb.Said missing =
                Verb.say("rule", "check", folder.resolve("none.epl").toString()).endsWith(ExitCode.FAILED);
        assertTrue(missing.err().contains("none.epl"), missing.err());
    }

    /** A broker with the topics of a site that nothing runs on. */
    private BrokerProcess site() throws IOException {
        BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"), BrokerConfig.DEFAULTS, 0);
        try (Admin admin = new SiteKafka(KafkaSettings.of(SITE, broker.bootstrap())).admin()) {
            Topics.create(admin, SITE, new Topics.Shape(2, 1, -1, false));
        }
        return broker;
    }

    @Test
    void versions_are_told_compared_and_taken_back() throws Exception {
        try (BrokerProcess broker = site()) {
            SiteKafka kafka = new SiteKafka(KafkaSettings.of(SITE, broker.bootstrap()));
            Verb.Said unknown = say(broker, "history", "busy-often").endsWith(ExitCode.FAILED);
            assertTrue(unknown.err().contains("there is no rule busy-often"), unknown.err());
            say(broker, "deploy", rule(600).toString(), "--reason", "to see it").endsWith(ExitCode.OK);
            Verb.Said one =
                    say(broker, "rollback", "busy-often", "--reason", "x").endsWith(ExitCode.FAILED);
            assertTrue(one.err().contains("has one version only"), one.err());
            say(broker, "deploy", rule(900).toString(), "--reason", "too many").endsWith(ExitCode.OK);

            String diff =
                    say(broker, "diff", "busy-often").endsWith(ExitCode.OK).out();
            assertTrue(diff.startsWith("--- busy-often v1\n+++ busy-often v2\n"), diff);
            assertTrue(diff.contains("\n-select hostId, count(*) as value from HostSample(cpuPermille > 600)"), diff);
            assertTrue(diff.contains("\n+select hostId, count(*) as value from HostSample(cpuPermille > 900)"), diff);
            Verb.Said none = say(broker, "diff", "busy-often", "1", "7").endsWith(ExitCode.FAILED);
            assertTrue(none.err().contains("has no version 7; its versions are 1 to 2"), none.err());

            say(broker, "rollback", "busy-often", "--reason", "too few").endsWith(ExitCode.OK);
            assertEquals(
                    "",
                    say(broker, "diff", "busy-often", "1", "3")
                            .endsWith(ExitCode.OK)
                            .out());
            String history =
                    say(broker, "history", "busy-often").endsWith(ExitCode.OK).out();
            assertTrue(
                    history.matches("(?s).*\n1 +superseded .*\n2 +superseded .*\n3 +live .* back to v1: too few .*"),
                    history);
            try (KafkaLog log = new KafkaLog(kafka, SITE)) {
                assertEquals(
                        List.of("busy-often v3"),
                        RuleLog.read(log).live().stream().map(Object::toString).toList());
            }

            say(broker, "retire", "busy-often", "--reason", "seen enough").endsWith(ExitCode.OK);
            String ended =
                    say(broker, "history", "busy-often").endsWith(ExitCode.OK).out();
            assertTrue(ended.matches("(?s).*\n3 +retired .* seen enough\n"), ended);
            say(broker, "rollback", "busy-often", "--to", "2", "--reason", "after all")
                    .endsWith(ExitCode.OK);
            assertTrue(
                    say(broker, "history", "busy-often").out().matches("(?s).*\n4 +live .* back to v2: after all .*"));
        }
    }

    @Test
    void a_rule_is_tried_in_shadow_beside_the_live_one_and_promoted_as_it_was_tried() throws Exception {
        try (BrokerProcess broker = site()) {
            say(broker, "deploy", rule(600).toString(), "--reason", "to see it").endsWith(ExitCode.OK);
            Verb.Said untried = say(broker, "promote", rule(700).toString(), "--reason", "x")
                    .endsWith(ExitCode.USAGE);
            assertTrue(untried.err().contains("nothing was tried in shadow"), untried.err());
            say(broker, "deploy", rule(700).toString(), "--shadow", "--reason", "a trial")
                    .endsWith(ExitCode.OK);
            assertEquals(List.of("busy-often v1", "busy-often-shadow v1"), live(broker));
            Verb.Said other = say(broker, "promote", rule(800).toString(), "--reason", "x")
                    .endsWith(ExitCode.USAGE);
            assertTrue(other.err().contains("busy-often-shadow v1 was tried with another text"), other.err());
            say(broker, "promote", rule(700).toString(), "--reason", "as wanted")
                    .endsWith(ExitCode.OK);
            assertEquals(List.of("busy-often v2"), live(broker));
        }
    }

    /** After another transaction of the same writer, which begins once the one before it can be read. */
    private static List<String> live(BrokerProcess broker) {
        SiteKafka kafka = new SiteKafka(KafkaSettings.of(SITE, broker.bootstrap()));
        assertEquals(List.of(), RuleLog.apply(kafka, new RuleSet(List.of(), false), "test", "changes nothing"));
        try (KafkaLog log = new KafkaLog(kafka, SITE)) {
            return RuleLog.read(log).live().stream().map(Object::toString).toList();
        }
    }

    @Test
    void a_folder_of_rules_is_applied_as_a_whole_and_changes_nothing_the_second_time() throws Exception {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Files.writeString(rules.resolve("one.epl"), "// name: one\nselect hostId from HostLoss\n");
        Files.writeString(rules.resolve("two.epl"), "// name: two\nselect hostId from HostLoss\n");
        try (BrokerProcess broker = site()) {
            String dir = rules.toString();
            say(broker, "apply", "-f", dir).endsWith(ExitCode.USAGE);
            String tried = say(broker, "apply", "-f", dir, "--dry-run")
                    .endsWith(ExitCode.OK)
                    .out();
            assertTrue(tried.matches("(?s).*new +one +1.*new +two +1.*"), tried);
            say(broker, "history", "one").endsWith(ExitCode.FAILED);
            String applied = say(broker, "apply", "-f", dir, "--reason", "as in the repository")
                    .endsWith(ExitCode.OK)
                    .out();
            assertEquals(tried, applied);
            String again = say(broker, "apply", "-f", dir, "--reason", "again")
                    .endsWith(ExitCode.OK)
                    .out();
            assertFalse(again.contains("one"), again);

            Files.writeString(rules.resolve("two.epl"), "// name: two\nselect hostId from Nothing\n");
            Files.writeString(rules.resolve("three.epl"), "// name: one\nselect hostId from HostLoss\n");
            Verb.Said refused =
                    say(broker, "apply", "-f", dir, "--reason", "wrong").endsWith(ExitCode.REFUSED);
            assertTrue(refused.err().contains("two.epl:2:20: Nothing is no event type"), refused.err());
            assertTrue(refused.err().contains("three.epl: the rule is called one"), refused.err());

            Files.delete(rules.resolve("two.epl"));
            Files.delete(rules.resolve("three.epl"));
            String pruned = say(broker, "apply", "-f", dir, "--prune", "--reason", "two is no longer wanted")
                    .endsWith(ExitCode.OK)
                    .out();
            assertTrue(pruned.matches("(?s).*retired +two +1.*"), pruned);
        }
    }

    @Test
    void a_rule_that_does_not_stand_the_cases_in_its_header_is_not_deployed() throws Exception {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        String text = """
            // name: lost
            // expect:
            //   - name: a host that is lost is told
            //     events: [{at: 1s, HostLoss: {hostId: h1}}]
            //     expect: [{hostId: h1, begins: %s}]
            select hostId from HostLoss
            """;
        Path rule = Files.writeString(rules.resolve("lost.epl"), text.formatted("2s"));
        try (BrokerProcess broker = site()) {
            for (String[] verb : List.of(
                    new String[] {"deploy", rule.toString(), "--reason", "x"},
                    new String[] {"deploy", rule.toString(), "--shadow", "--reason", "x"},
                    new String[] {"apply", "-f", rules.toString(), "--dry-run"},
                    new String[] {"apply", "-f", rules.toString(), "--reason", "x"})) {
                Verb.Said refused = say(broker, verb).endsWith(ExitCode.REFUSED);
                assertTrue(
                        refused.err().contains(rule + ":3:8: the case \"a host that is lost is told\" does not hold"),
                        refused.err());
                assertTrue(refused.err().contains("h1 from 1s to 32s, value 0 (begins 1s too early)"), refused.err());
                assertTrue(refused.err().contains("--skip-expect"), refused.err());
            }
            assertEquals(List.of(), live(broker));
            say(broker, "deploy", rule.toString(), "--shadow", "--skip-expect", "--reason", "I know better")
                    .endsWith(ExitCode.OK);
            assertEquals(List.of("lost-shadow v1"), live(broker));
            Files.writeString(rule, text.formatted("1s"));
            say(broker, "apply", "-f", rules.toString(), "--reason", "mended").endsWith(ExitCode.OK);
            assertEquals(List.of("lost v1", "lost-shadow v1"), live(broker));
        }
    }

    @Test
    void a_backtest_tells_what_a_rule_would_have_detected_and_whether_that_is_as_expected() throws Exception {
        String run = folder.resolve("run").toString();
        Verb.say("simulate", "--hosts", "12", "--mu", "80", "--duration", "120s", "--record", run)
                .endsWith(ExitCode.OK);
        Path rule = Files.writeString(folder.resolve("over.epl"), """
            // name: over
            // hold: 5s
            select hostId, cpuPermille as value from HostSample(cpuPermille > 1000)
            """);
        String[] backtest = {"rule", "backtest", rule.toString(), "--log", run};
        String told = with(backtest, "-o", "json").endsWith(ExitCode.OK).out();
        long detections = new ObjectMapper().readTree(told).get("detections").asLong();
        assertTrue(detections > 0, told);
        assertTrue(told.contains("\"added\" : " + detections), told);
        assertTrue(told.contains("\"against\" : \"nothing, as no version of it is live\""), told);
        String table = with(backtest).endsWith(ExitCode.OK).out();
        assertEquals(
                detections,
                table.lines().filter(line -> line.startsWith("added  ")).count() - 1,
                table);

        with(backtest, "--expect", "added=" + detections, "--expect", "removed<=0")
                .endsWith(ExitCode.OK);
        with(backtest, "--expect", "detections<=0").endsWith(ExitCode.DIFFERS);
        Verb.Said unread = with(backtest, "--expect", "few").endsWith(ExitCode.USAGE);
        assertTrue(unread.err().contains("as in added<=5"), unread.err());
        Verb.Said unknown = with(backtest, "--expect", "moves<=5").endsWith(ExitCode.USAGE);
        assertTrue(unknown.err().contains("there are detections, added, removed, moved, same"), unknown.err());
        assertEquals(
                0,
                with(backtest, "--since", "1ms", "-o", "json")
                        .out()
                        .lines()
                        .filter(line -> line.contains("\"change\""))
                        .count());
    }

    private static Verb.Said with(String[] words, String... more) {
        return Verb.say(Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new));
    }

    private static Verb.Said say(BrokerProcess broker, String... words) {
        return Verb.say(Stream.of(
                        Stream.of("rule"),
                        Stream.of(words),
                        Stream.of("--bootstrap", broker.bootstrap(), "--site", SITE))
                .flatMap(each -> each)
                .toArray(String[]::new));
    }
}
