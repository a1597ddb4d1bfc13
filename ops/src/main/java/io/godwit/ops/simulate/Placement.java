package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.RoundTrips;
import io.godwit.monitors.hosts.simulated.model.SeededStream;
import io.godwit.overlaysync.vivaldi.NetworkMap;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.HostJoined;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Network coordinates of a region that has run for a while: each host has measured to some neighbours, again and again. */
final class Placement {
    private static final long STREAM = 104;
    private static final int NEIGHBOURS = 16;
    private static final int ROUNDS = 20;

    private Placement() {}

    static List<CoordinateAnnounced> of(List<HostJoined> hosts, RoundTrips roundTrips, long seed) {
        NetworkMap map = new NetworkMap();
        SeededStream random = SeededStream.of(seed, STREAM);
        List<int[]> neighbours = new ArrayList<>();
        for (int host = 0; host < hosts.size(); host++) {
            int[] chosen = new int[Math.min(NEIGHBOURS, hosts.size())];
            for (int i = 0; i < chosen.length; i++) {
                chosen[i] = random.nextInt(hosts.size());
            }
            neighbours.add(chosen);
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int host = 0; host < hosts.size(); host++) {
                for (int neighbour : neighbours.get(host)) {
                    if (neighbour != host) {
                        String from = hosts.get(host).getHostId();
                        String to = hosts.get(neighbour).getHostId();
                        map.measured(from, to, roundTrips.micros(from, to), Set.of());
                    }
                }
            }
        }
        return hosts.stream()
                .map(HostJoined::getHostId)
                .filter(map::knows)
                .map(id -> map.of(id).announcedFor(id))
                .toList();
    }
}
