package io.godwit.schedulers.replay;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One host as a sample told it, with VMs taken away and put there since. */
final class SampledHost {
    private final HostSampled last;
    private final Map<String, VmSample> vms = new TreeMap<>();
    private long millicores;
    private long memoryBytes;

    SampledHost(HostSampled last) {
        this.last = last;
        this.millicores = last.getCpuDemandMillicores();
        this.memoryBytes = last.getMemoryUsedBytes();
        last.getVms().forEach(vm -> vms.put(vm.getVmId(), vm));
    }

    /** The sample that it began with. */
    HostSampled last() {
        return last;
    }

    List<VmSample> vms() {
        return List.copyOf(vms.values());
    }

    Optional<VmSample> vm(String vmId) {
        return Optional.ofNullable(vms.get(vmId));
    }

    /** Null where the VM is not there. */
    VmSample take(String vmId) {
        VmSample vm = vms.remove(vmId);
        if (vm != null) {
            millicores -= vm.getCpuDemandMillicores();
            memoryBytes -= memoryOf(vm);
        }
        return vm;
    }

    /** In place of what was there of the same VM. */
    void put(VmSample vm) {
        VmSample _ = take(vm.getVmId());
        vms.put(vm.getVmId(), vm);
        millicores += vm.getCpuDemandMillicores();
        memoryBytes += memoryOf(vm);
    }

    private static long memoryOf(VmSample vm) {
        return vm.getState() == VmState.SHUT_OFF || vm.getState() == VmState.CRASHED ? 0 : vm.getMemoryBytes();
    }

    HostSampled sample(long measuredAtMicros, String monitor) {
        return HostSampled.newBuilder(last)
                .setMeasuredAtMicros(measuredAtMicros)
                .setMonitor(monitor)
                .setCpuDemandMillicores(Math.max(0, millicores))
                .setCpuUsedMillicores(Math.clamp(millicores, 0, last.getCpuCapacityMillicores()))
                .setMemoryUsedBytes(Math.max(0, memoryBytes))
                .setVms(new ArrayList<>(vms.values()))
                .build();
    }
}
