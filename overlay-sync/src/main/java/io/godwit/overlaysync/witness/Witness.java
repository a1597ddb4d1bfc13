package io.godwit.overlaysync.witness;

import io.godwit.schemas.events.HostJoined;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * When to probe which host, and what of the answers is worth a record. Pure: time comes in, in milliseconds of any clock
 * that never goes back.
 */
public final class Witness {
    /** What to write after a probe. */
    public record Written(Optional<Boolean> answered, boolean roundTrip) {
        static final Written NOTHING = new Written(Optional.empty(), false);
    }

    private final long periodMillis;
    private final long silentPeriodMillis;
    private final long roundTripPeriodMillis;
    private final Map<String, Watched> watched = new TreeMap<>();

    /**
     * @param periodMillis distance of two probes of a host that answers; above 0
     * @param silentPeriodMillis distance of two probes of one that does not
     * @param roundTripPeriodMillis least distance of two round trips that are written of one host
     */
    public Witness(long periodMillis, long silentPeriodMillis, long roundTripPeriodMillis) {
        this.periodMillis = periodMillis;
        this.silentPeriodMillis = silentPeriodMillis;
        this.roundTripPeriodMillis = roundTripPeriodMillis;
    }

    private static final class Watched {
        HostJoined host;
        long dueMillis;
        boolean asked;
        boolean askAgain;
        Boolean lastAnswer; // null before the first one
        long roundTripDueMillis = Long.MIN_VALUE;
    }

    /** The hosts to watch from now on. A new one is asked at a time of its own within the period, so that probes are spread. */
    public void watch(Collection<HostJoined> hosts, long nowMillis) {
        Map<String, HostJoined> wanted = new TreeMap<>();
        hosts.forEach(host -> wanted.put(host.getHostId(), host));
        watched.keySet().retainAll(wanted.keySet());
        wanted.forEach((id, host) -> {
            Watched known = watched.computeIfAbsent(id, _ -> {
                Watched fresh = new Watched();
                fresh.dueMillis = nowMillis + Math.floorMod(id.hashCode() * 0x9E3779B1L, periodMillis);
                return fresh;
            });
            if (known.host != null && !known.host.equals(host)) {
                known.dueMillis = nowMillis; // it may be reached another way now
            }
            known.host = host;
        });
    }

    /** Hosts to probe now, by id; each is given once, until its answer came. */
    public List<HostJoined> due(long nowMillis) {
        List<HostJoined> due = new ArrayList<>();
        for (Watched host : watched.values()) {
            if (!host.asked && host.dueMillis <= nowMillis) {
                host.asked = true;
                due.add(host.host);
            }
        }
        return due;
    }

    /** A monitor lost this host: a second opinion is wanted at once. */
    public void lost(String hostId, long nowMillis) {
        Watched host = watched.get(hostId);
        if (host != null) {
            host.dueMillis = Math.min(host.dueMillis, nowMillis);
            host.askAgain = host.asked; // the probe under way may have begun before the loss
        }
    }

    /** An answer came; says what to write of it. */
    public Written answered(String hostId, Answer answer, long nowMillis) {
        Watched host = watched.get(hostId);
        if (host == null) {
            return Written.NOTHING;
        }
        host.asked = false;
        boolean again = host.askAgain;
        host.askAgain = false;
        return switch (answer) {
            case Answer.Answered _ -> {
                boolean changed = host.lastAnswer == null || !host.lastAnswer;
                boolean roundTrip = host.roundTripDueMillis <= nowMillis;
                host.lastAnswer = true;
                host.dueMillis = again ? nowMillis : nowMillis + periodMillis;
                if (roundTrip) {
                    host.roundTripDueMillis = nowMillis + roundTripPeriodMillis;
                }
                yield new Written(changed ? Optional.of(true) : Optional.empty(), roundTrip);
            }
            case Answer.Silent _ -> {
                host.lastAnswer = false;
                host.dueMillis = again ? nowMillis : nowMillis + silentPeriodMillis;
                yield new Written(Optional.of(false), false);
            }
            case Answer.Unaddressed _ -> {
                host.dueMillis = Long.MAX_VALUE;
                yield Written.NOTHING;
            }
        };
    }

    public int hosts() {
        return watched.size();
    }

    /** Hosts whose last answer was none. */
    public int silent() {
        return (int) watched.values().stream()
                .filter(host -> Boolean.FALSE.equals(host.lastAnswer))
                .count();
    }
}
