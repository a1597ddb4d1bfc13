package io.godwit.ops.simulate;

import io.godwit.ops.summary.Percentile;
import io.godwit.ops.summary.RunFold;
import io.godwit.ops.summary.RunSummary;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.log.LogRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** Counts what the log of a simulation says, record by record. */
final class Figures {
    private final RunFold fold = new RunFold();
    private final Map<String, String> siteOfHost = new HashMap<>();
    private final TreeMap<Integer, Long> solvesByHosts = new TreeMap<>();
    private long interSiteMigrations;

    void take(LogRecord record, SpecificRecord event) {
        fold.take(record, event);
        switch (event) {
            case HostJoined joined -> siteOfHost.put(joined.getHostId(), joined.getSite());
            case PlanDecided decided
            when decided.getAnswer() == PlanAnswer.PLAN ->
                solvesByHosts.merge(decided.getMembers().size(), 1L, Long::sum);
            case CommandSucceeded ended -> {
                if (!siteOfHost.get(ended.getSourceHostId()).equals(siteOfHost.get(ended.getTargetHostId()))) {
                    interSiteMigrations++;
                }
            }
            default -> {} // tells nothing that the result says
        }
    }

    /** How many host partitions found a plan with so many hosts. */
    SortedMap<Integer, Long> partitionSizes() {
        return solvesByHosts;
    }

    SimulationResult result(String policy, LoadMeter meter, Measured measured) {
        RunSummary summary = fold.summary();
        long solves = solvesByHosts.values().stream().mapToLong(Long::longValue).sum();
        long hosts = solvesByHosts.entrySet().stream()
                .mapToLong(entry -> entry.getKey() * entry.getValue())
                .sum();
        return new SimulationResult(
                summary.hosts(),
                summary.vms(),
                summary.samples(),
                summary.detections(),
                summary.migrations(),
                violations(meter.violations()),
                summary.latencyMillis(),
                policy,
                solves,
                solves == 0 ? null : (double) hosts / solves,
                solves == 0 ? null : (long) solvesByHosts.lastKey(),
                interSiteMigrations,
                meter.wattHours(),
                measured.result());
    }

    private static RunSummary.Violations violations(List<LoadMeter.Violation> all) {
        if (all.isEmpty()) {
            return new RunSummary.Violations(0, null, null, null, null);
        }
        double[] seconds =
                all.stream().mapToDouble(violation -> violation.micros() / 1e6).toArray();
        double sum = all.stream().mapToLong(LoadMeter.Violation::micros).sum() / 1e6;
        return new RunSummary.Violations(
                all.size(), sum / all.size(), Percentile.of(seconds, 95), Percentile.of(seconds, 100), sum);
    }
}
