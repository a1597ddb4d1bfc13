package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Answer.Infeasible;
import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.Answer.Refused;
import io.godwit.schedulers.planner.Answer.Viable;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Prints what the planner costs: CPU milliseconds of the planning thread over random problems of ten VMs per host, in a
 * warm JVM. To be run by hand; a figure is no test.
 */
final class PlannerFigures {
    private static final int PROBLEMS = 100;

    private PlannerFigures() {}

    public static void main(String[] arguments) {
        long before = cpuNanos();
        RepairPlanner.warmUp();
        System.out.printf("warm-up %.0f ms CPU%n", (cpuNanos() - before) / 1e6);
        measure("", 8, 85, false); // further warming
        System.out.println("hosts load  median    p99    max ms CPU  moves  seconds  answers by engine");
        for (int[] size :
                new int[][] {{2, 85}, {3, 85}, {8, 85}, {8, 92}, {16, 92}, {16, 98}, {32, 85}, {32, 92}, {32, 98}}) {
            measure("%5d %3d%%", size[0], size[1], true);
        }
    }

    private static void measure(String format, int hosts, int load, boolean print) {
        Planner planner = new RepairPlanner();
        double[] millis = new double[PROBLEMS];
        Map<String, Integer> answers = new TreeMap<>();
        long moves = 0;
        long time = 0;
        int plans = 0;
        for (int seed = 0; seed < PROBLEMS; seed++) {
            PlacementProblem problem = Problems.gaussian(new SplittableRandom(seed), hosts, load, Limits.DEFAULTS);
            long start = cpuNanos();
            Answer answer = planner.plan(problem);
            millis[seed] = (cpuNanos() - start) / 1e6;
            String kind = switch (answer) {
                case Viable _ -> "viable";
                case Plan plan -> plan.engine();
                case Infeasible infeasible -> infeasible.limitHit() ? "limit hit" : "infeasible";
                case Refused _ -> "refused";
            };
            answers.merge(kind, 1, Integer::sum);
            if (answer instanceof Plan plan) {
                plans++;
                moves += plan.moves().size();
                time += plan.moves().stream().mapToLong(Move::estimatedMillis).sum();
            }
        }
        if (print) {
            Arrays.sort(millis);
            System.out.printf(
                    format + " %8.3f %7.2f %7.2f %11.2f %8.1f  %s%n",
                    hosts,
                    load,
                    millis[PROBLEMS / 2],
                    millis[PROBLEMS * 99 / 100],
                    millis[PROBLEMS - 1],
                    (double) moves / Math.max(1, plans),
                    time / 1000.0 / Math.max(1, moves),
                    answers);
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
