package io.godwit.monitors.hosts.simulated.model;

import io.godwit.schemas.events.VmState;
import java.util.List;

/** What changes about a VM. */
final class VmCell {
    final SimulatedFleet.Vm spec;
    final int index;

    HostCell host;
    VmState state = VmState.RUNNING;
    Load.Step step = Load.Step.ofCpu(0, Long.MIN_VALUE);
    Migration migration;

    VmCell(SimulatedFleet.Vm spec, int index) {
        this.spec = spec;
        this.index = index;
    }

    /** CPU that it asks for, in millicores. */
    long demandMillicores(Load load, long sinceOriginMicros) {
        if (state != VmState.RUNNING) {
            return 0;
        }
        if (sinceOriginMicros >= step.untilMicros()) {
            step = load.at(index, sinceOriginMicros);
        }
        return (long) spec.vcpus() * step.cpuPermille();
    }

    /** Puts it into a list that is ordered by id. */
    void into(List<VmCell> ordered) {
        int at = 0;
        while (at < ordered.size() && ordered.get(at).spec.vmId().compareTo(spec.vmId()) < 0) {
            at++;
        }
        ordered.add(at, this);
    }
}
