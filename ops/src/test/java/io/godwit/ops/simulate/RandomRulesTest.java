package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.monitors.hosts.simulated.model.SeededStream;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.Topic;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Rules as operators write them, in random regions. */
class RandomRulesTest {
    private static final Set<String> WANTED = Set.of("DRAIN", "MIGRATE_AWAY", "APPROVE", "AUTO");
    private static final int SEEDS_MAX = 2_000;

    @Test
    void every_example_is_drawn_and_admitted() {
        Set<String> names = new HashSet<>();
        for (int seed = 0; seed < 40; seed++) {
            for (RuleDeployed rule : new RandomRules(SeededStream.of(seed)).deployed()) {
                names.add(rule.getRule());
                Admission.Answer answer = Admission.HERE.await(RuleVersion.of(rule));
                assertTrue(answer instanceof Admission.Admitted, () -> answer + ": " + rule.getText());
            }
        }
        assertEquals(10, names.size(), names::toString);
    }

    @Test
    void hosts_are_emptied_and_vms_moved_for_them_with_and_without_a_persons_word_and_no_judge_finds_a_fault() {
        Set<String> moved = new TreeSet<>();
        int seed = 0;
        while (!moved.containsAll(WANTED)) {
            seed++;
            assertTrue(seed <= SEEDS_MAX, () -> "moves were made for " + moved + " alone");
            Scenario scenario = Scenario.of(seed);
            boolean ofOperators = scenario.plan().standing().rules().stream().anyMatch(rule -> !rule.getBuiltIn());
            if (ofOperators) {
                List<String> faults =
                        Campaign.run(scenario, Simulation.Parts.SOUND, running -> noteMoves(running, moved));
                assertEquals(List.of(), faults, "seed " + seed);
            }
        }
    }

    private static void noteMoves(Simulation running, Set<String> moved) {
        Map<String, DetectionTerms> began = new HashMap<>();
        running.log().watch(Topic.DETECTIONS, (_, event) -> {
            if (event instanceof DetectionBegan detection && detection.getKind() == DetectionKind.CUSTOM) {
                began.put(detection.getId(), detection.getTerms());
            }
        });
        running.log().watch(Topic.COMMANDS, (_, event) -> {
            if (event instanceof MigrateVm move && began.containsKey(move.getDetectionId())) {
                DetectionTerms terms = began.get(move.getDetectionId());
                moved.addAll(List.of(terms.getAction().name(), terms.getMode().name()));
            }
        });
    }
}
