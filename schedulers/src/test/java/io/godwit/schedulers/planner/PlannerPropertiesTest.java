package io.godwit.schedulers.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.godwit.schedulers.planner.Answer.Infeasible;
import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.Answer.Refused;
import io.godwit.schedulers.planner.Answer.Viable;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlannerPropertiesTest {
    private static final int SMALL = 3_000;
    private final Planner planner = new RepairPlanner();

    @Test
    void on_small_problems_it_finds_what_trying_everything_finds_with_as_few_moves() {
        int[] plans = new int[1];
        int[] longer = new int[1];
        forSeeds(SMALL, seed -> {
            PlacementProblem problem = Problems.small(new SplittableRandom(seed));
            Optional<Integer> fewest = Exhaustive.fewestMoves(problem);
            switch (planner.plan(problem)) {
                case Viable _ -> assertEquals(Optional.of(0), fewest);
                case Plan plan -> {
                    plans[0]++;
                    longer[0] += fewest.orElseThrow() > 1 ? 1 : 0;
                    assertEquals(List.of(), PlanJudge.check(problem, plan));
                    assertEquals(fewest.orElseThrow(), plan.moves().size(), plan::toString);
                }
                case Infeasible infeasible -> assertEquals(Optional.empty(), fewest, infeasible::toString);
                case Refused refused -> fail("only a judge refuses: " + refused);
            }
        });
        assertTrue(plans[0] > SMALL / 4 && longer[0] > SMALL / 20, "problems too easy: " + plans[0] + " " + longer[0]);
    }

    @Test
    void a_small_problem_whose_only_way_takes_eight_moves_is_solved() {
        PlacementProblem problem = Problems.small(new SplittableRandom(63_940));
        assertEquals(Optional.of(8), Exhaustive.fewestMoves(problem));
        Plan plan = assertInstanceOf(Plan.class, planner.plan(problem));
        assertEquals(8, plan.moves().size());
        assertEquals(List.of(), PlanJudge.check(problem, plan));
    }

    @Test
    void no_plan_overloads_a_host_however_long_its_moves_take() {
        forSeeds(400, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int load = 80 + random.nextInt(20);
            PlacementProblem problem =
                    Problems.gaussian(random, 2 + random.nextInt(7), load, new Limits(1_000, 0, 1000));
            if (planner.plan(problem) instanceof Plan plan) {
                assertEquals(List.of(), PlanJudge.check(problem, plan));
                for (int run = 0; run < 5; run++) {
                    Execution.of(problem, plan, random).run();
                }
            }
        });
    }

    @Test
    void the_same_problem_has_the_same_answer_in_whatever_order_it_is_given() {
        forSeeds(500, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            PlacementProblem problem =
                    seed % 5 == 0 ? Problems.gaussian(random, 6, 95, new Limits(500, 0, 1000)) : Problems.small(random);
            PlacementProblem shuffled = Problems.shuffled(problem, random);
            assertEquals(problem.digest(), shuffled.digest());
            Answer first = planner.plan(problem);
            assertEquals(first, planner.plan(problem));
            assertEquals(first, planner.plan(shuffled));
            assertEquals(first, new RepairPlanner().plan(shuffled));
        });
    }

    @Test
    void different_problems_have_different_digests() {
        List<String> digests = LongStream.range(0, 500)
                .mapToObj(seed -> Problems.small(new SplittableRandom(seed)).digest())
                .toList();
        assertEquals(digests.size(), digests.stream().distinct().count());
        assertNotEquals(digests.getFirst(), digests.getLast());
    }

    /** A failing seed is all that it takes to see the fault again. */
    private static void forSeeds(int count, LongConsumer check) {
        for (long seed = 0; seed < count; seed++) {
            try {
                check.accept(seed);
            } catch (AssertionError | RuntimeException fault) {
                fail("seed " + seed + ": " + fault.getMessage(), fault);
            }
        }
    }
}
