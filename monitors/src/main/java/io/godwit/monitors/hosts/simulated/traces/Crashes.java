package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.schemas.units.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Crashes of simulated hosts as an option names them: "exponential:MEAN,DOWN" (a mean time between crashes of a host, how long
 * it stays away) or "g5k:PATH[,from=D][,speed=N]" (a failure trace or a folder of them, from which time on, how many times as
 * fast).
 */
public sealed interface Crashes {
    /** Seeded, with exponential gaps. */
    record Exponential(Duration mean, Duration down) implements Crashes {}

    /** As recorded on Grid'5000. */
    record Recorded(Path path, Duration from, int speed) implements Crashes {}

    /** @param says what it is, in a few words with numbers */
    record Plan(CrashPlan crashes, String says) {}

    int SPEED_MAX = 1_000_000;
    Duration MEAN_MIN = Duration.ofSeconds(1);
    Duration DOWN_MAX = Duration.ofDays(365);

    /** @throws IllegalArgumentException with the value and how to write it */
    static Crashes parse(String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String rest = text.substring(colon + 1);
        if (colon < 0 || rest.isBlank() || !(kind.equals("exponential") || kind.equals("g5k"))) {
            throw wrong(text, "is no plan of crashes");
        }
        List<String> parts = new ArrayList<>(Arrays.asList(rest.split(",", -1)));
        return kind.equals("exponential") ? exponential(text, parts) : recorded(text, parts);
    }

    /**
     * The plan; a failure trace is read whole.
     *
     * @param seed of exponential crashes
     * @throws TraceFault (an IllegalArgumentException) where a file is missing or a line is broken
     */
    default Plan plan(long seed) {
        return switch (this) {
            case Exponential exponential ->
                new Plan(
                        CrashPlan.exponential(seed, exponential.mean, exponential.down),
                        "exponential, each host every %d s on average, for %d s"
                                .formatted(exponential.mean.toSeconds(), exponential.down.toSeconds()));
            case Recorded recorded -> {
                FailureTrace trace = FailureTrace.read(Trace.files(recorded.path), recorded.from, recorded.speed);
                yield new Plan(trace.crashes(), trace.says());
            }
        };
    }

    private static Crashes exponential(String text, List<String> parts) {
        if (parts.size() != 2) {
            throw wrong(text, "has %d parts after the colon where there are two".formatted(parts.size()));
        }
        Duration mean = Durations.parse(parts.get(0));
        Duration down = Durations.parse(parts.get(1));
        if (mean.compareTo(MEAN_MIN) < 0 || down.compareTo(MEAN_MIN) < 0 || down.compareTo(DOWN_MAX) > 0) {
            throw wrong(text, "needs a mean of at least 1 s and a time away of 1 s to 365 days");
        }
        return new Exponential(mean, down);
    }

    private static Crashes recorded(String text, List<String> parts) {
        Duration from = Duration.ZERO;
        int speed = 1;
        while (parts.size() > 1 && parts.getLast().contains("=")) { // from the right: a path may hold commas
            String part = parts.removeLast();
            String value = part.substring(part.indexOf('=') + 1);
            switch (part.substring(0, part.indexOf('='))) {
                case "from" -> from = Durations.parse(value);
                case "speed" -> speed = speed(text, value);
                default -> throw wrong(text, "has \"" + part + "\", which is neither from= nor speed=");
            }
        }
        return new Recorded(Path.of(String.join(",", parts)), from, speed);
    }

    private static int speed(String text, String value) {
        try {
            int speed = Integer.parseInt(value);
            if (speed >= 1 && speed <= SPEED_MAX) {
                return speed;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw wrong(text, "has the speed \"%s\", not a whole number of 1 to %d".formatted(value, SPEED_MAX));
    }

    private static IllegalArgumentException wrong(String text, String what) {
        return new IllegalArgumentException(
                "\"%s\" %s; write exponential:MEAN,DOWN, as in exponential:10h,5m, or g5k:PATH[,from=D][,speed=N], as in g5k:site6.csv.gz,from=90d,speed=60"
                        .formatted(text, what));
    }
}
