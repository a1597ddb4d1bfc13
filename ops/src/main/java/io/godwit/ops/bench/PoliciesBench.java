package io.godwit.ops.bench;

import io.godwit.ops.simulate.SimulateCommand;
import io.godwit.ops.simulate.SimulationResult;
import io.godwit.ops.summary.RunSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** All policies on the same load, side by side; what they reach is the same on every machine. */
@Command(
        name = "policies",
        sortOptions = false,
        description = "Simulates each policy on the same load: violations, migrations, hosts held.")
final class PoliciesBench extends Bench {
    private static final List<String> ALONE = List.of("static", "centralized", "hierarchical", "dvms", "dvms-local");

    @Option(
            names = "--load-events",
            paramLabel = "DIR",
            description = "fleet.csv and load.csv; the targets are those of the VMPlaceS load of 64 hosts (default: the"
                    + " generated load, without targets).")
    Path loadEvents;

    @Option(names = "--mu", paramLabel = "PERCENT", description = "Mean of the generated load (default: 70).")
    int mu = 70;

    @Option(names = "--duration", paramLabel = "D", description = "Simulated time (default: 1800s).")
    String duration = "1800s";

    @Option(
            names = "--headroom",
            paramLabel = "PERCENT",
            description = "Headroom of the run that relieves hosts early (default: 5).")
    int headroom = 5;

    private record Run(String name, SimulationResult result) {
        double sum() {
            return or0(result.violations().sumSeconds());
        }

        double mean() {
            return or0(result.violations().meanSeconds());
        }

        double p95() {
            return or0(result.violations().p95Seconds());
        }

        private static double or0(Double value) {
            return value == null ? 0 : value;
        }
    }

    @Override
    Report measure(Path folder) {
        List<Run> runs = new ArrayList<>();
        ALONE.forEach(policy -> runs.add(run(policy, "--policy", policy)));
        Run plain = runs.getLast();
        Run early = run("dvms-local, headroom " + headroom + " %", "--headroom", Integer.toString(headroom));
        Run urgent = run("dvms-local, post-copy when urgent", "--post-copy", "urgent");
        runs.add(early);
        runs.add(urgent);
        Report report = new Report()
                .figure(held(Figure.of("mean violation, dvms-local", "s", plain.mean()), 9.7))
                .figure(held(Figure.of("p95 violation, dvms-local", "s", plain.p95()), 12))
                .figure(held(Figure.of("sum of violations, dvms-local", "s", plain.sum()), 540))
                .figure(held(migrations(plain), 63))
                .figure(held(Figure.of("sum of violations, " + early.name(), "s", early.sum()), 360))
                .figure(migrations(early))
                .figure(held(Figure.of("mean violation, " + urgent.name(), "s", urgent.mean()), 3));
        return report.table("Policies", runs.stream().map(PoliciesBench::row).toList());
    }

    private static Figure migrations(Run run) {
        return Figure.of("migrations, " + run.name(), "", (double)
                run.result().migrations().succeeded());
    }

    private Figure held(Figure figure, double most) {
        return loadEvents == null ? figure : figure.heldTo(Target.valueAtMost(most));
    }

    private Run run(String name, String... options) {
        say(name);
        List<String> load = loadEvents == null
                ? List.of("--mu", Integer.toString(mu))
                : List.of("--load-events", loadEvents.toString());
        List<String> all = Stream.of(load, List.of("--duration", duration), List.of(options))
                .flatMap(List::stream)
                .toList();
        return new Run(name, SimulateCommand.result(all));
    }

    private static Map<String, Object> row(Run run) {
        SimulationResult result = run.result();
        RunSummary.Violations violations = result.violations();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("policy", run.name());
        row.put("violations", violations.count());
        row.put("mean", rounded(violations.meanSeconds()));
        row.put("p95", rounded(violations.p95Seconds()));
        row.put("max", rounded(violations.maxSeconds()));
        row.put("sum", rounded(violations.sumSeconds()));
        row.put("migrations", result.migrations().succeeded());
        row.put("hostsPerSolve", rounded(result.hostsPerSolve()));
        row.put("hostsPerSolveMax", result.hostsPerSolveMax());
        row.put("wattHours", rounded(result.energyWattHours()));
        row.put("decisionP99", rounded(result.measured().decisionMillis().p99()));
        return row;
    }

    private static Object rounded(Double value) {
        return value == null ? null : Figure.rounded(value);
    }
}
