package io.godwit.ops.words;

import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.VmDefined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/** What people call hosts and VMs, from the inventory; an id that is not known there stands for itself. */
public final class Names {
    private final Map<String, HostJoined> hosts = new HashMap<>();
    private final Map<String, String> vms = new HashMap<>();

    public void take(SpecificRecord event) {
        switch (event) {
            case HostJoined joined -> hosts.putIfAbsent(joined.getHostId(), joined);
            case VmDefined defined -> vms.put(defined.getVmId(), defined.getName());
            default -> {
                // the rest names nobody
            }
        }
    }

    /** site/rack/name. */
    public String label(String hostId) {
        HostJoined host = hosts.get(hostId);
        return host == null ? hostId : host.getSite() + "/" + host.getRack() + "/" + host.getName();
    }

    /** The name within the rack. */
    public String host(String hostId) {
        HostJoined host = hosts.get(hostId);
        return host == null ? hostId : host.getName();
    }

    /** From where to where; one host where nothing moves. */
    String way(String source, String target) {
        return source.equals(target) ? host(source) : host(source) + " → " + host(target);
    }

    public String vm(String vmId) {
        return vms.getOrDefault(vmId, vmId);
    }

    /** Ids of hosts with this id or label, or else with this name in their rack. */
    public List<String> hostsCalled(String named) {
        List<String> exact =
                sorted(hosts.keySet(), id -> id.equals(named) || label(id).equals(named));
        return exact.isEmpty() ? sorted(hosts.keySet(), id -> host(id).equals(named)) : exact;
    }

    /** Ids of VMs with this id, or else with this name. */
    public List<String> vmsCalled(String named) {
        return vms.containsKey(named) ? List.of(named) : sorted(vms.keySet(), id -> vm(id).equals(named));
    }

    private static List<String> sorted(Set<String> ids, Predicate<String> wanted) {
        return ids.stream().filter(wanted).sorted().toList();
    }
}
