package io.godwit.ceprules.observations;

import java.util.HashMap;
import java.util.Map;

/**
 * The last sample of each host, and which hosts a second witness lately had no answer from. What it says depends on the last
 * {@link #HORIZON_MILLIS} of the log alone. A table of an engine does the same at several times the price per sample.
 */
public final class LastSamples {
    /** How long a sample is remembered; less than {@link WatchedTime#HORIZON_MILLIS} by more than a probe's life. */
    public static final long HORIZON_MILLIS = 105_000;

    /** How long an answer of a second witness counts. */
    public static final long PROBE_MILLIS = 10_000;

    /**
     * What is remembered of a sample.
     *
     * @param watched watched seconds up to and with its own; see {@link WatchedTime}
     */
    public record Sampled(long observation, long atMillis, long watched, int periodMillis, String monitor) {
        static final Sampled NEVER = new Sampled(-1, Long.MIN_VALUE / 2, 0, 0, "");
    }

    private final Map<String, Sampled> byHost = new HashMap<>();
    private final Map<String, Long> unansweredMillis = new HashMap<>();

    public void sampled(String hostId, Sampled sampled) {
        byHost.put(hostId, sampled);
    }

    public void probed(String hostId, boolean answered, long atMillis) {
        if (answered) {
            unansweredMillis.remove(hostId);
        } else {
            unansweredMillis.put(hostId, atMillis);
        }
    }

    /** The last sample of a host, as far as it is remembered. */
    public Sampled last(String hostId, long atMillis) {
        Sampled last = byHost.getOrDefault(hostId, Sampled.NEVER);
        return atMillis - last.atMillis() > HORIZON_MILLIS ? Sampled.NEVER : last;
    }

    /** Whether a second witness had no answer within the time that counts. */
    public boolean doubted(String hostId, long atMillis) {
        Long unanswered = unansweredMillis.isEmpty() ? null : unansweredMillis.get(hostId);
        return unanswered != null && atMillis - unanswered <= PROBE_MILLIS;
    }

    /** Forgets what counts no more; once in a while, to stay small. */
    public void forget(long atMillis) {
        byHost.values().removeIf(sampled -> atMillis - sampled.atMillis() > HORIZON_MILLIS);
        unansweredMillis.values().removeIf(at -> atMillis - at > PROBE_MILLIS);
    }
}
