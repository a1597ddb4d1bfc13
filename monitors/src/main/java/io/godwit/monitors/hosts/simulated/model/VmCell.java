package io.godwit.monitors.hosts.simulated.model;

import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.List;

/** What changes about a VM. */
final class VmCell {
    final SimulatedFleet.Vm spec;
    final int index;

    /** Where it runs or stands; during post-copy the target. */
    HostCell host;

    VmState state = VmState.RUNNING;
    Migration migration;
    private Load.Step step = Load.Step.ofCpu(0, Long.MIN_VALUE);

    VmCell(SimulatedFleet.Vm spec, int index) {
        this.spec = spec;
        this.index = index;
    }

    void become(VmState now) {
        state = now;
        host.changed();
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

    /** First microsecond since the origin at which it may ask for something else than last time. */
    long demandUntil() {
        return state == VmState.RUNNING ? step.untilMicros() : Long.MAX_VALUE;
    }

    /** Share of its CPU that it is held off from, so that its copy converges. */
    long throttledPermille() {
        return migration == null ? 0 : migration.throttledPermille();
    }

    VmSample sample(VmState seen, long asked, long got) {
        return new VmSample(
                spec.vmId(),
                seen,
                asked,
                got,
                spec.memoryBytes(),
                spec.dirtyBytesPerSecond(),
                step.blockBytesPerSecond(),
                step.netBytesPerSecond());
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
