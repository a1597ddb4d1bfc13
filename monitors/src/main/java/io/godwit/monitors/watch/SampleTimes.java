package io.godwit.monitors.watch;

/** When hosts are sampled: once per period, each at a place in the period that its id alone decides. */
public final class SampleTimes {
    private final long periodNanos;

    public SampleTimes(long periodNanos) {
        this.periodNanos = periodNanos;
    }

    /**
     * How long to wait for a host's next sample, from 0 to the period.
     *
     * @param wallNanos nanoseconds since 1970; only its place within the period counts
     */
    public long nanosUntilNext(String hostId, long wallNanos) {
        return Math.floorMod(place(hostId) - wallNanos, periodNanos);
    }

    private long place(String hostId) {
        // String.hashCode of names that differ in a digit lies close together; the multiplication spreads them
        long spread = (hostId.hashCode() * 0x9E3779B97F4A7C15L) >>> 1;
        return spread % periodNanos;
    }
}
