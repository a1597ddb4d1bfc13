package io.godwit.overlaysync.vivaldi;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is near whom: coordinates of hosts and of those who measure to them, from measured round trips. Both ends of a
 * measurement move, because a host runs none of our code and cannot place itself; ends that are fixed (another owner tells
 * where they are) stay.
 */
public final class NetworkMap {
    private final Map<String, Coordinate> coordinates = new HashMap<>(); // looked up by id, never iterated

    /** A host of ours and how far it is. */
    public record Near(String id, long roundTripMicros) {}

    /** Takes where an announcement puts a host. */
    public void place(String id, Coordinate coordinate) {
        coordinates.put(id, coordinate);
    }

    public void forget(String id) {
        coordinates.remove(id);
    }

    public Coordinate of(String id) {
        return coordinates.getOrDefault(id, Coordinate.UNKNOWN);
    }

    public boolean knows(String id) {
        return coordinates.containsKey(id);
    }

    /** A measured round trip; ids in {@code fixed} are not moved by it. */
    public void measured(String fromId, String toId, long roundTripMicros, Set<String> fixed) {
        if (fromId.equals(toId)) {
            return;
        }
        Coordinate from = knows(fromId) ? of(fromId) : beginning(fromId);
        Coordinate to = knows(toId) ? of(toId) : beginning(toId);
        int tie = fromId.compareTo(toId) < 0
                ? fromId.hashCode() * 31 + toId.hashCode()
                : toId.hashCode() * 31 + fromId.hashCode();
        int opposite = ~tie; // the two must part, not walk the same way
        boolean fromFirst = fromId.compareTo(toId) < 0;
        if (!fixed.contains(fromId)) {
            coordinates.put(fromId, Vivaldi.step(from, to, roundTripMicros, fromFirst ? tie : opposite));
        }
        if (!fixed.contains(toId)) {
            coordinates.put(toId, Vivaldi.step(to, from, roundTripMicros, fromFirst ? opposite : tie));
        }
    }

    /**
     * Where a host begins: up to half a millisecond aside in a direction of its own. From one spot, all would part along the
     * line that the first two took, and springs along a line never leave it.
     */
    private static Coordinate beginning(String id) {
        int mixed = id.hashCode()
                * 0x9E3779B9; // 2^32 divided by the golden ratio, so that ids that differ little part widely
        long x = (mixed >>> 22) - 512L;
        long y = (mixed >>> 12 & 1023) - 512L;
        Coordinate unknown = Coordinate.UNKNOWN;
        return new Coordinate(x, y, unknown.heightMicros(), unknown.errorPpm());
    }

    /** The nearest of some hosts outside a set, nearest first, then by id; those without a coordinate come last. */
    public List<Near> nearest(String id, Set<String> candidates, Set<String> outside, int count) {
        Coordinate own = of(id);
        return candidates.stream()
                .filter(candidate -> !outside.contains(candidate) && !candidate.equals(id))
                .map(candidate ->
                        new Near(candidate, knows(candidate) ? own.distanceMicros(of(candidate)) : Long.MAX_VALUE))
                .sorted(Comparator.comparingLong(Near::roundTripMicros).thenComparing(Near::id))
                .limit(count)
                .toList();
    }
}
