package io.godwit.ops.region;

import io.godwit.monitors.hosts.libvirt.CapacityOverride;
import io.godwit.schemas.units.ByteSize;

/**
 * What an operator says of one real host. Keys as in region.yaml, below "real-hosts.each.NAME".
 *
 * @param cpuMillicores CPU for VMs, 1000 is one core; 0: as libvirt reports it
 * @param memory memory for VMs; 0B: as libvirt reports it
 * @param migrationUri libvirt URI under which other hosts reach it to move VMs there; empty: the one of the inventory
 */
public record RealHostConfig(long cpuMillicores, ByteSize memory, String migrationUri) {
    public static final RealHostConfig DEFAULTS = new RealHostConfig(0, new ByteSize(0), "");

    public RealHostConfig {
        if (cpuMillicores < 0) {
            throw new IllegalArgumentException("real-hosts.each.NAME.cpu-millicores is " + cpuMillicores
                    + "; give 1 or more, or drop the key for what libvirt reports");
        }
    }

    CapacityOverride capacity() {
        return new CapacityOverride(cpuMillicores, memory.bytes(), 0);
    }
}
