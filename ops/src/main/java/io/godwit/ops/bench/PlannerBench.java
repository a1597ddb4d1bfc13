package io.godwit.ops.bench;

import io.godwit.ops.cli.Failed;
import io.godwit.ops.summary.Percentile;
import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.FullSearchPlanner;
import io.godwit.schedulers.planner.PlacementProblem;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import io.godwit.schedulers.planner.PlanJudge;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schedulers.planner.RepairPlanner;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a plan costs, and how many problems are solved that a search with far more nodes can solve. */
@Command(
        name = "planner",
        sortOptions = false,
        description =
                "CPU time of plans, and the share solved of what the full search solves with 100 times the nodes.")
final class PlannerBench extends Bench {
    private static final int TIMES_THE_NODES = 100;
    private static final int WARM_UP = 300;
    private static final int LARGE = 1024;

    @Option(names = "--instances", paramLabel = "N", description = "Problems with constraints (default: 1000).")
    int instances = 1_000;

    /** @param problem each by its number */
    private record Workload(String name, int count, LongFunction<PlacementProblem> problem) {}

    private record Run(List<Double> millis, List<Answer> answers) {
        double percentile(double percent) {
            return Percentile.of(
                    millis.stream().mapToDouble(Double::doubleValue).toArray(), percent);
        }
    }

    @Override
    Report measure(Path folder) {
        if (instances < 10) {
            throw new IllegalArgumentException("--instances is " + instances + "; give at least 10");
        }
        Limits limits = Limits.DEFAULTS;
        Limits many = new Limits(TIMES_THE_NODES * limits.nodes(), limits.marginPermille(), limits.fillPermille());
        Workload constrained = new Workload(
                "16 hosts, 92 %, 30 constraints", instances, seed -> PlannerProblems.constrained(seed, 16, 92, limits));
        Workload plain = new Workload("8 hosts, 85 %", instances, seed -> PlannerProblems.plain(seed, 8, 85, limits));
        Workload large =
                new Workload(LARGE + " hosts, 85 %", 10, seed -> PlannerProblems.plain(seed, LARGE, 85, limits));
        say("warming up");
        RepairPlanner.warmUp();
        run(new Workload("warm-up", WARM_UP, seed -> PlannerProblems.constrained(-1 - seed, 16, 92, limits)));
        run(new Workload("warm-up", 10 * WARM_UP, seed -> PlannerProblems.plain(-1 - seed, 8, 85, limits)));

        Run ours = run(constrained);
        say("the same with the full search and " + many.nodes() + " nodes");
        int solvable = 0;
        int both = 0;
        int oursAlone = 0;
        Planner full = new FullSearchPlanner();
        for (int seed = 0; seed < instances; seed++) {
            boolean theirs = isSolved(full.plan(PlannerProblems.constrained(seed, 16, 92, many)));
            boolean our = isSolved(ours.answers().get(seed));
            solvable += theirs ? 1 : 0;
            both += theirs && our ? 1 : 0;
            oursAlone += our && !theirs ? 1 : 0;
        }
        Run plainRun = run(plain);
        Run largeRun = run(large);
        return new Report()
                .figure(Figure.of("solved, " + constrained.name(), "problems", both)
                        .beside("full search, " + TIMES_THE_NODES + " times the nodes", solvable)
                        .heldTo(Target.ratioAtLeast(0.98)))
                .figure(Figure.of("median, " + constrained.name(), "ms CPU", ours.percentile(50))
                        .heldTo(Target.valueAtMost(3)))
                .figure(Figure.of("median, " + plain.name(), "ms CPU", plainRun.percentile(50))
                        .heldTo(Target.valueAtMost(0.05)))
                .figure(Figure.of("median, " + large.name(), "ms CPU", largeRun.percentile(50))
                        .heldTo(Target.valueAtMost(500)))
                .table(
                        "Answers and CPU milliseconds",
                        List.of(row(constrained, ours), row(plain, plainRun), row(large, largeRun)))
                .note("Solved by this planner and not by the full search: " + oursAlone + ". Every plan was judged.")
                .note("Overloaded hosts in the first problem of " + large.name() + ": "
                        + PlannerProblems.overloaded(large.problem().apply(0)) + ".");
    }

    private Run run(Workload workload) {
        Planner planner = new RepairPlanner();
        List<Double> millis = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < workload.count(); i++) {
            PlacementProblem problem = workload.problem().apply(i);
            long start = cpuNanos();
            Answer answer = planner.plan(problem);
            millis.add((cpuNanos() - start) / 1e6);
            answers.add(answer);
            if (answer instanceof Answer.Plan plan) {
                List<String> faults = PlanJudge.check(problem, plan);
                if (!faults.isEmpty()) {
                    throw new Failed(
                            "problem " + i + " of " + workload.name() + " has a false plan: " + faults.getFirst());
                }
            }
        }
        return new Run(millis, answers);
    }

    private static boolean isSolved(Answer answer) {
        return switch (answer) {
            case Answer.Viable _ -> true;
            case Answer.Plan plan -> plan.stillBroken().isEmpty();
            case Answer.Infeasible _, Answer.Refused _ -> false;
        };
    }

    private static Map<String, Object> row(Workload workload, Run run) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("problems", workload.name());
        row.put("count", workload.count());
        row.put("p50", Figure.rounded(run.percentile(50)));
        row.put("p99", Figure.rounded(run.percentile(99)));
        row.put("max", Figure.rounded(run.percentile(100)));
        for (String kind : List.of("viable", "greedy", "repair", "full", "relieved", "limit", "infeasible")) {
            row.put(
                    kind,
                    run.answers().stream()
                            .filter(answer -> kind(answer).equals(kind))
                            .count());
        }
        row.put(
                "movesPerPlan",
                Figure.rounded(run.answers().stream()
                        .filter(Answer.Plan.class::isInstance)
                        .mapToInt(answer -> ((Answer.Plan) answer).moves().size())
                        .average()
                        .orElse(0)));
        return row;
    }

    private static String kind(Answer answer) {
        return switch (answer) {
            case Answer.Viable _ -> "viable";
            case Answer.Plan plan -> plan.stillBroken().isEmpty() ? plan.engine() : "relieved";
            case Answer.Infeasible infeasible -> infeasible.limitHit() ? "limit" : "infeasible";
            case Answer.Refused _ -> "refused";
        };
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
