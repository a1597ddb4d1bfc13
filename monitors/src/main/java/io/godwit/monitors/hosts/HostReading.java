package io.godwit.monitors.hosts;

import io.godwit.schemas.events.VmSample;
import java.util.List;

/**
 * What one look at a host showed. Units and ranges as in HostSampled.
 *
 * @param measuredAtMicros host clock, microseconds since 1970
 * @param cpuModel as in HostDescription, as is migrationBytesPerSecond
 * @param vms every VM that the host holds, by id
 */
public record HostReading(
        long measuredAtMicros,
        long cpuCapacityMillicores,
        long cpuDemandMillicores,
        long cpuUsedMillicores,
        long memoryCapacityBytes,
        long memoryUsedBytes,
        String cpuModel,
        long migrationBytesPerSecond,
        List<VmSample> vms) {
    public HostReading {
        vms = List.copyOf(vms);
    }
}
