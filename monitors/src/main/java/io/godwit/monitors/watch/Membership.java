package io.godwit.monitors.watch;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which segments are ours, and until when that is proven. The proof is a heartbeat that the group's coordinator answered:
 * it cannot have been sent before the answer to the one before, so the session lasts from then on. A process that was
 * stopped and goes on finds its proof run out. Times are of System.nanoTime. Safe for use by several threads.
 */
public final class Membership {
    private final long sessionNanos;
    private Set<Integer> segments = Set.of();
    private long heartbeats;
    private long lastRiseNanos;
    private long provenUntilNanos;

    public Membership(Duration session, long nowNanos) {
        this.sessionNanos = session.toNanos();
        this.provenUntilNanos = nowNanos;
        this.lastRiseNanos = nowNanos;
    }

    /** The group has given us these segments just now. */
    public synchronized void assigned(Set<Integer> all, long nowNanos) {
        segments = Set.copyOf(all);
        lastRiseNanos = nowNanos;
        provenUntilNanos = nowNanos + sessionNanos;
    }

    /** @param answered heartbeats that were answered so far */
    public synchronized void heartbeats(long answered, long nowNanos) {
        if (answered > heartbeats) {
            provenUntilNanos = Math.max(provenUntilNanos, lastRiseNanos + sessionNanos);
            lastRiseNanos = nowNanos;
            heartbeats = answered;
        }
    }

    /** Whether a segment is provably ours. */
    public synchronized boolean owns(int segment, long nowNanos) {
        return segments.contains(segment) && nowNanos - provenUntilNanos < 0;
    }

    /** Segments that we were given, proven or not, in order. */
    public synchronized Set<Integer> segments() {
        return new TreeSet<>(segments);
    }
}
