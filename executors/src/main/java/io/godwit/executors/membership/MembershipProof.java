package io.godwit.executors.membership;

import java.time.Duration;

/**
 * Proves, on this process's monotonic clock alone, that it is still a member of its group: the broker answered something
 * that was sent at a known time or later, and takes no segment from a member within a session from then. A successor touches
 * what it takes over only a session and a margin after its assignment, so even a process that is stopped between the check
 * and the call has two margins and a session before it could meet one.
 *
 * <p>Two things prove. A transaction that carried group offsets: the broker checked the member's generation after the time
 * of sending. And heartbeats, by the client's metrics: one whose answer was counted after the check before was sent at most
 * the longest answer time of the metric's window before that check. A refused heartbeat is counted as well, so the counter
 * must be looked at before the poll that would tell of a loss, and calls be made after it.
 *
 * <p>One thread writes, any thread asks.
 */
public final class MembershipProof {
    private static final long NEVER = Long.MIN_VALUE;

    private final long validNanos;
    private final Duration successorWait;
    private double heartbeats = Double.NaN;
    private long checkedAtNanos = NEVER;
    private volatile long provenAtNanos = NEVER;

    public MembershipProof(Duration session, Duration margin) {
        this.validNanos = session.minus(margin).toNanos();
        this.successorWait = session.plus(margin);
    }

    /** How long after its assignment a successor must wait. */
    public Duration successorWait() {
        return successorWait;
    }

    /**
     * A look at the client's metrics.
     *
     * @param total heartbeats answered since the start; NaN: no metric
     * @param longestAnswerMillis longest time that an answer took, in a window that holds the newest; NaN: none
     */
    public void heartbeats(double total, double longestAnswerMillis, long nowNanos) {
        boolean rose = total > heartbeats; // false for NaN, so the first look proves nothing
        if (rose && checkedAtNanos != NEVER && !Double.isNaN(longestAnswerMillis)) {
            proven(checkedAtNanos - Math.round(Math.max(0, longestAnswerMillis) * 1e6));
        }
        heartbeats = total;
        checkedAtNanos = nowNanos;
    }

    /** The broker took group offsets of ours that were sent at this time or later. */
    public void offsetsTaken(long sentAtNanos) {
        proven(sentAtNanos);
    }

    /** The group told that segments were lost; what was proven before is void. */
    public void lost() {
        provenAtNanos = NEVER;
        heartbeats = Double.NaN;
        checkedAtNanos = NEVER;
    }

    /** Whether a native call may be made now. */
    public boolean holds(long nowNanos) {
        long proven = provenAtNanos;
        return proven != NEVER && nowNanos - proven < validNanos;
    }

    private void proven(long atNanos) {
        if (provenAtNanos == NEVER || atNanos - provenAtNanos > 0) {
            provenAtNanos = atNanos;
        }
    }
}
