package io.godwit.schedulers.planner;

/**
 * How long a live migration by pre-copy takes: memory / (bandwidth × (1 − dirty)), where dirty is the share of the
 * bandwidth that goes into memory written again meanwhile. Each round of pre-copy sends what the last round left dirty,
 * so the rounds are a geometric series with the ratio dirty.
 *
 * <p>The bandwidth is the smaller of the two hosts' links. Moves that share a link share its bandwidth; this is left out,
 * as executors run few at once.
 */
final class MigrationTime {
    /** Share assumed of a VM whose dirty rate is unknown: the middle of the 10 to 50 % that ordinary guests show. */
    private static final long UNKNOWN_DIRTY_PERMILLE = 300;

    /** A guest that dirties as fast as the link sends never converges; it counts as ten times its memory, a last choice. */
    private static final long DIRTY_PERMILLE_MAX = 900;

    private MigrationTime() {}

    /** Milliseconds, rounded up; at least 1. */
    static long millis(
            long memoryBytes, long dirtyBytesPerSecond, long sourceBytesPerSecond, long targetBytesPerSecond) {
        long bandwidth = Math.min(sourceBytesPerSecond, targetBytesPerSecond);
        long dirty = dirtyBytesPerSecond < 0
                ? bandwidth / 1000 * UNKNOWN_DIRTY_PERMILLE + bandwidth % 1000 * UNKNOWN_DIRTY_PERMILLE / 1000
                : dirtyBytesPerSecond;
        long slowest = Math.max(1, bandwidth / 1000 * (1000 - DIRTY_PERMILLE_MAX));
        long progress = Math.max(slowest, bandwidth - Math.min(dirty, bandwidth));
        return Math.max(1, Math.ceilDiv(memoryBytes * 1000, progress));
    }
}
