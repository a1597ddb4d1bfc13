package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.RoundTrips;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.monitors.hosts.simulated.model.SiteLatencies;
import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sites of a simulated region.
 *
 * @param fleets one per site
 * @param all the hosts and VMs of all sites, in their order
 * @param latencies between the sites; empty: there is one
 */
record RegionOfSites(List<SimulatedFleet> fleets, SimulatedFleet all, Optional<SiteLatencies> latencies) {
    static RegionOfSites of(SimulatedFleet fleet) {
        return new RegionOfSites(List.of(fleet), fleet, Optional.empty());
    }

    static RegionOfSites of(List<SimulatedFleet> fleets, SiteLatencies latencies) {
        List<SimulatedFleet.Host> hosts = new ArrayList<>();
        List<SimulatedFleet.Vm> vms = new ArrayList<>();
        for (SimulatedFleet fleet : fleets) {
            int before = hosts.size();
            hosts.addAll(fleet.hosts());
            for (SimulatedFleet.Vm vm : fleet.vms()) {
                vms.add(new SimulatedFleet.Vm(
                        vm.vmId(),
                        vm.name(),
                        vm.vcpus(),
                        vm.memoryBytes(),
                        vm.dirtyBytesPerSecond(),
                        before + vm.homeHost()));
            }
        }
        return new RegionOfSites(List.copyOf(fleets), new SimulatedFleet("region", hosts, vms), Optional.of(latencies));
    }

    /** Round trips between hosts: by rack within a site, measured ones between sites. */
    RoundTrips roundTrips() {
        Map<String, Integer> siteOf = new HashMap<>();
        List<RoundTrips> inside = new ArrayList<>();
        for (int site = 0; site < fleets.size(); site++) {
            inside.add(RoundTrips.byRack(fleets.get(site)));
            for (SimulatedFleet.Host host : fleets.get(site).hosts()) {
                siteOf.put(host.hostId(), site);
            }
        }
        return (from, to) -> {
            int there = siteOf.getOrDefault(to, 0);
            int here = siteOf.getOrDefault(from, there);
            return here == there
                    ? inside.get(here).micros(from, to)
                    : latencies.orElseThrow().roundTripMicros(here, there)
                            + inside.get(there).micros(to, to);
        };
    }

    /** A log whose records take so long, and longer from site to site. */
    SimulatedLog.Network network(long delayMicros, int segmentsPerSite) {
        if (latencies.isEmpty()) {
            return (_, _) -> delayMicros;
        }
        SiteLatencies between = latencies.get();
        return (int fromSegment, LogRecord record) -> {
            int from = fromSegment / segmentsPerSite;
            int to = record.segment() / segmentsPerSite;
            return from == to ? delayMicros : delayMicros + between.oneWayMicros(from, to);
        };
    }
}
