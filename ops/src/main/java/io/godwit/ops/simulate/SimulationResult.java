package io.godwit.ops.simulate;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.godwit.ops.summary.RunSummary;

/**
 * What a simulation came to. Its JSON form is part of the product: keys are added, never changed. Statistics of nothing are
 * null. Violations are those that the hosts truly went through, not those that samples showed. All but {@code measured} is
 * the same in every run with the same options.
 *
 * @param solves decisions with a plan
 * @param hostsPerSolve hosts held when a plan was found, on average
 * @param hostsPerSolveMax most hosts held when a plan was found
 * @param interSiteMigrations moves that succeeded between hosts of two sites
 */
@JsonPropertyOrder({
    "hosts",
    "vms",
    "samples",
    "detections",
    "migrations",
    "violations",
    "latencyMillis",
    "policy",
    "solves",
    "hostsPerSolve",
    "hostsPerSolveMax",
    "interSiteMigrations",
    "energyWattHours",
    "measured"
})
public record SimulationResult(
        int hosts,
        int vms,
        long samples,
        RunSummary.Detections detections,
        RunSummary.Migrations migrations,
        RunSummary.Violations violations,
        RunSummary.LatencyMillis latencyMillis,
        String policy,
        long solves,
        Double hostsPerSolve,
        Long hostsPerSolveMax,
        long interSiteMigrations,
        double energyWattHours,
        Measured measured) {

    /** What the run cost on the machine that ran it. */
    @JsonPropertyOrder({"decisionMillis", "wallSeconds", "peakHeapBytes"})
    public record Measured(DecisionMillis decisionMillis, double wallSeconds, long peakHeapBytes) {}

    /** CPU time of the thread that decided, per decision; nearest-rank percentiles. */
    @JsonPropertyOrder({"p50", "p99"})
    public record DecisionMillis(Double p50, Double p99) {}
}
