package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.godwit.schedulers.planner.RepairPlanner;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The campaign can fail: each fault that is planted is found, in the same way each time, and nothing without it. */
class PlantedFaultsTest {
    /** In some regions nothing happens that a fault would show in. */
    private static final int SEEDS = 60;

    private static List<String> run(long seed, Simulation.Parts parts, Consumer<Simulation> plant) {
        return Campaign.run(Scenario.of(seed), parts, plant);
    }

    private static boolean found(List<String> faults, String judge, String words) {
        return faults.stream().anyMatch(fault -> fault.contains(judge + ": ") && fault.contains(words));
    }

    /** The first seed in which a judge finds it; there, nobody finds anything without the plant. */
    private static long expectFound(String judge, String words, Simulation.Parts parts, Consumer<Simulation> plant) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            List<String> faults = run(seed, parts, plant);
            if (found(faults, judge, words)) {
                assertEquals(faults, run(seed, parts, plant));
                assertEquals(List.of(), run(seed, Simulation.Parts.SOUND, _ -> {}));
                return seed;
            }
        }
        return fail("in none of " + SEEDS + " regions " + judge + " finds that something " + words);
    }

    @Test
    void a_lease_that_is_freed_early_is_found() {
        expectFound("CommandJudge", "which needs it, is open", Simulation.Parts.SOUND, Plants::freeEarly);
    }

    @Test
    void an_epoch_that_is_not_checked_is_found() {
        Simulation.Parts unchecked = new Simulation.Parts(new RepairPlanner(), Plants::withoutEpochs);
        long seed = expectFound("CommandJudge", "is accepted in epochs", unchecked, Plants::commandUnderOldLease);

        List<String> checked = run(seed, Simulation.Parts.SOUND, Plants::commandUnderOldLease);
        assertTrue(
                checked.stream().noneMatch(fault -> fault.contains("is accepted in epochs")),
                () -> "an executor that checks epochs accepts no such command: " + checked);
    }

    @Test
    void a_doubled_command_that_is_applied_twice_is_found() {
        expectFound("PlaceJudge", "has come to", Simulation.Parts.SOUND, Plants::secondExecutor);
        expectFound(
                "CommandJudge", "has succeeded after it has refused", Simulation.Parts.SOUND, Plants::secondExecutor);
    }

    @Test
    void a_plan_without_order_is_found() {
        Simulation.Parts unordered = new Simulation.Parts(Plants.withoutOrder(), UnaryOperator.identity());
        expectFound("AnswerJudge", "the product's own judge refused a plan", unordered, _ -> {});
    }

    @Test
    void a_plan_that_leaves_its_vms_paused_is_found() {
        Simulation.Parts pausing = new Simulation.Parts(Plants.leavingPaused(), UnaryOperator.identity());
        expectFound("AnswerJudge", "the product's own judge refused a plan", pausing, _ -> {});
    }
}
