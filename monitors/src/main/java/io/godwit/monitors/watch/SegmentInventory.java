package io.godwit.monitors.watch;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.VmDefined;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** The inventory of one segment, folded: hosts that joined and did not leave, and what is known of them and their VMs. */
final class SegmentInventory {
    private final Map<String, HostJoined> hosts = new TreeMap<>();
    private final Map<String, HostDescribed> described = new HashMap<>();
    private final Map<String, Map<String, VmDefined>> defined = new HashMap<>();
    private final Map<String, String> holders = new HashMap<>();

    /** What a record changes about the hosts to watch. */
    enum Change {
        JOINED,
        LEFT,
        NONE
    }

    /** Takes the next event of the segment's inventory. */
    Change take(SpecificRecord event) {
        return switch (event) {
            case HostJoined joined ->
                hosts.putIfAbsent(joined.getHostId(), joined) == null ? Change.JOINED : Change.NONE;
            case HostLeft left -> {
                described.remove(left.getHostId());
                defined.remove(left.getHostId());
                yield hosts.remove(left.getHostId()) != null ? Change.LEFT : Change.NONE;
            }
            case HostDescribed newest -> {
                described.put(newest.getHostId(), newest);
                yield Change.NONE;
            }
            case VmDefined newest -> {
                define(newest);
                yield Change.NONE;
            }
            default -> Change.NONE; // an event of a later version, which tells of no host to watch
        };
    }

    /** Hosts to watch, by id. */
    List<HostJoined> hosts() {
        return List.copyOf(hosts.values());
    }

    /**
     * What must be written because a host was found so; empty if all of it is known. Takes it as known from now on.
     *
     * @param by monitor slot
     */
    List<SpecificRecord> differences(String hostId, HostDescription found, String by) {
        List<SpecificRecord> differences = new ArrayList<>();
        HostDescribed host = new HostDescribed(
                hostId,
                found.cpuCapacityMillicores(),
                found.memoryCapacityBytes(),
                found.cpuModel(),
                found.migrationBytesPerSecond(),
                by);
        HostDescribed known = described.get(hostId);
        if (known == null || !sameButForWho(host, known)) {
            differences.add(host);
            described.put(hostId, host);
        }
        Map<String, VmDefined> before = defined.getOrDefault(hostId, Map.of());
        List<String> gone = before.keySet().stream()
                .filter(id -> found.vms().stream().noneMatch(vm -> vm.vmId().equals(id)))
                .toList();
        // a VM that comes back must be told again, because by then another host's definition is the newest
        gone.forEach(before::remove);
        for (HostDescription.Vm vm : found.vms()) {
            VmDefined now = new VmDefined(
                    hostId,
                    vm.vmId(),
                    vm.name(),
                    vm.vcpus(),
                    vm.memoryBytes(),
                    vm.dirtyBytesPerSecond(),
                    vm.definition(),
                    by);
            VmDefined then = defined.getOrDefault(hostId, Map.of()).get(vm.vmId());
            if (then == null || !sameButForWho(now, then)) {
                differences.add(now);
                define(now);
            }
        }
        return differences;
    }

    private void define(VmDefined newest) {
        String holder = holders.put(newest.getVmId(), newest.getHostId());
        if (holder != null && !holder.equals(newest.getHostId())) {
            defined.getOrDefault(holder, new HashMap<>()).remove(newest.getVmId());
        }
        defined.computeIfAbsent(newest.getHostId(), _ -> new HashMap<>()).put(newest.getVmId(), newest);
    }

    private static boolean sameButForWho(HostDescribed now, HostDescribed then) {
        return now.getCpuCapacityMillicores() == then.getCpuCapacityMillicores()
                && now.getMemoryCapacityBytes() == then.getMemoryCapacityBytes()
                && now.getCpuModel().equals(then.getCpuModel())
                && now.getMigrationBytesPerSecond() == then.getMigrationBytesPerSecond();
    }

    private static boolean sameButForWho(VmDefined now, VmDefined then) {
        return now.getName().equals(then.getName())
                && now.getVcpus() == then.getVcpus()
                && now.getMemoryBytes() == then.getMemoryBytes()
                && now.getDirtyBytesPerSecond() == then.getDirtyBytesPerSecond()
                && now.getDefinition().equals(then.getDefinition());
    }
}
