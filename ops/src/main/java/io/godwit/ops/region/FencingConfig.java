package io.godwit.ops.region;

import io.godwit.executors.fencing.CommandFencer;
import io.godwit.executors.fencing.Fencer;
import io.godwit.executors.fencing.NoFencer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How it is made sure that a real host is down before its VMs are started elsewhere. Keys as in region.yaml, below "fencing".
 *
 * @param by none: a person says so with godwit host confirm-down; command: the command below
 * @param command program and arguments, in the manner of the fence-agents: it reads action=off or action=status, plug=NAME and
 *     more from standard input; 0 from off is done, 2 from status is off, which is the proof
 * @param timeout how long each run of it may take
 */
public record FencingConfig(By by, List<String> command, Duration timeout) {
    public static final FencingConfig DEFAULTS = new FencingConfig(By.NONE, List.of(), Duration.ofSeconds(30));

    /** Who fences. */
    public enum By {
        NONE,
        COMMAND
    }

    public FencingConfig {
        command = List.copyOf(command);
        if ((by == By.COMMAND) == command.isEmpty()) {
            throw new IllegalArgumentException("fencing.by is " + by.name().toLowerCase(Locale.ROOT)
                    + " and fencing.command is " + command
                    + "; give the command with by: command, or drop both keys for none");
        }
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "fencing.timeout is " + timeout.toMillis() + " ms; give 1s to 10m, or drop the key for 30s");
        }
    }

    public Fencer fencer() {
        return switch (by) {
            case NONE -> new NoFencer();
            case COMMAND -> new CommandFencer(command, timeout);
        };
    }
}
