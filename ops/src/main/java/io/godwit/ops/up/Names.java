package io.godwit.ops.up;

import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.VmDefined;
import java.util.HashMap;
import java.util.Map;
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

    public String vm(String vmId) {
        return vms.getOrDefault(vmId, vmId);
    }
}
