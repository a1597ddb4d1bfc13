package io.godwit.ops.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fleet that a data folder belongs to: what cannot change once its log has begun.
 *
 * @param sites names of the sites that "up" runs
 * @param kind "simulated" or "libvirt"
 * @param hosts hosts of each site
 * @param vms VMs of each site
 * @param racks racks of each site
 * @param seed seed of the simulated load
 * @param trace FORMAT:PATH of the traces that drive the load; empty: generated load
 * @param segments segments of each topic
 */
public record FleetPlan(
        List<String> sites, String kind, int hosts, int vms, int racks, long seed, String trace, int segments) {
    public FleetPlan {
        sites = List.copyOf(sites);
    }

    /** Where another fleet differs from this one, a sentence each with both values and the remedy; empty: nowhere. */
    public List<String> differences(FleetPlan wanted) {
        Map<String, Object[]> pairs = new LinkedHashMap<>();
        pairs.put("--sites", new Object[] {String.join(",", sites), String.join(",", wanted.sites)});
        pairs.put("kind of hosts", new Object[] {kind, wanted.kind});
        pairs.put("--hosts", new Object[] {hosts, wanted.hosts});
        pairs.put("--vms", new Object[] {vms, wanted.vms});
        pairs.put("--racks", new Object[] {racks, wanted.racks});
        pairs.put("--seed", new Object[] {seed, wanted.seed});
        pairs.put("--trace", new Object[] {trace, wanted.trace});
        pairs.put("segments", new Object[] {segments, wanted.segments});
        List<String> differences = new ArrayList<>();
        pairs.forEach((what, values) -> {
            if (!values[0].equals(values[1])) {
                differences.add("%s: the data were begun with \"%s\", now \"%s\" is asked for"
                        .formatted(what, values[0], values[1]));
            }
        });
        return differences;
    }
}
