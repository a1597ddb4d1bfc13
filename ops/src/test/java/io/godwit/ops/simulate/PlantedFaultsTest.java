package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.planner.RepairPlanner;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The campaign can fail: each fault that is planted is found, at the same place each time, and nothing without it. */
class PlantedFaultsTest {
    private static final long BUSY = 3;
    private static final long ORDERED = 4;

    private static void nothing(Simulation simulation) {}

    private static List<String> run(long seed, Simulation.Parts parts, Consumer<Simulation> plant) {
        return Campaign.run(Scenario.of(seed), parts, plant);
    }

    private static void assertFound(String words, List<String> faults) {
        assertTrue(
                faults.stream().anyMatch(fault -> fault.contains(words)),
                () -> "no fault says \"" + words + "\": " + faults);
    }

    @Test
    void without_a_plant_there_is_no_fault() {
        assertEquals(List.of(), run(BUSY, Simulation.Parts.SOUND, PlantedFaultsTest::nothing));
        assertEquals(List.of(), run(ORDERED, Simulation.Parts.SOUND, PlantedFaultsTest::nothing));
    }

    @Test
    void a_lease_that_is_freed_early_is_found() {
        List<String> faults = run(BUSY, Simulation.Parts.SOUND, Plants::freeEarly);
        assertFound("CommandJudge: sim-sim-h4 is given back while c-0-8", faults);
        assertEquals(faults, run(BUSY, Simulation.Parts.SOUND, Plants::freeEarly));
    }

    @Test
    void an_epoch_that_is_not_checked_is_found() {
        Simulation.Parts unchecked = new Simulation.Parts(new RepairPlanner(), Plants::withoutEpochs);
        List<String> faults = run(BUSY, unchecked, Plants::commandUnderOldLease);
        assertFound("is accepted in epochs", faults);
        assertEquals(faults, run(BUSY, unchecked, Plants::commandUnderOldLease));
        assertTrue(
                run(BUSY, Simulation.Parts.SOUND, Plants::commandUnderOldLease).stream()
                        .noneMatch(fault -> fault.contains("is accepted in epochs")),
                "an executor that checks epochs accepts no such command");
    }

    @Test
    void a_doubled_command_that_is_applied_twice_is_found() {
        List<String> faults = run(BUSY, Simulation.Parts.SOUND, Plants::secondExecutor);
        assertFound("CommandJudge: c-0-8 has succeeded after it has refused", faults);
        assertFound("PlaceJudge: vm-sim-2 has come to sim-sim-h4", faults);
        assertEquals(faults, run(BUSY, Simulation.Parts.SOUND, Plants::secondExecutor));
    }

    @Test
    void a_plan_without_order_is_found() {
        Simulation.Parts unordered = new Simulation.Parts(Plants.withoutOrder(), UnaryOperator.identity());
        List<String> faults = run(ORDERED, unordered, PlantedFaultsTest::nothing);
        assertFound("AnswerJudge: the product's own judge refused a plan", faults);
        assertEquals(faults, run(ORDERED, unordered, PlantedFaultsTest::nothing));
    }
}
