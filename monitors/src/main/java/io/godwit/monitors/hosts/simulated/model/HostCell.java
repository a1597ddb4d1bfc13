package io.godwit.monitors.hosts.simulated.model;

import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** What changes about a host. */
final class HostCell extends Timetable.Due {
    private static final int RANK = 1;

    final SimulatedFleet.Host spec;
    final int index;
    /** VMs that run or stand here, by id. */
    final List<VmCell> vms = new ArrayList<>();
    /** VMs on their way here, by id. */
    final List<VmCell> incoming = new ArrayList<>();
    /** VMs that run on the target of their post-copy already, and whose memory is still here; by id. */
    final List<VmCell> leaving = new ArrayList<>();
    /** Migrations that use its link, in and out, in the order of their beginnings. */
    final List<Migration> migrations = new ArrayList<>();

    HostPower power = HostPower.ON;
    /** When it comes back; NEVER while it is up or nobody has said when. */
    long backMicros = Timetable.NEVER;
    /** Its next seeded crash. */
    CrashPlan.Outage outage;

    private long heldBytes;
    private long demandMillicores;
    private long usedMillicores;
    private List<VmSample> samples = List.of();
    /** First microsecond since the origin at which the samples may no longer hold. */
    private long sampledUntil = Long.MIN_VALUE;

    HostCell(SimulatedFleet.Host spec, int index) {
        super(RANK, index);
        this.spec = spec;
        this.index = index;
    }

    boolean up() {
        return power == HostPower.ON;
    }

    boolean holdsNothing() {
        return vms.isEmpty() && incoming.isEmpty() && leaving.isEmpty();
    }

    void enter(List<VmCell> ofThisHost, VmCell vm) {
        vm.into(ofThisHost);
        heldBytes += vm.spec.memoryBytes();
        changed();
    }

    void leave(List<VmCell> ofThisHost, VmCell vm) {
        if (ofThisHost.remove(vm)) {
            heldBytes -= vm.spec.memoryBytes();
            changed();
        }
    }

    /** Something about its VMs is no longer as it was sampled. */
    void changed() {
        sampledUntil = Long.MIN_VALUE;
    }

    /** Memory that VMs hold here, those on their way in and out included. */
    long memoryBytes() {
        return heldBytes;
    }

    long demandMillicores() {
        return demandMillicores;
    }

    long usedMillicores() {
        return usedMillicores;
    }

    /** Its VMs by id, as they were sampled last; nobody changes them. */
    List<VmSample> samples() {
        return samples;
    }

    /** Looks at the VMs again if their load or anything else about them may have changed since the last look. */
    void sample(Load load, long sinceOriginMicros) {
        if (sinceOriginMicros < sampledUntil) {
            return;
        }
        long demand = 0;
        long until = Long.MAX_VALUE;
        for (VmCell vm : vms) {
            demand += vm.demandMillicores(load, sinceOriginMicros);
            until = Math.min(until, vm.demandUntil());
        }
        long capacity = spec.cpuCapacityMillicores();
        long used = 0;
        VmSample[] taken = new VmSample[vms.size() + incoming.size() + leaving.size()];
        int next = 0;
        for (VmCell vm : vms) {
            long asked = vm.demandMillicores(load, sinceOriginMicros);
            // a full host gives each VM the same share of what it asks for
            long share = demand <= capacity ? asked : asked * capacity / demand;
            long got = Math.min(share, asked * (1000 - vm.throttledPermille()) / 1000);
            used += got;
            taken[next++] = vm.sample(vm.state, asked, got);
        }
        for (VmCell vm : incoming) {
            taken[next++] = vm.sample(VmState.MIGRATING_IN, 0, 0);
        }
        for (VmCell vm : leaving) {
            taken[next++] = vm.sample(VmState.PAUSED, 0, 0);
        }
        if (next > vms.size()) {
            Arrays.sort(taken, Comparator.comparing(VmSample::getVmId));
        }
        demandMillicores = demand;
        usedMillicores = used;
        samples = List.of(taken);
        sampledUntil = until;
    }
}
