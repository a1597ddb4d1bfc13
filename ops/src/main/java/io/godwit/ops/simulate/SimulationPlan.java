package io.godwit.ops.simulate;

import io.godwit.executors.ExecutorConfig;
import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.RoundTrips;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schedulers.partition.DecisionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * All that decides how a simulation goes.
 *
 * @param segments segments of the site
 * @param keepsLog whether the whole log is kept in memory, to be read afterwards
 * @param logDelay how long a record is under way from its append to its readers
 * @param record folder that the log is written to
 */
record SimulationPlan(
        SimulatedFleet fleet,
        Load load,
        CrashPlan crashes,
        RoundTrips roundTrips,
        PowerCurve power,
        DecisionSettings decisions,
        ExecutorConfig executor,
        int segments,
        Duration samplePeriod,
        Duration logDelay,
        Duration duration,
        Faults faults,
        boolean keepsLog,
        Optional<Path> record) {}
