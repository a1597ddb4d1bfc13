package io.godwit.monitors.hosts.simulated;

import io.godwit.monitors.Endpoint;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import java.time.Duration;

/**
 * The simulated data centre of one site.
 *
 * @param hosts number of hosts
 * @param vms number of VMs, spread evenly over the hosts
 * @param racks number of racks, of equal size
 * @param capacityPercent CPU of each host in percent of a core; 800 are 8 cores
 * @param seed what load, dirty rates and crashes are drawn from
 * @param trace "FORMAT:PATH" of a recorded load; empty: generated load; an events trace brings hosts and VMs of its own
 * @param loadMeanPercent mean of the generated load of a VM
 * @param loadDeviationPercent its standard deviation
 * @param loadChangePeriod how often a VM changes its load on average
 * @param latencyMatrix CSV file of round trips in milliseconds, a square, bare or with names; empty: by rack
 * @param crashEvery mean time that a host is up between crashes; zero: no crashes
 * @param crashDuration how long a crashed host stays away
 * @param listen address:port at which monitors and executors reach the data centre where it is a process of its own
 */
public record HostsConfig(
        int hosts,
        int vms,
        int racks,
        int capacityPercent,
        long seed,
        String trace,
        int loadMeanPercent,
        int loadDeviationPercent,
        Duration loadChangePeriod,
        String latencyMatrix,
        Duration crashEvery,
        Duration crashDuration,
        String listen) {
    public static final HostsConfig DEFAULTS = new HostsConfig(
            40,
            400,
            4,
            SimulatedFleet.CAPACITY_PERCENT,
            23,
            "",
            70,
            30,
            Duration.ofMinutes(5),
            "",
            Duration.ZERO,
            Duration.ofMinutes(5),
            "127.0.0.1:7461");

    public HostsConfig {
        in(hosts, 1, 100_000, "hosts.hosts", "40");
        in(vms, 0, 1_000_000, "hosts.vms", "400");
        in(racks, 1, hosts, "hosts.racks", "4");
        in(capacityPercent, 100, 100_000, "hosts.capacity-percent", "800");
        in(loadMeanPercent, 0, 100, "hosts.load-mean-percent", "70");
        in(loadDeviationPercent, 0, 100, "hosts.load-deviation-percent", "30");
        in(loadChangePeriod, Duration.ofSeconds(1), Duration.ofDays(1), "hosts.load-change-period", "5m");
        in(crashEvery, Duration.ZERO, Duration.ofDays(36_500), "hosts.crash-every", "no crashes");
        in(crashDuration, Duration.ofSeconds(1), Duration.ofDays(1), "hosts.crash-duration", "5m");
        Endpoint.parse("hosts.listen", listen);
    }

    private static <T extends Comparable<T>> void in(T value, T min, T max, String key, String usual) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "%s is %s; give %s to %s, or drop the key for %s".formatted(key, value, min, max, usual));
        }
    }
}
