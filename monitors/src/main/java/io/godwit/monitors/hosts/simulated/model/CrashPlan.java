package io.godwit.monitors.hosts.simulated.model;

import java.time.Duration;

/**
 * Seeded host crashes: exponential gaps per host, each followed by a time of being down. A pure function, so a restart goes
 * on with the same crashes.
 *
 * @param every mean time that a host is up between crashes; zero: no crashes
 * @param down how long a crashed host stays away
 */
public record CrashPlan(long seed, Duration every, Duration down) {
    private static final long STREAM = 3;

    public static final CrashPlan NONE = new CrashPlan(0, Duration.ZERO, Duration.ZERO);

    /**
     * The first crash of a host that is not over at this time; both ends in microseconds since the origin.
     *
     * @param host index of the host in its fleet
     */
    Outage next(int host, long micros) {
        if (every.isZero()) {
            return new Outage(Long.MAX_VALUE, Long.MAX_VALUE);
        }
        SeededStream random = SeededStream.of(seed, STREAM, host);
        long meanMicros = every.toNanos() / 1000;
        long downMicros = down.toNanos() / 1000;
        long from = 0;
        while (true) {
            from += Math.max(1, (long) random.nextExponential((double) meanMicros));
            if (from + downMicros > micros) {
                return new Outage(from, from + downMicros);
            }
            from += downMicros;
        }
    }

    /** @param toMicros exclusive */
    record Outage(long fromMicros, long toMicros) {}
}
