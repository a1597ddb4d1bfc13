package io.godwit.monitors.hosts.simulated.model;

import java.time.Duration;

/** When hosts crash and come back. A pure function of host and time, so a restart goes on with the same crashes. */
public interface CrashPlan {
    CrashPlan NONE = (_, _) -> Outage.NEVER;

    /**
     * The first crash of a host that is not over at this time; both ends in microseconds since the origin.
     *
     * @param host index of the host in its fleet
     */
    Outage next(int host, long micros);

    /**
     * Seeded crashes with exponential gaps per host.
     *
     * @param every mean time that a host is up between crashes; zero: no crashes
     * @param down how long a crashed host stays away
     */
    static CrashPlan exponential(long seed, Duration every, Duration down) {
        return every.isZero() ? NONE : new ExponentialCrashes(seed, every, down);
    }

    /** @param toMicros exclusive */
    record Outage(long fromMicros, long toMicros) {
        static final Outage NEVER = new Outage(Long.MAX_VALUE, Long.MAX_VALUE);
    }
}
