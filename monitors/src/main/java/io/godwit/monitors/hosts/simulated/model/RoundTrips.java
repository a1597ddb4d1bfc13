package io.godwit.monitors.hosts.simulated.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Network round trips between simulated hosts, and from probers to them. A pure function of the two ids. */
public interface RoundTrips {
    /** In microseconds; above 0. Ids that are no host's are probers, which have places of their own. */
    long micros(String fromId, String toId);

    /** Near inside a rack, farther between racks; up to 10 % apart from pair to pair. */
    static RoundTrips byRack(SimulatedFleet fleet) {
        Map<String, String> racks = new HashMap<>();
        fleet.hosts().forEach(host -> racks.put(host.hostId(), host.rack()));
        return (fromId, toId) -> {
            String from = racks.getOrDefault(fromId, fromId);
            long base = from.equals(racks.getOrDefault(toId, toId)) ? SAME_RACK_MICROS : OTHER_RACK_MICROS;
            return base + base / 10 * spread(fromId, toId) / 100;
        };
    }

    /**
     * From a square matrix of measured round trips: host number i stands at row i, again from the first one where there are
     * more hosts than rows.
     *
     * @param micros round trips by row and column; all rows as long as the matrix is high
     */
    static RoundTrips byMatrix(SimulatedFleet fleet, List<long[]> micros) {
        Map<String, Integer> rows = new HashMap<>();
        for (int i = 0; i < fleet.hosts().size(); i++) {
            rows.put(fleet.hosts().get(i).hostId(), i % micros.size());
        }
        return (fromId, toId) -> {
            int from = rows.getOrDefault(fromId, Math.floorMod(fromId.hashCode(), micros.size()));
            int to = rows.getOrDefault(toId, Math.floorMod(toId.hashCode(), micros.size()));
            return from == to ? SAME_RACK_MICROS : Math.max(1, micros.get(from)[to]);
        };
    }

    long SAME_RACK_MICROS = 200;
    long OTHER_RACK_MICROS = 500;

    /** From 0 to 100, the same in both directions. */
    private static long spread(String fromId, String toId) {
        return SeededStream.of(0, (long) fromId.hashCode() + toId.hashCode()).nextInt(101);
    }
}
