package io.godwit.schemas.state;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which segment a new host gets: that of its rack, so that neighbours share one and most decisions stay inside it; the least
 * loaded one for a new rack, and for a rack whose newest segment already holds as many of its hosts as a segment should.
 * Pure; remembers what it gave, so that a fleet added at once is spread as one added host by host.
 */
public final class SegmentPlan {
    /** Hosts of one rack that share a segment before the rack is split. */
    public static final int RACK_HOSTS_MAX = 64;

    private final int[] hostsBySegment;
    private final Map<String, TreeMap<Integer, Integer>> hostsByRack = new TreeMap<>(); // rack → segment → hosts

    /** @param present hosts that are in the inventory already */
    public SegmentPlan(int segments, Collection<Inventory.Entry> present) {
        if (segments < 1) {
            throw new IllegalArgumentException("segments is " + segments + "; give 1 or more");
        }
        this.hostsBySegment = new int[segments];
        present.forEach(entry -> count(
                rack(entry.joined().getSite(), entry.joined().getRack()),
                entry.joined().getSegment()));
    }

    /** Segment of a new host of this rack; the next call counts it. */
    public int segmentFor(String site, String rack) {
        String key = rack(site, rack);
        TreeMap<Integer, Integer> used = hostsByRack.getOrDefault(key, new TreeMap<>());
        int segment = used.entrySet().stream()
                .filter(entry -> entry.getValue() < RACK_HOSTS_MAX)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(this::leastLoaded);
        count(key, segment);
        return segment;
    }

    private int leastLoaded() {
        int least = 0;
        for (int segment = 1; segment < hostsBySegment.length; segment++) {
            if (hostsBySegment[segment] < hostsBySegment[least]) {
                least = segment;
            }
        }
        return least;
    }

    private void count(String rack, int segment) {
        hostsBySegment[segment]++;
        hostsByRack.computeIfAbsent(rack, _ -> new TreeMap<>()).merge(segment, 1, Integer::sum);
    }

    private static String rack(String site, String rack) {
        return site + "/" + rack;
    }
}
