package io.godwit.monitors.hosts;

import java.util.List;

/**
 * What a host can give and which VMs are defined on it.
 *
 * @param cpuModel CPU model as the hypervisor names it; empty if unknown
 * @param vms by id
 */
public record HostDescription(
        long cpuCapacityMillicores,
        long memoryCapacityBytes,
        String cpuModel,
        long migrationBytesPerSecond,
        List<Vm> vms) {
    public HostDescription {
        vms = List.copyOf(vms);
    }

    /**
     * A VM as it is defined.
     *
     * @param dirtyBytesPerSecond dirty rate where known beforehand; -1: unknown
     * @param definition domain XML; empty for a simulated VM
     */
    public record Vm(
            String vmId, String name, int vcpus, long memoryBytes, long dirtyBytesPerSecond, String definition) {}
}
