package io.godwit.ops.simulate;

import io.godwit.ops.summary.RunSummary;
import io.godwit.ops.summary.SummaryTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A result for people. */
final class ResultTable {
    private ResultTable() {}

    static List<String> of(SimulationResult result) {
        List<String> lines = new ArrayList<>(SummaryTable.of(
                "policy " + result.policy(),
                new RunSummary(
                        result.hosts(),
                        result.vms(),
                        result.samples(),
                        result.detections(),
                        result.migrations(),
                        result.violations(),
                        result.latencyMillis())));
        lines.add("  solves      %d: hosts held %s on average, %s at most; %d moves between sites"
                .formatted(
                        result.solves(),
                        number(result.hostsPerSolve()),
                        result.hostsPerSolveMax() == null ? "-" : result.hostsPerSolveMax(),
                        result.interSiteMigrations()));
        lines.add("  energy      " + energy(result.energyWattHours()));
        SimulationResult.Measured measured = result.measured();
        lines.add("  measured    %.1f s, heap %d MiB at most; decisions p50 %s ms, p99 %s ms"
                .formatted(
                        measured.wallSeconds(),
                        measured.peakHeapBytes() >> 20,
                        number(measured.decisionMillis().p50()),
                        number(measured.decisionMillis().p99())));
        return lines;
    }

    private static String energy(double wattHours) {
        return wattHours < 1000
                ? String.format(Locale.ROOT, "%.1f Wh", wattHours)
                : String.format(Locale.ROOT, "%.1f kWh", wattHours / 1000);
    }

    private static String number(Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }
}
