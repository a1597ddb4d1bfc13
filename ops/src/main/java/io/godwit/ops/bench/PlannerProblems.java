package io.godwit.ops.bench;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.planner.PlacementProblem;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Placement problems for benchmarks, the same for the same seed: ten VMs of 1 GiB per host of 8 cores, demand gaussian (70, 30)
 * percent of a core and scaled to the mean, dirty rates of 10 to 50 % of a link of 1 Gbit/s.
 */
final class PlannerProblems {
    private static final int VMS_PER_HOST = 10;
    private static final long CAPACITY = 8_000;
    private static final long GIB = 1L << 30;

    private final SplittableRandom random;
    private final int hostCount;
    private final List<Host> hosts = new ArrayList<>();
    private final List<Vm> vms = new ArrayList<>();

    private PlannerProblems(long seed, int hostCount, int percent) {
        this.random = new SplittableRandom(seed);
        this.hostCount = hostCount;
        long[] demand = new long[hostCount * VMS_PER_HOST];
        long sum = 0;
        for (int i = 0; i < demand.length; i++) {
            demand[i] = Math.round(Math.clamp(random.nextGaussian(70, 30), 0, 100));
            sum += demand[i];
        }
        long wanted = hostCount * CAPACITY * percent / 100;
        for (int i = 0; i < demand.length; i++) {
            long dirty = 12_500_000L * (1 + random.nextInt(5));
            vms.add(new Vm(vm(i), host(i / VMS_PER_HOST), demand[i] * wanted / sum, GIB, dirty, Optional.empty()));
        }
        for (int i = 0; i < hostCount; i++) {
            hosts.add(new Host(host(i), host(i), CAPACITY, 32 * GIB, 125_000_000, 0, 0));
        }
    }

    /** @param percent mean demand, of capacity */
    static PlacementProblem plain(long seed, int hostCount, int percent, Limits limits) {
        return new PlannerProblems(seed, hostCount, percent).with(List.of(), limits);
    }

    /** With 10 spreads of 3 VMs, 10 VMs fenced to half of the hosts, 10 VMs banned from 2 hosts, wherever they are now. */
    static PlacementProblem constrained(long seed, int hostCount, int percent, Limits limits) {
        PlannerProblems problems = new PlannerProblems(seed, hostCount, percent);
        List<Constraint> constraints = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            constraints.add(new Constraint.Spread(problems.someVms(3), When.DISCRETE));
            constraints.add(
                    new Constraint.Fence(problems.someVms(1), problems.someHosts(hostCount / 2), When.DISCRETE));
            constraints.add(new Constraint.Ban(problems.someVms(1), problems.someHosts(2), When.DISCRETE));
        }
        return problems.with(constraints, limits);
    }

    /** Hosts that are asked for more than they have. */
    static long overloaded(PlacementProblem problem) {
        return problem.hosts().stream()
                .filter(host -> problem.vms().stream()
                                .filter(vm -> vm.hostId().equals(host.hostId()))
                                .mapToLong(Vm::cpuMillicores)
                                .sum()
                        > host.cpuMillicores())
                .count();
    }

    private PlacementProblem with(List<Constraint> constraints, Limits limits) {
        return new PlacementProblem(host(0), hosts, vms, List.of(), constraints, limits);
    }

    private List<String> someVms(int count) {
        return random.ints(0, vms.size())
                .distinct()
                .limit(count)
                .mapToObj(PlannerProblems::vm)
                .toList();
    }

    private List<String> someHosts(int count) {
        return random.ints(0, hostCount)
                .distinct()
                .limit(count)
                .mapToObj(PlannerProblems::host)
                .toList();
    }

    private static String vm(int index) {
        return String.format(Locale.ROOT, "vm-%05d", index);
    }

    private static String host(int index) {
        return String.format(Locale.ROOT, "host-%04d", index);
    }
}
