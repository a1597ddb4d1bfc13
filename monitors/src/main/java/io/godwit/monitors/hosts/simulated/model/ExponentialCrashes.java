package io.godwit.monitors.hosts.simulated.model;

import java.time.Duration;

/**
 * Seeded host crashes: exponential gaps per host, each followed by a time of being down.
 *
 * @param every mean time that a host is up between crashes; above zero
 * @param down how long a crashed host stays away
 */
record ExponentialCrashes(long seed, Duration every, Duration down) implements CrashPlan {
    private static final long STREAM = 3;

    @Override
    public Outage next(int host, long micros) {
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
}
