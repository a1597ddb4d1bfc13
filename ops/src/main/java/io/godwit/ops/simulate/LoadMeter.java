package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.simulated.model.EnergyMeter;
import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * What the hosts of a simulation truly go through, between the samples as well: when they are asked for more than they have,
 * and what energy they take. It follows the load and the VMs' places by itself and shares no code with the hosts' model. All
 * times are microseconds since 1970, never going back.
 */
final class LoadMeter {
    private record Change(long micros, int vm) {}

    /** A time in which a host was asked for more than it has. */
    record Violation(String hostId, long fromMicros, long toMicros) {
        long micros() {
            return toMicros - fromMicros;
        }
    }

    private static final long NONE = Long.MIN_VALUE;

    private final SimulatedFleet fleet;
    private final Load load;
    private final PowerCurve power;
    private final boolean powerOffEmpty;
    private final long originMicros;
    private final Map<String, Integer> hostIndex = new HashMap<>();
    private final Map<String, Integer> vmIndex = new HashMap<>();
    private final PriorityQueue<Change> changes = new PriorityQueue<>(
            (a, b) -> a.micros != b.micros ? Long.compare(a.micros, b.micros) : Integer.compare(a.vm, b.vm));

    private final int[] place;
    private final boolean[] running;
    private final long[] vmDemand;
    private final boolean[] up;
    private final long[] hostDemand;
    private final int[] hostVms;
    private final long[] violatingSince;
    private final EnergyMeter energy;
    private final List<Violation> violations = new ArrayList<>();
    private long nowMicros;

    /** @param powerOffEmpty whether a host without VMs draws what one draws that is off */
    LoadMeter(SimulatedFleet fleet, Load load, PowerCurve power, boolean powerOffEmpty, long originMicros) {
        this.fleet = fleet;
        this.load = load;
        this.power = power;
        this.powerOffEmpty = powerOffEmpty;
        this.originMicros = originMicros;
        this.nowMicros = originMicros;
        int hosts = fleet.hosts().size();
        int vms = fleet.vms().size();
        place = new int[vms];
        running = new boolean[vms];
        vmDemand = new long[vms];
        up = new boolean[hosts];
        hostDemand = new long[hosts];
        hostVms = new int[hosts];
        violatingSince = new long[hosts];
        energy = new EnergyMeter(hosts, originMicros);
        Arrays.fill(up, true);
        Arrays.fill(running, true);
        Arrays.fill(violatingSince, NONE);
        for (int host = 0; host < hosts; host++) {
            hostIndex.put(fleet.hosts().get(host).hostId(), host);
        }
        for (int vm = 0; vm < vms; vm++) {
            vmIndex.put(fleet.vms().get(vm).vmId(), vm);
            place[vm] = fleet.vms().get(vm).homeHost();
            Load.Step step = load.at(vm, 0);
            vmDemand[vm] = demand(vm, step);
            hostDemand[place[vm]] += vmDemand[vm];
            hostVms[place[vm]]++;
            plan(vm, step);
        }
        for (int host = 0; host < hosts; host++) {
            look(host);
        }
    }

    /** Lets time pass. */
    void advance(long toMicros) {
        while (!changes.isEmpty() && changes.peek().micros() <= toMicros) {
            Change change = changes.remove();
            nowMicros = Math.max(nowMicros, change.micros());
            Load.Step step = load.at(change.vm(), nowMicros - originMicros);
            plan(change.vm(), step);
            demand(change.vm(), demand(change.vm(), step), running[change.vm()]);
        }
        nowMicros = Math.max(nowMicros, toMicros);
    }

    /** Takes what a host has told, at the moment it happened. */
    void take(HostEvent event, long micros) {
        advance(micros);
        Integer host = hostIndex.get(event.hostId());
        switch (event) {
            case HostEvent.ConnectionLost _ -> power(host, false);
            case HostEvent.VmChangeSeen seen -> {
                int vm = vmIndex.get(seen.vmId());
                switch (seen.change()) {
                    case MIGRATED_IN -> move(vm, host);
                    case STARTED -> {
                        power(host, true);
                        if (place[vm] != host) {
                            move(vm, host); // started elsewhere, as its host crashed
                        }
                        demand(vm, vmDemand[vm], true);
                    }
                    case STOPPED, CRASHED, SUSPENDED -> demand(vm, vmDemand[vm], false);
                    case RESUMED -> demand(vm, vmDemand[vm], true);
                    default -> {} // the other end of a migration, or a job's progress
                }
            }
        }
    }

    /** A host answers, so it is on. */
    void answered(String hostId, long micros) {
        int host = hostIndex.get(hostId);
        if (!up[host]) {
            advance(micros);
            power(host, true);
        }
    }

    /** All violations up to now, those that are still open included, in the order of their ends, then of the hosts. */
    List<Violation> violations() {
        List<Violation> all = new ArrayList<>(violations);
        for (int host = 0; host < violatingSince.length; host++) {
            if (violatingSince[host] != NONE) {
                all.add(new Violation(fleet.hosts().get(host).hostId(), violatingSince[host], nowMicros));
            }
        }
        return all;
    }

    /** The host on which a VM is. */
    String placeOf(String vmId) {
        return fleet.hosts().get(place[vmIndex.get(vmId)]).hostId();
    }

    /** Energy that all hosts have taken up to now. */
    double wattHours() {
        energy.advance(nowMicros);
        return energy.wattHours();
    }

    private void plan(int vm, Load.Step step) {
        if (step.untilMicros() < Long.MAX_VALUE - originMicros) {
            changes.add(new Change(originMicros + step.untilMicros(), vm));
        }
    }

    private long demand(int vm, Load.Step step) {
        return (long) fleet.vms().get(vm).vcpus() * step.cpuPermille();
    }

    private void move(int vm, int toHost) {
        boolean ran = running[vm];
        long asks = vmDemand[vm];
        demand(vm, asks, false);
        int fromHost = place[vm];
        place[vm] = toHost;
        hostVms[fromHost]--;
        hostVms[toHost]++;
        look(fromHost);
        demand(vm, asks, ran);
        look(toHost);
    }

    private void demand(int vm, long asks, boolean runs) {
        int host = place[vm];
        long before = running[vm] ? vmDemand[vm] : 0;
        long after = runs ? asks : 0;
        vmDemand[vm] = asks;
        running[vm] = runs;
        if (after != before) {
            hostDemand[host] += after - before;
            look(host);
        }
    }

    private void power(int host, boolean on) {
        if (up[host] == on) {
            return;
        }
        up[host] = on;
        for (int vm = 0; !on && vm < place.length; vm++) {
            if (place[vm] == host) {
                demand(vm, vmDemand[vm], false);
            }
        }
        look(host);
    }

    private void look(int host) {
        long capacity = fleet.hosts().get(host).cpuCapacityMillicores();
        boolean on = up[host] && !(powerOffEmpty && hostVms[host] == 0);
        energy.draws(host, on ? power.milliwatts(hostDemand[host], capacity) : power.offMilliwatts(), nowMicros);
        boolean violated = up[host] && hostDemand[host] > capacity;
        if (violated && violatingSince[host] == NONE) {
            violatingSince[host] = nowMicros;
        } else if (!violated && violatingSince[host] != NONE) {
            violations.add(new Violation(fleet.hosts().get(host).hostId(), violatingSince[host], nowMicros));
            violatingSince[host] = NONE;
        }
    }
}
