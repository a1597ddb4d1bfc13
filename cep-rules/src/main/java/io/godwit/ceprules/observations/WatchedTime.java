package io.godwit.ceprules.observations;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts the seconds of a segment's log in which silence means something: those that hold a tick and a heartbeat of a monitor
 * that serves the segment. A watch begins anew, and with it the count of silence, when ticks were missing for more than
 * {@link #TICK_GAP_MILLIS} or when a monitor appears that was not heard for {@link #HEARTBEAT_GAP_MILLIS}: so a restart of the
 * platform, a broker away, a monitor taken over or a cep owner away never count against a host.
 *
 * <p>Differences of counts depend on the last {@link #HORIZON_MILLIS} of the log alone, so a fresh instance that is fed so
 * much (and a few seconds more) says the same as one that was never stopped.
 */
public final class WatchedTime {
    /** How far back counts can be compared; the look-back of every rule on silence. */
    public static final long HORIZON_MILLIS = 120_000;

    static final long TICK_GAP_MILLIS = 2_000;
    static final long HEARTBEAT_GAP_MILLIS = 3_000;

    private static final int RING = 256; // above the seconds of the horizon

    private final long[] countBySecond = new long[RING];
    private final long[] secondInRing = new long[RING];
    private final Map<String, Long> heardMillis = new HashMap<>();
    private long count;
    private long newestSecond = Long.MIN_VALUE;
    private long tickSecond = Long.MIN_VALUE;
    private long heartbeatSecond = Long.MIN_VALUE;
    private long countedSecond = Long.MIN_VALUE;
    private long lastTickMillis = Long.MIN_VALUE / 2;
    private long beganAtCount;

    /** Takes a tick at a log time. */
    public void tick(long atMillis) {
        if (atMillis - lastTickMillis > TICK_GAP_MILLIS) {
            beginAnew();
        }
        lastTickMillis = atMillis;
        tickSecond = second(atMillis);
        countIfWatched(atMillis);
    }

    /** Takes a heartbeat of a monitor at a log time. */
    public void heartbeat(String monitor, long atMillis) {
        Long heard = heardMillis.put(monitor, atMillis);
        if (heard == null || atMillis - heard > HEARTBEAT_GAP_MILLIS) {
            beginAnew();
            heardMillis.values().removeIf(at -> atMillis - at > HEARTBEAT_GAP_MILLIS);
        }
        heartbeatSecond = second(atMillis);
        countIfWatched(atMillis);
    }

    /** Watched seconds up to this time, its own second taken as watched: what is silent is silent after it. */
    public long countWith(long atMillis) {
        return countedSecond == second(atMillis) ? count : count + 1;
    }

    /** Watched seconds so far. */
    public long count() {
        return count;
    }

    /** The count where the present watch began, or at the edge of the horizon if that is later. */
    public long floor(long atMillis) {
        long edge = second(atMillis - HORIZON_MILLIS);
        return Math.max(beganAtCount, countAt(edge));
    }

    private void beginAnew() {
        beganAtCount = count;
    }

    private void countIfWatched(long atMillis) {
        long second = second(atMillis);
        if (tickSecond == second && heartbeatSecond == second && countedSecond != second) {
            count++;
            countedSecond = second;
        }
        newestSecond = second;
        int slot = (int) Math.floorMod(second, (long) RING);
        secondInRing[slot] = second;
        countBySecond[slot] = count;
    }

    /** The count at the end of a second: that of the nearest second at or before it in which anything was heard. */
    private long countAt(long second) {
        if (second >= newestSecond) {
            return count;
        }
        for (long look = second; look > second - (RING - HORIZON_MILLIS / 1000 - 2); look--) {
            int slot = (int) Math.floorMod(look, (long) RING);
            if (secondInRing[slot] == look && countBySecond[slot] > 0) {
                return countBySecond[slot];
            }
        }
        return 0;
    }

    private static long second(long millis) {
        return Math.floorDiv(millis, 1000L);
    }
}
