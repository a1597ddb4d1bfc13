package io.godwit.ittests.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.CepService;
import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleSet;
import io.godwit.ittests.services.Verb;
import io.godwit.ops.cli.ExitCode;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators' rules on a real log: their JVM, which may be killed, and their quarantine. */
class OperatorsRulesTest {
    private static final int SEGMENTS = 2;
    private static final Slot SLOT = new Slot("cep", "1");
    private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("127.0.0.1", 9);
    private static final String OVER = """
        // name: over
        // hold: 2s
        // metric: permille
        select hostId, cpuPermille as value from HostSample(cpuPermille > 1000)
        """;

    @TempDir
    private Path folder;

    @Test
    void detections_come_soon_after_a_rule_is_deployed_and_go_on_after_its_jvm_and_cep_are_killed() throws Exception {
        try (TestSite site = TestSite.start(folder, getClass(), SEGMENTS);
                LogWatch log = new LogWatch(site, Topic.DETECTIONS, Topic.OBSERVATIONS, Topic.RULES)) {
            ServiceProcess cep = ServiceProcess.start(site, SLOT, NOWHERE);
            try (CepFeed feed = new CepFeed(site, 5)) {
                log.await("a tick", 0, seen -> seen.event() instanceof Tick);
                log.await("a built-in detection", 0, seen -> seen.event() instanceof DetectionBegan);
                assertEquals(Optional.empty(), child(cep.pid()), "nobody needs it yet");
                Path rule = Files.writeString(folder.resolve("over.epl"), OVER);
                verb("rule", "deploy", rule.toString(), "--reason", "to see it", "--bootstrap", site.bootstrap());
                LogWatch.Seen deployed = log.await(
                        "the deployment",
                        0,
                        seen -> seen.event() instanceof RuleDeployed one
                                && one.getRule().equals("over"));
                LogWatch.Seen first = awaitOver(log, 0);
                long took = first.atMillis() - deployed.atMillis();
                System.err.printf("first detection %d ms after the rule stood in the log%n", took);
                assertTrue(took < 10_000, "a rule takes effect within seconds");

                ProcessHandle child = child(cep.pid()).orElseThrow();
                int before = log.mark();
                long killed = System.currentTimeMillis();
                child.destroyForcibly();
                long pid = cep.pid();
                LogWatch.Seen next = log.await(
                        "a detection by another JVM",
                        before,
                        seen -> isOver(seen) && child(pid).stream().anyMatch(other -> other.pid() != child.pid()));
                System.err.printf("next detection %d ms after its JVM was killed%n", next.atMillis() - killed);
                ProcessHandle second = child(cep.pid()).orElseThrow();

                cep.kill();
                second.onExit().get(30, TimeUnit.SECONDS); // it cannot outlive cep
                before = log.mark();
                cep = ServiceProcess.start(site, SLOT, NOWHERE);
                awaitOver(log, before);
                replays(site, log, feed);
            } finally {
                cep.close();
            }
        }
    }

    @Test
    void a_rule_that_floods_is_quarantined_segment_by_segment_and_its_next_version_begins_anew() throws Exception {
        OperatorsConfig usual = OperatorsConfig.DEFAULTS;
        CepConfig cep = CepConfig.DEFAULTS;
        CepConfig strict = new CepConfig(
                cep.commitInterval(),
                cep.idleCommitInterval(),
                cep.tickInterval(),
                cep.ruleWatchdog(),
                cep.ruleCache(),
                OperatorsConfig.of(usual.heap(), usual.cpuPercent(), usual.batchCpu(), 10, usual.state()));
        try (TestSite site = TestSite.start(folder, getClass(), SEGMENTS);
                LogWatch log = new LogWatch(site, Topic.DETECTIONS, Topic.OBSERVATIONS);
                CepService service = CepService.start(strict, site.kafka().settings(), SLOT);
                CepFeed feed = new CepFeed(site, 6)) {
            log.await("a tick", 0, seen -> seen.event() instanceof Tick);
            RuleLog.deploy(
                    site.kafka(),
                    new RuleSet.Wanted("over", OVER.replace("> 1000", ">= 0"), Duration.ofSeconds(1)),
                    "me",
                    "too wide");
            Set<Integer> segments = new HashSet<>();
            log.await(
                    "the quarantine everywhere",
                    0,
                    seen -> seen.event() instanceof RuleQuarantined stopped
                            && segments.add(stopped.getSegment())
                            && segments.size() == SEGMENTS);
            log.await(
                    "the end of its detections",
                    0,
                    seen -> seen.event() instanceof DetectionEnded ended
                            && ended.getReason().equals("the rule was quarantined"));
            String health = service.health().says();
            assertTrue(health.startsWith("degraded: rule over v1 is quarantined in segments [0, 1]: it made "), health);
            for (String verb : List.of("list", "history over")) {
                String told = Verb.say(
                                ("rule " + verb + " --bootstrap " + site.bootstrap() + " --site " + TestSite.SITE)
                                        .split(" "))
                        .endsWith(ExitCode.OK)
                        .out();
                assertTrue(told.contains("quarantined in 2 segments"), told);
                assertTrue(told.contains("cep.operators.rows-per-second is 10"), told);
            }
            RuleLog.deploy(site.kafka(), new RuleSet.Wanted("over", OVER, Duration.ofSeconds(1)), "me", "narrower");
            log.await("the next version", 0, seen -> seen.event() instanceof RuleActivated on && on.getVersion() == 2);
            awaitOver(log, log.mark());
            replays(site, log, feed);
        }
    }

    @Test
    void where_no_jvm_can_be_started_the_rules_are_deactivated_in_the_log_and_they_come_back_with_it()
            throws Exception {
        OperatorsConfig usual = OperatorsConfig.DEFAULTS;
        Path java = folder.resolve("java");
        Path ours = Path.of(System.getProperty("java.home"), "bin", "java");
        OperatorsConfig operators = new OperatorsConfig(
                usual.heap(),
                usual.cpuPercent(),
                usual.batchCpu(),
                usual.rowsPerSecond(),
                usual.state(),
                usual.compileCpu(),
                Duration.ofSeconds(1),
                java,
                usual.confine());
        CepConfig cep = CepConfig.DEFAULTS;
        CepConfig config = new CepConfig(
                cep.commitInterval(),
                cep.idleCommitInterval(),
                cep.tickInterval(),
                cep.ruleWatchdog(),
                folder.resolve("cache"),
                operators);
        Files.createSymbolicLink(java, ours);
        try (TestSite site = TestSite.start(folder, getClass(), SEGMENTS);
                LogWatch log = new LogWatch(site, Topic.DETECTIONS, Topic.OBSERVATIONS);
                CepService service = CepService.start(config, site.kafka().settings(), SLOT);
                CepFeed feed = new CepFeed(site, 8)) {
            log.await("a tick", 0, seen -> seen.event() instanceof Tick);
            RuleLog.deploy(site.kafka(), new RuleSet.Wanted("over", OVER, Duration.ofSeconds(1)), "me", "to see it");
            awaitOver(log, 0);

            int before = log.mark();
            Files.delete(java);
            ProcessHandle.current()
                    .children()
                    .filter(child -> child.info().commandLine().orElse("").contains("OperatorsMain"))
                    .forEach(ProcessHandle::destroyForcibly);
            Set<Integer> segments = new HashSet<>();
            log.await(
                    "the deactivation everywhere",
                    before,
                    seen -> seen.event() instanceof RuleDeactivated gone
                            && segments.add(gone.getSegment())
                            && segments.size() == SEGMENTS);
            int without = log.mark();
            log.await(
                    "a built-in detection meanwhile",
                    without,
                    seen -> seen.event() instanceof DetectionBegan && !isOver(seen));
            String health = service.health().says();
            assertTrue(health.startsWith("degraded: no operators' rule is at work: "), health);
            assertTrue(health.contains(java + " is no file that can be executed"), health);

            Files.createSymbolicLink(java, ours);
            log.await("the rule active again", without, seen -> seen.event() instanceof RuleActivated);
            awaitOver(log, log.mark());
            replays(site, log, feed);
        }
    }

    private static String verb(String... words) {
        return Verb.say(Stream.concat(Stream.of(words), Stream.of("--site", TestSite.SITE))
                        .toArray(String[]::new))
                .endsWith(ExitCode.OK)
                .out();
    }

    private static LogWatch.Seen awaitOver(LogWatch log, int from) throws InterruptedException {
        return log.await("a detection by the rule", from, OperatorsRulesTest::isOver);
    }

    private static boolean isOver(LogWatch.Seen seen) {
        return seen.event() instanceof DetectionBegan began && began.getRule().equals("over");
    }

    /** A cep process has no other children. */
    private static Optional<ProcessHandle> child(long pid) {
        return ProcessHandle.of(pid).orElseThrow().children().findFirst();
    }

    private static void replays(TestSite site, LogWatch log, CepFeed feed) throws Exception {
        for (int segment : site.segments()) {
            long last = feed.last(segment);
            log.await(
                    "the detection at the last observation of segment " + segment,
                    0,
                    seen -> seen.event() instanceof DetectionBegan began
                            && seen.segment() == segment
                            && began.getEvidence().getLast().getPosition().getOffset() == last);
            try (KafkaLog read = new KafkaLog(site.kafka(), TestSite.SITE)) {
                DetectionReplay.Result replay = DetectionReplay.run(read, segment, 0, last + 1);
                assertEquals(Optional.empty(), replay.difference());
                assertTrue(replay.detections() > 5);
            }
        }
    }
}
