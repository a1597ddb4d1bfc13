package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A placement problem as numbers: hosts and VMs by their index in the order of their ids. Immutable after construction;
 * an array of hosts by VM is a placement.
 */
final class Board {
    final PlacementProblem problem;
    final int hosts;
    final int vms;
    /** Where each VM is before any move. */
    final int[] home;

    final long[] cpu;
    final long[] memory;
    final boolean[] movable;
    final long[] cpuCapacity;
    final long[] memoryCapacity;
    /** Demand before any move, with what was promised to VMs in flight. */
    final long[] cpuAtStart;

    final long[] memoryAtStart;
    /** CPU demand that a host may have in the end if no VM came to it. */
    final long[] cpuLimit;
    /** CPU demand that a host may have in the end if a VM came to it. */
    final long[] cpuFill;
    /** Hosts whose excess is worth a move: the reason for a plan. */
    final boolean[] overloaded;

    private final boolean[][] banned;
    private final long[] dirty;
    private final long[] bandwidth;

    Board(PlacementProblem problem) {
        this.problem = problem;
        hosts = problem.hosts().size();
        vms = problem.vms().size();
        home = new int[vms];
        cpu = new long[vms];
        memory = new long[vms];
        movable = new boolean[vms];
        dirty = new long[vms];
        cpuCapacity = new long[hosts];
        memoryCapacity = new long[hosts];
        cpuAtStart = new long[hosts];
        memoryAtStart = new long[hosts];
        cpuLimit = new long[hosts];
        cpuFill = new long[hosts];
        overloaded = new boolean[hosts];
        bandwidth = new long[hosts];
        banned = new boolean[vms][];

        Map<String, Integer> hostIndex = new HashMap<>();
        for (int host = 0; host < hosts; host++) {
            Host given = problem.hosts().get(host);
            hostIndex.put(given.hostId(), host);
            cpuCapacity[host] = given.cpuMillicores();
            memoryCapacity[host] = given.memoryBytes();
            cpuAtStart[host] = given.inboundCpuMillicores();
            memoryAtStart[host] = given.inboundMemoryBytes();
            bandwidth[host] = given.migrationBytesPerSecond();
        }
        Map<String, Integer> vmIndex = new HashMap<>();
        for (int vm = 0; vm < vms; vm++) {
            Vm given = problem.vms().get(vm);
            vmIndex.put(given.vmId(), vm);
            home[vm] = hostIndex.get(given.hostId());
            cpu[vm] = given.cpuMillicores();
            memory[vm] = given.memoryBytes();
            movable[vm] = given.movable();
            dirty[vm] = given.dirtyBytesPerSecond();
            cpuAtStart[home[vm]] += cpu[vm];
            memoryAtStart[home[vm]] += memory[vm];
            banned[vm] = new boolean[hosts];
        }
        problem.bans().forEach(ban -> {
            Integer vm = vmIndex.get(ban.vmId());
            Integer host = hostIndex.get(ban.hostId());
            if (vm != null && host != null) { // a ban may name VMs and hosts of other problems
                banned[vm][host] = true;
            }
        });
        Limits limits = problem.limits();
        for (int host = 0; host < hosts; host++) {
            long tolerated = cpuCapacity[host] + permille(cpuCapacity[host], limits.marginPermille());
            overloaded[host] = cpuAtStart[host] > tolerated || memoryAtStart[host] > memoryCapacity[host];
            boolean withinMargin = cpuAtStart[host] <= tolerated;
            cpuLimit[host] = withinMargin ? Math.max(cpuCapacity[host], cpuAtStart[host]) : cpuCapacity[host];
            cpuFill[host] = permille(cpuCapacity[host], limits.fillPermille());
        }
    }

    /** Whether the VM may run on the host: it stays where it is, or moves to a place that nothing forbids. */
    boolean allowed(int vm, int host) {
        return host == home[vm] || mayMoveTo(vm, host);
    }

    /** Whether a migration may bring the VM to the host. */
    boolean mayMoveTo(int vm, int host) {
        return movable[vm] && !banned[vm][host];
    }

    /** Estimated milliseconds of one migration. */
    long millis(int vm, int source, int target) {
        return MigrationTime.millis(memory[vm], dirty[vm], bandwidth[source], bandwidth[target]);
    }

    /** Estimated milliseconds of the fastest migration to another allowed host; Long.MAX_VALUE if there is none. */
    long fastestMillis(int vm) {
        long fastest = Long.MAX_VALUE;
        for (int host = 0; host < hosts; host++) {
            if (host != home[vm] && allowed(vm, host)) {
                fastest = Math.min(fastest, millis(vm, home[vm], host));
            }
        }
        return fastest;
    }

    boolean anyOverloaded() {
        for (boolean each : overloaded) {
            if (each) {
                return true;
            }
        }
        return false;
    }

    /** Movable VMs of a host before any move, ascending. */
    int[] movableOn(int host) {
        int[] found = new int[vms];
        int count = 0;
        for (int vm = 0; vm < vms; vm++) {
            if (home[vm] == host && movable[vm]) {
                found[count++] = vm;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Least number of VMs that have to leave the overloaded hosts, wherever they go; a plan has at least as many moves. */
    int leastDepartures() {
        int total = 0;
        for (int host = 0; host < hosts; host++) {
            if (overloaded[host]) {
                total += Math.max(
                        leastToCover(host, cpuAtStart[host] - cpuLimit[host], cpu),
                        leastToCover(host, memoryAtStart[host] - memoryCapacity[host], memory));
            }
        }
        return total;
    }

    private int leastToCover(int host, long excess, long[] size) {
        long[] sizes = Arrays.stream(movableOn(host))
                .mapToLong(vm -> size[vm])
                .sorted()
                .toArray();
        int count = 0;
        long left = excess;
        for (int i = sizes.length - 1; i >= 0 && left > 0; i--) {
            left -= sizes[i];
            count++;
        }
        return count;
    }

    String hostName(int host) {
        return problem.hosts().get(host).name();
    }

    String vmId(int vm) {
        return problem.vms().get(vm).vmId();
    }

    /** One move of one VM, by index. */
    record Step(int vm, int source, int target) {}

    long millis(List<Step> steps) {
        long sum = 0;
        for (Step step : steps) {
            sum += millis(step.vm(), step.source(), step.target());
        }
        return sum;
    }

    private static long permille(long amount, int share) {
        return amount / 1000 * share + amount % 1000 * share / 1000;
    }
}
