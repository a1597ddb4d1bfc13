package io.godwit.monitors.hosts.libvirt;

/**
 * What an operator says a host can give, instead of what libvirt reports. 0 leaves a figure as libvirt reports it.
 *
 * @param cpuMillicores CPU for VMs; 1000 is one core
 * @param memoryBytes memory for VMs
 * @param migrationBytesPerSecond bandwidth of the migration link
 */
public record CapacityOverride(long cpuMillicores, long memoryBytes, long migrationBytesPerSecond) {
    public static final CapacityOverride NONE = new CapacityOverride(0, 0, 0);

    public CapacityOverride {
        if (cpuMillicores < 0 || memoryBytes < 0 || migrationBytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "capacity of a host is overridden with %d millicores, %d bytes, %d bytes per second; "
                                    .formatted(cpuMillicores, memoryBytes, migrationBytesPerSecond)
                            + "give 0 for what libvirt reports, or more");
        }
    }
}
