package io.godwit.ops.bench;

import io.godwit.ceprules.RuleBenchmark;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How many samples the built-in rules take per second of CPU. */
@Command(
        name = "rules",
        sortOptions = false,
        description = "Samples per CPU second through the built-in rules, each alone and all together, beside the same"
                + " rules as a hand-written loop.")
final class RulesBench extends Bench {
    private static final double TARGET = 400_000;

    @Option(names = "--hosts", paramLabel = "N", description = "Hosts (default: 10000).")
    int hosts = 10_000;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description =
                    "Log time that each run covers once it is warm; at least 60 fills the windows (default: 1200).")
    int seconds = 1200; // over a second of CPU for each run; shorter ones measure the compiler

    @Override
    Report measure(Path folder) {
        if (hosts < 10 || seconds < 1) {
            throw new IllegalArgumentException(
                    "--hosts is " + hosts + " and --seconds " + seconds + "; give at least 10 hosts and 1 second");
        }
        say(hosts + " hosts of 10 VMs, sampled every 10 s, one segment");
        List<RuleBenchmark.Row> rows = RuleBenchmark.run(hosts, seconds);
        RuleBenchmark.Row all = row(rows, "all");
        RuleBenchmark.Row hand = row(rows, "hand");
        Figure figure = Figure.of("all rules together", "samples/CPU s", all.samplesPerCpuSecond())
                .beside("hand-written loop", hand.samplesPerCpuSecond())
                .heldTo(Target.valueAtLeast(TARGET));
        return new Report()
                .figure(figure)
                .table("Rule by rule", rows.stream().map(RulesBench::line).toList());
    }

    private static RuleBenchmark.Row row(List<RuleBenchmark.Row> rows, String name) {
        return rows.stream().filter(row -> row.rules().equals(name)).findFirst().orElseThrow();
    }

    private static Map<String, Object> line(RuleBenchmark.Row row) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("rules", row.rules());
        line.put("samples", row.samples());
        line.put("samplesPerCpuSecond", Figure.rounded(Math.rint(row.samplesPerCpuSecond())));
        line.put("shareOfLimit", Figure.rounded(row.shareOfLimit()));
        line.put("detections", row.detections());
        return line;
    }
}
