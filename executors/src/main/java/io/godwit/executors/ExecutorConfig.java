package io.godwit.executors;

import io.godwit.executors.migration.Patience;
import io.godwit.executors.migration.Stall;
import io.godwit.executors.work.Limits;
import io.godwit.schemas.units.Bandwidth;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How one executor carries commands out. Keys as in region.yaml, below "executor".
 *
 * @param session how long a silent executor keeps its segments; a broker that wants more gets its own least value
 * @param margin what clocks and pauses may cost: calls stop this long before the session's end, a successor waits this much
 *     longer
 * @param movesPerHost moves in or out of one host at a time
 * @param movesPerLink moves between the same two racks at a time, either way; within one rack only movesPerHost counts
 * @param bandwidthMax most that one move may take of the links, whatever its command says; 0B/s: as the command says
 * @param moveTimeout how long one move may take; then it is called off
 * @param lookPatience how long the end of a move may be unclear before it is told as failed, where that is safe
 * @param progressPeriod least time between two reports of one command
 * @param stall what is done about a move that stalls: throttle (its guest is held back; where the command forbids that, it
 *     is called off), post-copy (where the command allows it, else as throttle), abort, or wait until the time-out
 * @param stalledAfter how long a move must take to count as stalled; and twice what was expected
 * @param stateDirectory directory of this machine that outlives a restart; holds one lock file per slot
 */
public record ExecutorConfig(
        Duration session,
        Duration margin,
        int movesPerHost,
        int movesPerLink,
        Bandwidth bandwidthMax,
        Duration moveTimeout,
        Duration lookPatience,
        Duration progressPeriod,
        Stall stall,
        Duration stalledAfter,
        Path stateDirectory) {
    public static final ExecutorConfig DEFAULTS = new ExecutorConfig(
            Duration.ofSeconds(3),
            Duration.ofMillis(500),
            2,
            8,
            new Bandwidth(0),
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            Stall.THROTTLE,
            Duration.ofSeconds(30),
            Path.of(System.getProperty("user.home"), ".local", "state", "godwit"));

    public ExecutorConfig {
        between("executor.session", session, Duration.ofSeconds(1), Duration.ofMinutes(1), "3s");
        between("executor.margin", margin, Duration.ofMillis(50), session.dividedBy(3), "500ms");
        if (movesPerHost < 1 || movesPerHost > 16) {
            throw new IllegalArgumentException(
                    "executor.moves-per-host is " + movesPerHost + "; give 1 to 16, or drop the key for 2");
        }
        if (movesPerLink < 1 || movesPerLink > 1000) {
            throw new IllegalArgumentException(
                    "executor.moves-per-link is " + movesPerLink + "; give 1 to 1000, or drop the key for 8");
        }
        between("executor.move-timeout", moveTimeout, Duration.ofSeconds(5), Duration.ofDays(1), "10m");
        between("executor.look-patience", lookPatience, Duration.ofSeconds(1), Duration.ofHours(1), "30s");
        between("executor.progress-period", progressPeriod, Duration.ofSeconds(2), Duration.ofHours(1), "2s");
        between("executor.stalled-after", stalledAfter, Duration.ofSeconds(1), Duration.ofDays(1), "30s");
        if (stateDirectory.toString().isBlank()) {
            throw new IllegalArgumentException(
                    "executor.state-directory is empty; name a directory of this machine, or drop the key");
        }
    }

    /** The same with another state directory. */
    public ExecutorConfig in(Path directory) {
        return new ExecutorConfig(
                session,
                margin,
                movesPerHost,
                movesPerLink,
                bandwidthMax,
                moveTimeout,
                lookPatience,
                progressPeriod,
                stall,
                stalledAfter,
                directory);
    }

    /** How much is moved at a time. */
    public Limits limits() {
        return new Limits(movesPerHost, movesPerLink, bandwidthMax.bytesPerSecond());
    }

    /** How long moves may take, and what is done about those that take longer. */
    public Patience patience() {
        return new Patience(moveTimeout, lookPatience, progressPeriod, stall, stalledAfter);
    }

    private static void between(String key, Duration value, Duration least, Duration most, String standard) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("%s is %d ms; give %d to %d ms, or drop the key for %s"
                    .formatted(key, value.toMillis(), least.toMillis(), most.toMillis(), standard));
        }
    }
}
