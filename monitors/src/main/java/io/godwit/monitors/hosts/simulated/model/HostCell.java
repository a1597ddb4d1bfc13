package io.godwit.monitors.hosts.simulated.model;

import java.util.ArrayList;
import java.util.List;

/** What changes about a host. */
final class HostCell {
    final SimulatedFleet.Host spec;
    final int index;
    /** VMs that run or stand here, by id. */
    final List<VmCell> vms = new ArrayList<>();
    /** VMs on their way here, by id. */
    final List<VmCell> incoming = new ArrayList<>();

    boolean up = true;
    /** Migrations that use its link, in and out. */
    int migrations;
    /** When it comes back; Long.MAX_VALUE while it is up or nobody has said when. */
    long backMicros = Long.MAX_VALUE;
    /** Its next seeded crash. */
    CrashPlan.Outage outage;

    HostCell(SimulatedFleet.Host spec, int index) {
        this.spec = spec;
        this.index = index;
    }

    /** Memory that VMs hold here, those on their way included. */
    long memoryBytes() {
        long bytes = 0;
        for (VmCell vm : vms) {
            bytes += vm.spec.memoryBytes();
        }
        for (VmCell vm : incoming) {
            bytes += vm.spec.memoryBytes();
        }
        return bytes;
    }
}
