package io.godwit.schedulers;

import io.godwit.schedulers.partition.DecisionSettings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How one scheduler process runs, and what its site's decisions read.
 *
 * @param stateDirectory where the process keeps its id between restarts; its state is in the log
 * @param threads threads that share the segments of this process; 1 to 16
 * @param commitInterval how long outputs wait for their transaction to end; 5 ms to 10 s
 * @param decisions announced to the log when they change; what stands in the log is what decisions read
 */
public record SchedulerConfig(Path stateDirectory, int threads, Duration commitInterval, DecisionSettings decisions) {
    public static final SchedulerConfig DEFAULTS = new SchedulerConfig(
            Path.of(System.getProperty("user.home"), ".local", "state", "godwit"),
            1,
            Duration.ofMillis(20),
            DecisionSettings.DEFAULTS);

    public SchedulerConfig {
        if (threads < 1 || threads > 16) {
            throw new IllegalArgumentException(
                    "scheduler.threads is " + threads + "; give 1 to 16, or drop the key for 1");
        }
        if (commitInterval.toMillis() < 5 || commitInterval.toMillis() > 10_000) {
            throw new IllegalArgumentException("scheduler.commit-interval is " + commitInterval.toMillis()
                    + "ms; give 5ms to 10s, or drop the key for 20ms");
        }
    }
}
