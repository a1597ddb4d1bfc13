package io.godwit.ceprules.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.backtest.Backtest;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.engine.RulesPage;
import io.godwit.ceprules.engine.Unchecked;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Operators' rules in a child JVM: what they say is the same to the byte, and none of them can harm the others. */
final class ChildJvmTest {
    private static final OperatorsConfig USUAL = OperatorsConfig.DEFAULTS;
    private static final String OFTEN =
            "// name: often\n// hold: 10s\nselect hostId from HostSample(cpuPermille > 850)";

    private Optional<OperatorsProcess> process = Optional.empty();

    @AfterEach
    void end() {
        process.ifPresent(OperatorsProcess::close);
    }

    private OperatorsProcess process(OperatorsConfig config) {
        process = Optional.of(new OperatorsProcess(config, () -> {}));
        return process.get();
    }

    private static List<CompiledRule> examples() throws IOException {
        List<CompiledRule> rules = new ArrayList<>(History.builtIn());
        for (String text : RulesPage.read().examples()) {
            rules.add(History.custom(text));
        }
        rules.add(History.custom(OFTEN));
        return rules;
    }

    private static CompiledRule unchecked(String name, String epl) {
        String text = "// name: " + name + "\n" + epl;
        return Unchecked.compile(new RuleVersion(RuleHeader.parse(text).name(), 1, text, false));
    }

    /** What a detector says that takes some observations at a time; something is done before each batch. */
    private static List<SpecificRecord> run(
            History history, List<CompiledRule> rules, OperatorRules.Source source, int batch, Runnable before) {
        List<SpecificRecord> records = new ArrayList<>();
        try (SegmentDetector detector = SegmentDetector.open(
                History.SEGMENT,
                new OpenDetections(History.SEGMENT),
                Place.BEGINNING,
                List.of(),
                LookBack.of(history.log),
                source)) {
            records.addAll(detector.activate(rules));
            for (long from = 0; from < history.end(); from += batch) {
                before.run();
                List<LogRecord> next = new ArrayList<>();
                for (long offset = from; offset < Math.min(history.end(), from + batch); offset++) {
                    next.add(history.record(offset));
                }
                detector.prepare(next);
                next.forEach(record -> records.addAll(detector.take(record).records()));
            }
        }
        return records;
    }

    @Test
    void rules_say_the_same_in_a_child_as_here_whatever_the_batches_are() throws IOException {
        History history = RestartTest.random(5, 300);
        List<CompiledRule> rules = examples();
        String here = History.hex(history.detections(rules));
        OperatorsProcess child = process(USUAL);
        for (int batch : List.of(1, 7, 500)) {
            assertEquals(here, History.hex(run(history, rules, child, batch, () -> {})), "batches of " + batch);
        }
        assertTrue(ProcessHandle.of(child.pid().orElseThrow()).orElseThrow().isAlive());
    }

    @Test
    void a_child_that_is_killed_again_and_again_loses_nothing_and_doubles_nothing() throws IOException {
        History history = RestartTest.random(6, 300);
        List<CompiledRule> rules = examples();
        OperatorsProcess child = process(USUAL);
        int[] batches = {0};
        List<Long> killed = new ArrayList<>();
        String said = History.hex(run(history, rules, child, 100, () -> {
            if (++batches[0] % 6 == 3) {
                ProcessHandle handle =
                        ProcessHandle.of(child.pid().orElseThrow()).orElseThrow();
                handle.destroyForcibly();
                if (batches[0] % 4 == 1) {
                    handle.onExit().join(); // else it dies at some moment of what follows
                }
                killed.add(handle.pid());
            }
        }));
        assertTrue(killed.stream().distinct().count() >= 3, killed.toString());
        assertEquals(History.hex(history.detections(rules)), said);
    }

    private static List<String> ofOthers(List<SpecificRecord> records, String rule) {
        return records.stream()
                .filter(record -> switch (record) {
                    case DetectionBegan began -> !began.getRule().equals(rule);
                    case DetectionEnded ended -> !ended.getRule().equals(rule);
                    default -> false;
                })
                .map(Object::toString)
                .toList();
    }

    /** Runs a bad rule among good ones: it is quarantined once, for this reason, and the others say what they say without it. */
    private List<SpecificRecord> quarantines(History history, CompiledRule bad, OperatorsConfig config, String reason)
            throws IOException {
        return quarantines(history, bad, process(config), reason);
    }

    private static List<SpecificRecord> quarantines(
            History history, CompiledRule bad, OperatorsProcess process, String reason) throws IOException {
        List<CompiledRule> rules = new ArrayList<>(examples());
        String name = bad.rule().name();
        List<String> without = ofOthers(history.detections(rules), name);
        rules.add(bad);
        List<SpecificRecord> said = run(history, rules, process, 100, () -> {});
        List<RuleQuarantined> stopped = said.stream()
                .filter(RuleQuarantined.class::isInstance)
                .map(RuleQuarantined.class::cast)
                .toList();
        assertEquals(1, stopped.size(), stopped.toString());
        assertEquals(name, stopped.getFirst().getRule());
        assertTrue(stopped.getFirst().getReason().contains(reason), stopped.toString());
        assertTrue(without.size() > 10, "too little happened");
        assertEquals(without, ofOthers(said, name));
        return said;
    }

    @Test
    void a_rule_that_hangs_is_quarantined_and_the_others_go_on() throws IOException {
        CompiledRule hangs = unchecked("hangs", "insert into HostSample select * from HostSample;");
        OperatorsConfig config =
                OperatorsConfig.of(USUAL.heap(), 100, Duration.ofMillis(500), USUAL.rowsPerSecond(), USUAL.state());
        quarantines(RestartTest.random(7, 200), hangs, config, "did not come to its end");
    }

    @Test
    void a_rule_that_floods_is_quarantined_and_its_detections_end() throws IOException {
        CompiledRule floods = unchecked(
                "floods", "select a.hostId as hostId from HostSample as a unidirectional, HostSample#length(50) as b");
        OperatorsConfig config = OperatorsConfig.of(USUAL.heap(), 100, Duration.ofSeconds(5), 100, USUAL.state());
        History history = RestartTest.random(8, 200);
        List<SpecificRecord> said = quarantines(history, floods, config, "cep.operators.rows-per-second is 100");
        RuleQuarantined stopped = (RuleQuarantined) said.stream()
                .filter(RuleQuarantined.class::isInstance)
                .findFirst()
                .orElseThrow();
        assertTrue(stopped.getObservationOffset() >= 100, "it was good for a while");
        assertTrue(said.stream()
                .anyMatch(record -> record instanceof DetectionEnded ended
                        && ended.getRule().equals("floods")
                        && ended.getReason().equals("the rule was quarantined")));
    }

    @Test
    void a_rule_that_burns_cpu_is_quarantined() throws IOException {
        CompiledRule burns = unchecked(
                "burns",
                "select a.hostId as hostId, count(*) as value from HostSample#length(150) as a,"
                        + " HostSample#length(150) as b, HostSample#length(150) as c"
                        + " where a.cpuPermille + b.cpuPermille + c.cpuPermille > 2999 group by a.hostId");
        OperatorsConfig config = OperatorsConfig.of(USUAL.heap(), 2, Duration.ofSeconds(60), 1_000_000, USUAL.state());
        quarantines(RestartTest.random(9, 200), burns, config, "of CPU");
    }

    private static final String HOARDS = """
        @public create schema Kept(hostId string, pad string);
        insert into Kept select hostId, hostId || '%s' as pad from HostSample;
        select hostId, count(*) as value from Kept#keepall group by hostId having count(*) > 1000000
        """.formatted("x".repeat(60_000));

    @Test
    void a_rule_that_takes_the_jvm_down_with_memory_is_quarantined() throws IOException {
        OperatorsConfig config = OperatorsConfig.of(
                ByteSize.ofMebibytes(64), 100, Duration.ofSeconds(30), 1_000_000, ByteSize.ofMebibytes(64));
        History history = RestartTest.random(10, 600);
        quarantines(history, unchecked("hoards", "// look-back: 1h\n" + HOARDS), config, "ran out of its 64 MiB");
    }

    @Test
    void a_rule_that_comes_to_keep_too_much_while_it_runs_is_quarantined_by_weight_before_memory_runs_out()
            throws IOException {
        OperatorsConfig config = OperatorsConfig.of(
                ByteSize.ofMebibytes(96), 100, Duration.ofSeconds(30), 1_000_000, ByteSize.ofMebibytes(5));
        int[] lost = {0};
        process = Optional.of(new OperatorsProcess(config, () -> lost[0]++));
        List<SpecificRecord> said = quarantines(
                RestartTest.random(14, 700),
                unchecked("hoards", "// look-back: 1h\n" + HOARDS),
                process.get(),
                "cep.operators.state is 5 MiB");
        RuleQuarantined stopped = (RuleQuarantined) said.stream()
                .filter(RuleQuarantined.class::isInstance)
                .findFirst()
                .orElseThrow();
        assertTrue(stopped.getObservationOffset() > 500, "it was good for a while");
        assertEquals(0, lost[0]);
    }

    @Test
    void a_rule_that_keeps_too_much_of_its_look_back_is_quarantined_by_weight() throws IOException {
        OperatorsConfig config = OperatorsConfig.of(
                ByteSize.ofMebibytes(256), 100, Duration.ofSeconds(30), 1_000_000, ByteSize.ofMebibytes(5));
        History history = RestartTest.random(11, 400);
        CompiledRule hoards = unchecked("hoards", "// look-back: 1h\n" + HOARDS);
        List<CompiledRule> rules = new ArrayList<>(examples());
        List<String> without = ofOthers(history.detections(rules), "hoards");
        rules.add(hoards);
        long half = history.end() / 2;
        List<SpecificRecord> said = new ArrayList<>();
        try (SegmentDetector detector = SegmentDetector.open(
                History.SEGMENT,
                new OpenDetections(History.SEGMENT),
                Place.BEGINNING,
                List.of(),
                LookBack.of(history.log),
                process(config))) {
            said.addAll(detector.activate(examples()));
            for (long offset = 0; offset < history.end(); offset++) {
                if (offset == half) {
                    said.addAll(detector.activate(rules));
                }
                said.addAll(detector.take(history.record(offset)).records());
            }
        }
        RuleQuarantined stopped = (RuleQuarantined) said.stream()
                .filter(RuleQuarantined.class::isInstance)
                .findFirst()
                .orElseThrow();
        assertEquals(half, stopped.getObservationOffset());
        assertTrue(stopped.getReason().contains("cep.operators.state is 5 MiB"), stopped.toString());
        assertEquals(without, ofOthers(said, "hoards"));
    }

    @Test
    void a_quarantine_is_read_back_after_a_restart_and_applied_by_a_replay_and_the_next_version_begins_anew() {
        History history = RestartTest.random(12, 200);
        CompiledRule often = History.custom(OFTEN.replace("850", "-1"));
        CompiledRule next = RuleCompiler.compile(new RuleVersion("often", 2, OFTEN, false));
        List<CompiledRule> rules = new ArrayList<>(History.builtIn());
        rules.forEach(rule -> deploy(history, rule));
        deploy(history, often);
        deploy(history, next);
        rules.add(often);
        OperatorRules.Source strict =
                process(OperatorsConfig.of(USUAL.heap(), 100, USUAL.batchCpu(), 1, USUAL.state()));
        List<SpecificRecord> said = new ArrayList<>();
        SegmentDetector detector = history.fresh(List.of(), said);
        detector.close();
        detector = reopened(history, Place.BEGINNING, rules, said, strict);
        said.addAll(detector.activate(rules));
        long third = history.end() / 3;
        for (long offset = 0; offset < history.end(); offset++) {
            if (offset == third) {
                assertTrue(said.stream().anyMatch(RuleQuarantined.class::isInstance), "not yet");
                Place place = detector.place();
                detector.close();
                detector = reopened(history, place, rules, said, strict);
                assertEquals(List.of(), detector.activate(rules), "it is not activated again");
            }
            if (offset == 2 * third) {
                rules.set(rules.indexOf(often), next);
                List<SpecificRecord> change = detector.activate(rules);
                assertTrue(
                        change.stream().anyMatch(record -> record instanceof RuleActivated on && on.getVersion() == 2));
                said.addAll(change);
            }
            said.addAll(detector.take(history.record(offset)).records());
        }
        detector.close();
        said.forEach(record ->
                history.log.append(Topic.DETECTIONS, History.SEGMENT, Instant.EPOCH, "k", EventCodec.encode(record)));
        RuleBook book = RuleLog.read(history.log);
        try (OperatorsProcess past = OperatorsProcess.ofThePast(USUAL)) {
            for (long from = 0; from < history.end(); from += 331) {
                for (OperatorRules.Source source : List.of(OperatorRules.HERE, past)) {
                    assertEquals(
                            Optional.empty(),
                            DetectionReplay.run(history.log, book, History.SEGMENT, from, Long.MAX_VALUE, source)
                                    .difference(),
                            "from " + from);
                }
            }
        }
    }

    @Test
    void a_backtest_in_a_child_draws_the_same_and_tells_where_a_budget_would_not_do() {
        History history = RestartTest.random(13, 200);
        CompiledRule often = History.custom(OFTEN);
        Instant from = Instant.ofEpochMilli(History.START_MILLIS);
        Instant to = from.plus(Duration.ofHours(1));
        Backtest.Result here = Backtest.run(history.log, History.SEGMENT, often, Optional.of(often), from, to);
        Backtest.Result child =
                Backtest.run(history.log, History.SEGMENT, often, Optional.of(often), from, to, process(USUAL));
        assertEquals(here, child);
        assertTrue(child.drawn().size() > 3, "too little happened");
        OperatorsConfig strict = OperatorsConfig.of(USUAL.heap(), 100, USUAL.batchCpu(), 1, USUAL.state());
        CompiledRule always = History.custom(OFTEN.replace("850", "-1"));
        try (OperatorsProcess narrow = new OperatorsProcess(strict, () -> {})) {
            Backtest.Result stopped =
                    Backtest.run(history.log, History.SEGMENT, always, Optional.empty(), from, to, narrow);
            assertEquals(1, stopped.quarantined().size());
            assertTrue(
                    stopped.quarantined().getFirst().contains("the rule would be quarantined: it made "),
                    stopped.quarantined().toString());
        }
    }

    static SegmentDetector reopened(
            History history,
            Place place,
            List<CompiledRule> rules,
            List<SpecificRecord> said,
            OperatorRules.Source source) {
        OpenDetections open = new OpenDetections(History.SEGMENT);
        said.forEach(record -> open.evolve(EventCodec.decode(EventCodec.encode(record))));
        List<CompiledRule> active = rules.stream()
                .filter(rule ->
                        open.active().stream().anyMatch(on -> RuleId.of(on).equals(RuleId.of(rule))))
                .toList();
        return SegmentDetector.open(History.SEGMENT, open, place, active, LookBack.of(history.log), source);
    }

    static void deploy(History history, CompiledRule rule) {
        RuleDeployed deployed = new RuleDeployed(
                rule.rule().name(),
                rule.rule().version(),
                rule.rule().text(),
                "me",
                "test",
                rule.rule().builtIn(),
                60);
        history.log.append(
                Topic.RULES, History.SEGMENT, Instant.EPOCH, rule.rule().name(), EventCodec.encode(deployed));
    }
}
