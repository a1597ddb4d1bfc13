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
    /** More of them by -Dgodwit.instances=N. */
    private static final int INSTANCES = Integer.getInteger("godwit.instances", 2_000);

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
                case Infeasible infeasible -> assertEquals(Optional.of(-1), fewest, infeasible::toString);
                case Refused refused -> fail("only a judge refuses: " + refused);
            }
        });
        assertTrue(plans[0] > SMALL / 4 && longer[0] > SMALL / 20, "problems too easy: " + plans[0] + " " + longer[0]);
    }

    @Test
    void with_networks_and_disks_too_it_finds_what_trying_everything_finds_with_as_few_moves() {
        int[] plans = new int[1];
        int[] bound = new int[1];
        int[] relieved = new int[1];
        forSeeds(INSTANCES, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            PlacementProblem unlimited = Problems.small(random);
            PlacementProblem problem = Problems.rated(unlimited, random);
            int fewest = Exhaustive.fewestMoves(problem).orElseThrow();
            switch (planner.plan(problem)) {
                case Viable _ -> assertEquals(0, fewest, problem::toString);
                case Plan plan -> {
                    assertEquals(List.of(), PlanJudge.check(problem, plan), () -> problem + " " + plan);
                    if (plan.stillBroken().isEmpty()) {
                        plans[0]++;
                        bound[0] += Exhaustive.fewestMoves(unlimited).orElseThrow() == fewest ? 0 : 1;
                        assertEquals(fewest, plan.moves().size(), () -> problem + " " + plan);
                    } else {
                        relieved[0]++;
                        assertEquals(-1, fewest, () -> problem + " " + plan);
                    }
                }
                case Infeasible infeasible -> {
                    bound[0] += Exhaustive.fewestMoves(unlimited).orElseThrow() > 0 ? 1 : 0;
                    assertEquals(-1, fewest, () -> problem + " " + infeasible);
                }
                case Refused refused -> fail("only a judge refuses: " + refused);
            }
        });
        assertTrue(plans[0] > INSTANCES / 8, "problems too hard: " + plans[0]);
        assertTrue(bound[0] > INSTANCES / 50 && relieved[0] > 0, "problems too easy: " + bound[0] + " " + relieved[0]);
    }

    @Test
    void with_constraints_too_it_finds_what_trying_everything_finds_with_as_few_moves() {
        int[] plans = new int[1];
        int[] longer = new int[1];
        int[] relieved = new int[1];
        forSeeds(INSTANCES, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            PlacementProblem problem = Constraints.on(Problems.small(random), random, false, false);
            Optional<Integer> known = Exhaustive.fewestMoves(problem);
            if (known.isEmpty()) {
                return; // too many states to try
            }
            int fewest = known.get();
            switch (planner.plan(problem)) {
                case Viable _ -> assertEquals(0, fewest, problem::toString);
                case Plan plan -> {
                    assertEquals(List.of(), PlanJudge.check(problem, plan), () -> problem + " " + plan);
                    if (plan.stillBroken().isEmpty()) {
                        plans[0]++;
                        longer[0] += fewest > 1 ? 1 : 0;
                        assertEquals(fewest, plan.moves().size(), () -> problem + " " + plan);
                    } else {
                        relieved[0]++;
                        assertEquals(-1, fewest, () -> problem + " could be mended " + plan);
                    }
                }
                case Infeasible infeasible -> assertEquals(-1, fewest, () -> problem + " " + infeasible);
                case Refused refused -> fail("only a judge refuses: " + refused);
            }
        });
        assertTrue(
                plans[0] > INSTANCES / 8 && longer[0] > INSTANCES / 30 && relieved[0] > INSTANCES / 100,
                "problems too easy: " + plans[0] + " " + longer[0] + " " + relieved[0]);
    }

    @Test
    void no_plan_breaks_a_constraint_be_it_about_time_or_about_what_others_hold() {
        int[] plans = new int[1];
        forSeeds(INSTANCES, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            PlacementProblem problem = Constraints.on(Problems.small(random), random, true, true);
            if (planner.plan(problem) instanceof Plan plan) {
                plans[0]++;
                assertEquals(List.of(), PlanJudge.check(problem, plan), () -> problem + " " + plan);
            }
        });
        assertTrue(plans[0] > INSTANCES / 8, "problems too hard: " + plans[0]);
    }

    @Test
    void where_nothing_else_helps_it_pauses_as_few_vms_as_trying_everything_does() {
        int[] pausing = new int[2];
        int[] hopeless = new int[1];
        forSeeds(INSTANCES / 2, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            PlacementProblem plain = Problems.small(random);
            PlacementProblem problem =
                    Problems.suspending(seed % 3 == 0 ? Constraints.on(plain, random, false, false) : plain);
            Optional<Integer> known = Exhaustive.fewestPauses(problem, 4);
            if (known.isEmpty()) {
                return; // too many states to try
            }
            boolean strict = problem.constraints().isEmpty() && problem.limits().marginPermille() == 0;
            switch (planner.plan(problem)) {
                case Viable _ -> assertEquals(0, known.get());
                case Plan plan -> {
                    assertEquals(List.of(), PlanJudge.check(problem, plan), () -> problem + " " + plan);
                    int paused = count(plan, Action.MOVE_PAUSED);
                    assertEquals(paused, count(plan, Action.RESUME));
                    pausing[Math.min(paused, 2) / 2] += paused > 0 ? 1 : 0;
                    if (plan.stillBroken().isEmpty()) {
                        assertEquals(known.get(), paused, () -> problem + " " + plan);
                        for (int run = 0; run < 5 && strict; run++) {
                            Execution.of(problem, plan, random).run();
                        }
                    }
                }
                case Infeasible infeasible -> {
                    hopeless[0]++;
                    assertEquals(-1, known.get(), () -> problem + " " + infeasible);
                }
                case Refused refused -> fail("only a judge refuses: " + refused);
            }
        });
        assertTrue(
                pausing[0] > INSTANCES / 200 && pausing[1] > 0 && hopeless[0] > 0,
                "too few pauses: " + pausing[0] + " " + pausing[1] + " " + hopeless[0]);
    }

    private static int count(Plan plan, Action action) {
        return (int)
                plan.moves().stream().filter(move -> move.action() == action).count();
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
            check(problem, random);
            check(Problems.rated(problem, random), random);
        });
    }

    private void check(PlacementProblem problem, SplittableRandom random) {
        if (planner.plan(problem) instanceof Plan plan) {
            assertEquals(List.of(), PlanJudge.check(problem, plan));
            for (int run = 0; run < 5 && plan.stillBroken().isEmpty(); run++) {
                Execution.of(problem, plan, random).run();
            }
        }
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
