package io.godwit.ceprules.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.child.Admissions;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RandomEpl;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.log.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/**
 * Whatever is admitted compiles within its bound, and keeps its budgets or is quarantined, while another rule beside it says
 * what it says alone.
 */
final class RandomRulesTest {
    /** More of them by -Dgodwit.instances=N. */
    private static final int INSTANCES = Integer.getInteger("godwit.instances", 120);

    private static final long SEED = Long.getLong("godwit.rules.seed", 4711);
    private static final int TOGETHER = 12;
    private static final int OBSERVATIONS = 2000;
    private static final int HOSTS = 20;
    private static final String WITNESS = "witness";

    @Test
    void whatever_is_admitted_keeps_its_budgets_or_is_quarantined_and_the_others_go_on() {
        OperatorsConfig usual = OperatorsConfig.DEFAULTS;
        OperatorsConfig config =
                OperatorsConfig.of(usual.heap(), 100, Duration.ofSeconds(2), usual.rowsPerSecond(), usual.state());
        History history = history();
        CompiledRule witness = History.custom("// name: " + WITNESS
                + "\n// hold: 5s\nselect hostId, vms as value from HostSample(cpuPermille > 700)");
        List<String> alone = new ArrayList<>();
        TreeMap<String, Integer> answers = new TreeMap<>();
        try (Admissions admissions = new Admissions(usual, () -> {});
                OperatorsProcess process = new OperatorsProcess(config, () -> {})) {
            alone.addAll(ofWitness(run(history, List.of(witness), process)));
            assertTrue(alone.size() > 20, "too little happened");
            List<CompiledRule> together = new ArrayList<>();
            for (int instance = 0; instance < INSTANCES; instance++) {
                String name = "r" + instance;
                String text = RandomEpl.rule(name, new SplittableRandom(SEED + instance));
                long began = System.nanoTime();
                Admission.Answer answer = admissions.await(new RuleVersion(name, 1, text, false));
                longest(answers, answer.getClass().getSimpleName() + " ms", System.nanoTime() - began);
                answers.merge(answer.getClass().getSimpleName(), 1, Integer::sum);
                switch (answer) {
                    case Admission.Admitted(CompiledRule rule) -> together.add(rule);
                    case Admission.Refused refused ->
                        assertTrue(refused.line() >= 1 && refused.column() >= 1, refused::toString);
                    case Admission.TooMuch(String reason) -> throw new AssertionError(reason + "\n" + text);
                }
                if (together.size() == TOGETHER || instance == INSTANCES - 1) {
                    began = System.nanoTime();
                    together.add(witness);
                    List<SpecificRecord> said = run(history, together, process);
                    longest(answers, "run ms", System.nanoTime() - began);
                    said.stream()
                            .filter(RuleQuarantined.class::isInstance)
                            .map(RuleQuarantined.class::cast)
                            .forEach(stopped -> {
                                answers.merge("quarantined", 1, Integer::sum);
                                System.err.println(stopped.getRule() + ": " + stopped.getReason());
                            });
                    assertEquals(alone, ofWitness(said), () -> "beside " + texts(together));
                    together.clear();
                }
            }
        }
        System.err.println(answers);
        assertTrue(answers.get("Admitted") > INSTANCES / 4, answers::toString);
    }

    private static void longest(Map<String, Integer> figures, String what, long nanos) {
        figures.merge(what, (int) (nanos / 1_000_000), Math::max);
    }

    private static String texts(List<CompiledRule> rules) {
        return String.join(
                "\n\n", rules.stream().map(rule -> rule.rule().text()).toList());
    }

    private static List<SpecificRecord> run(History history, List<CompiledRule> rules, OperatorsProcess process) {
        List<SpecificRecord> said = new ArrayList<>();
        try (SegmentDetector detector = SegmentDetector.open(
                History.SEGMENT,
                new OpenDetections(History.SEGMENT),
                Place.BEGINNING,
                List.of(),
                LookBack.of(history.log),
                process)) {
            said.addAll(detector.activate(rules));
            for (long from = 0; from < history.end(); from += FedRules.STRETCH) {
                List<LogRecord> batch = new ArrayList<>();
                for (long offset = from; offset < Math.min(history.end(), from + FedRules.STRETCH); offset++) {
                    batch.add(history.record(offset));
                }
                detector.prepare(batch);
                batch.forEach(record -> said.addAll(detector.take(record).records()));
            }
        }
        return said;
    }

    private static List<String> ofWitness(List<SpecificRecord> said) {
        return said.stream()
                .filter(record -> (record instanceof DetectionBegan began
                                && began.getRule().equals(WITNESS))
                        || (record instanceof DetectionEnded ended
                                && ended.getRule().equals(WITNESS)))
                .map(Object::toString)
                .toList();
    }

    private static History history() {
        SplittableRandom random = new SplittableRandom(SEED);
        History history = new History();
        history.periodMillis = 10_000;
        while (history.end() < OBSERVATIONS) {
            history.later(1000).alive();
            for (int host = 0; host < HOSTS; host++) {
                if (random.nextInt(4) == 0) {
                    history.sample("h" + host, random.nextLong(0, 2 * History.CAPACITY));
                }
            }
            String host = "h" + random.nextInt(HOSTS);
            switch (random.nextInt(6)) {
                case 0 -> history.lost(host);
                case 1 -> history.probe(host, random.nextBoolean());
                case 2 -> history.news(host, "vm" + random.nextInt(9), VmChange.CRASHED);
                default -> {}
            }
            history.tick();
        }
        return history;
    }
}
