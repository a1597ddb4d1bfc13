package io.godwit.monitors.hosts.simulated.model;

import java.util.List;

/**
 * Crashes as they were recorded: host number i crashes as node i did, again from the first node where there are more hosts
 * than nodes. After the record's end no host crashes.
 */
public final class RecordedCrashes implements CrashPlan {
    private final List<List<Outage>> nodes;

    /** @param nodes outages of each node, in time order and apart from each other; at least 1 node */
    public RecordedCrashes(List<List<Outage>> nodes) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("a record of crashes holds 0 nodes; give at least 1");
        }
        this.nodes = nodes.stream().map(List::copyOf).toList();
    }

    /** How many nodes there are; from 1. */
    public int size() {
        return nodes.size();
    }

    @Override
    public Outage next(int host, long micros) {
        List<Outage> outages = nodes.get(host % nodes.size());
        int low = 0;
        int high = outages.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (outages.get(middle).toMicros() > micros) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low < outages.size() ? outages.get(low) : Outage.NEVER;
    }
}
