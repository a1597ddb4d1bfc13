package io.godwit.ops.simulate;

import io.godwit.executors.ExecutorConfig;
import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.schedulers.partition.DecisionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * All that decides how a simulation goes.
 *
 * @param load of the VMs of all sites, in the order of the region
 * @param crashes of the hosts of all sites, in the order of the region
 * @param powerOffEmpty whether a host without VMs draws what one draws that is off
 * @param standing rules, constraints and mode from the start
 * @param segments segments of each site
 * @param logDelay how long a record is under way from its append to its readers
 * @param seed of what is random beside load, crashes and faults
 * @param keepsLog whether the whole log is kept in memory, to be read afterwards
 * @param record folder that the log is written to
 */
record SimulationPlan(
        RegionOfSites region,
        Load load,
        CrashPlan crashes,
        PowerCurve power,
        boolean powerOffEmpty,
        DecisionSettings decisions,
        Standing standing,
        ExecutorConfig executor,
        int segments,
        Duration samplePeriod,
        Duration logDelay,
        Duration duration,
        long seed,
        Faults faults,
        boolean keepsLog,
        Optional<Path> record) {
    SimulationPlan recordedTo(Path folder) {
        return new SimulationPlan(
                region,
                load,
                crashes,
                power,
                powerOffEmpty,
                decisions,
                standing,
                executor,
                segments,
                samplePeriod,
                logDelay,
                duration,
                seed,
                faults,
                keepsLog,
                Optional.of(folder));
    }
}
