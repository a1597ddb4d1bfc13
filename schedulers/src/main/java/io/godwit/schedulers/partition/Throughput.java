package io.godwit.schedulers.partition;

import io.godwit.schemas.units.Bandwidth;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What networks and disks of hosts carry, so that no plan asks them for more. VMs count with what their samples tell.
 *
 * @param network of each host that is not named below, sent and received in sum; 0: not given, so it limits nothing
 * @param disk of each host that is not named below, read and written in sum; 0: not given
 * @param hosts by site/rack/name or id, network and disk of those that differ; what is left out of one is not given
 */
public record Throughput(Bandwidth network, Bandwidth disk, Map<String, OfHost> hosts) {
    public static final Throughput DEFAULTS = new Throughput(new Bandwidth(0), new Bandwidth(0), Map.of());

    /** 4 PiB/s, as the planner takes it. */
    private static final long MOST = 1L << 52;

    /**
     * Of one host.
     *
     * @param network sent and received in sum; 0: not given
     * @param disk read and written in sum; 0: not given
     */
    public record OfHost(Bandwidth network, Bandwidth disk) {
        public static final OfHost DEFAULTS = new OfHost(new Bandwidth(0), new Bandwidth(0));

        public OfHost {
            network = network == null ? new Bandwidth(0) : network;
            disk = disk == null ? new Bandwidth(0) : disk;
        }
    }

    public Throughput {
        check("network", network);
        check("disk", disk);
        hosts.forEach((host, its) -> {
            check("hosts." + host + ".network", its.network());
            check("hosts." + host + ".disk", its.disk());
        });
        hosts = Collections.unmodifiableMap(new TreeMap<>(hosts));
    }

    private static void check(String key, Bandwidth value) {
        DecisionSettings.check("throughput." + key, value == null ? -1 : value.bytesPerSecond(), 0, MOST);
    }

    OfHost of(String hostId, String label) {
        OfHost its = hosts.get(label);
        return its == null ? hosts.getOrDefault(hostId, new OfHost(network, disk)) : its;
    }
}
