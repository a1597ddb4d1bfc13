package io.godwit.ittests.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.ittests.services.Verb;
import io.godwit.ops.cli.ExitCode;
import io.godwit.ops.cli.HostJoins;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rule over racks on a real log: hosts join while it is at work, cep is killed, and a replay draws the same. */
class RackRuleTest {
    private static final Slot SLOT = new Slot("cep", "1");
    private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("127.0.0.1", 9);
    private static final String NAMED = """
        // name: named
        // hold: 2s
        select hostId from HostLoss(rack = 'r1' and site = "rennes")
        """;

    @TempDir
    private Path folder;

    private final Map<String, Integer> segmentOf = new TreeMap<>();

    @Test
    void hosts_of_a_rack_are_counted_together_also_those_that_join_later_and_after_cep_was_killed() throws Exception {
        Instant began = Instant.now().minusSeconds(1);
        try (TestSite site = TestSite.start(folder, getClass(), 2);
                LogWatch log = new LogWatch(site, Topic.DETECTIONS, Topic.OBSERVATIONS)) {
            join(site, "r1", "a", "b", "c");
            join(site, "r2", "x", "y");
            ServiceProcess cep = ServiceProcess.start(site, SLOT, NOWHERE);
            try {
                log.await("a tick", 0, seen -> seen.event() instanceof Tick);
                verb(site, "rule", "deploy", "../docs/rules/rack-dark.epl", "--reason", "to see it");
                Path named = Files.writeString(folder.resolve("named.epl"), NAMED);
                verb(site, "rule", "deploy", named.toString(), "--reason", "to see it");
                for (int segment : site.segments()) {
                    awaitActive(log, "rack-dark", segment);
                    awaitActive(log, "named", segment);
                }
                lose(site, "a", "x", "b", "y", "a");
                join(site, "r1", "late");
                lose(site, "late");
                LogWatch.Seen dark = awaitBegan(log, "rack-dark", "late", 0);
                assertEquals(3, ((DetectionBegan) dark.event()).getValue());

                cep.kill();
                int before = log.mark();
                cep = ServiceProcess.start(site, SLOT, NOWHERE);
                log.await(
                        "the end of what the rows before the kill held open",
                        0,
                        seen -> seen.event() instanceof DetectionEnded ended
                                && ended.getRule().equals("named")
                                && ended.getHostId().equals(id("b")));
                join(site, "r1", "later");
                lose(site, "b", "c", "later", "x");
                awaitBegan(log, "rack-dark", "later", before);
                log.await("a tick after all", log.mark(), seen -> seen.event() instanceof Tick && seen.segment() == 1);
            } finally {
                cep.close();
            }
            assertEquals(List.of("a", "b", "late", "b", "c", "later"), detected(log, "named"));
            assertTrue(detected(log, "rack-dark").stream().noneMatch(host -> host.equals("x") || host.equals("y")));
            replays(site, log, began);
        }
    }

    private void join(TestSite site, String rack, String... names) {
        segmentOf.putAll(site.join(Arrays.stream(names)
                .map(name -> new HostJoins.Wanted(id(name), rack, name, "simulated:" + name))
                .toList()));
    }

    private static String id(String name) {
        return "sim-" + TestSite.SITE + "-" + name;
    }

    private void lose(TestSite site, String... names) throws Exception {
        for (String name : names) {
            site.append(
                            Topic.OBSERVATIONS,
                            segmentOf.get(id(name)),
                            id(name),
                            new HostLost(id(name), "connection reset", "monitor-1"))
                    .get();
        }
    }

    private static String verb(TestSite site, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--bootstrap", site.bootstrap(), "--site", TestSite.SITE));
        return Verb.say(all.toArray(String[]::new)).endsWith(ExitCode.OK).out();
    }

    private static void awaitActive(LogWatch log, String rule, int segment) throws InterruptedException {
        log.await(
                "activation of " + rule,
                0,
                seen -> seen.segment() == segment
                        && seen.event() instanceof RuleActivated on
                        && on.getRule().equals(rule));
    }

    private static LogWatch.Seen awaitBegan(LogWatch log, String rule, String host, int from)
            throws InterruptedException {
        return log.await(
                rule + " on " + host,
                from,
                seen -> seen.event() instanceof DetectionBegan began
                        && began.getRule().equals(rule)
                        && began.getHostId().equals(id(host)));
    }

    private static List<String> detected(LogWatch log, String rule) {
        return log.all()
                .filter(seen -> seen.event() instanceof DetectionBegan began
                        && began.getRule().equals(rule))
                .map(seen -> ((DetectionBegan) seen.event()).getHostId().replace(id(""), ""))
                .toList();
    }

    /** In this process, by the verb with its child JVM, and under pseudonyms, by which the rule names its rack then. */
    private void replays(TestSite site, LogWatch log, Instant began) throws Exception {
        for (int segment : site.segments()) {
            try (KafkaLog read = new KafkaLog(site.kafka(), TestSite.SITE)) {
                long taken = DetectionReplay.saidUpTo(read, segment);
                DetectionReplay.Result replay = DetectionReplay.run(read, segment, 0, taken);
                assertEquals(Optional.empty(), replay.difference());
            }
        }
        String replayed = verb(site, "replay", "--verify", "--from", began.toString());
        assertTrue(replayed.startsWith("identical: "), replayed);
        assertTrue(!replayed.startsWith("identical: 0 "), replayed);
        Path incident = folder.resolve("dark.incident");
        Instant end = log.all()
                .reduce((_, last) -> last)
                .map(last -> Instant.ofEpochMilli(last.atMillis() + 1))
                .orElseThrow();
        verb(
                site,
                "incident",
                "export",
                "--from",
                began.toString(),
                "--to",
                end.toString(),
                "--pseudonyms",
                incident.toString());
        String same = Verb.say("replay", "--incident", incident.toString(), "--verify")
                .endsWith(ExitCode.OK)
                .out();
        assertTrue(same.startsWith(replayed.substring(0, replayed.indexOf("detections"))), same + replayed);
    }
}
