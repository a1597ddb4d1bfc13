package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.planner.PlacementProblem.Ban;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** Placement problems for tests: a few words for small ones, random ones by seed. */
final class Problems {
    static final Limits GENEROUS = new Limits(200_000, 0, 1000);
    private static final long GIB = 1L << 30;

    private final List<Host> hosts = new ArrayList<>();
    private final List<Vm> vms = new ArrayList<>();
    private final List<Ban> bans = new ArrayList<>();
    private final List<Constraint> constraints = new ArrayList<>();
    private Limits limits = GENEROUS;

    static Problems problem() {
        return new Problems();
    }

    /** A host with 64 GiB of memory and a link of 1 Gbit/s. */
    Problems host(String id, long cpuMillicores) {
        return host(new Host(id, id, cpuMillicores, 64 * GIB, 125_000_000, 0, 0));
    }

    Problems host(Host host) {
        hosts.add(host);
        return this;
    }

    /** A VM with 1 GiB of memory that writes none of it. */
    Problems vm(String id, String hostId, long cpuMillicores) {
        return vm(id, hostId, cpuMillicores, 1, 0);
    }

    Problems vm(String id, String hostId, long cpuMillicores, long gibibytes, long dirtyBytesPerSecond) {
        vms.add(new Vm(id, hostId, cpuMillicores, gibibytes * GIB, dirtyBytesPerSecond, Optional.empty()));
        return this;
    }

    Problems vm(Vm vm) {
        vms.add(vm);
        return this;
    }

    Problems fixed(String id, String hostId, long cpuMillicores, String why) {
        vms.add(new Vm(id, hostId, cpuMillicores, GIB, 0, Optional.of(why)));
        return this;
    }

    Problems ban(String vmId, String hostId) {
        bans.add(new Ban(vmId, hostId));
        return this;
    }

    Problems keep(Constraint constraint) {
        constraints.add(constraint);
        return this;
    }

    Problems limits(Limits given) {
        limits = given;
        return this;
    }

    PlacementProblem overloaded(String hostId) {
        return new PlacementProblem(hostId, hosts, vms, bans, constraints, limits);
    }

    /** At most three hosts and six VMs, often tight in both resources, with what makes plans hard: pins, bans, limits. */
    static PlacementProblem small(RandomGenerator random) {
        Problems problem = problem();
        int hostCount = 2 + random.nextInt(2);
        int vmCount = 2 + random.nextInt(5);
        int load = 60 + random.nextInt(40);
        long memoryUnit = random.nextInt(3) == 0 ? 1_000_003 : 256L << 20;
        long[] cpuOn = new long[hostCount];
        long[] memoryOn = new long[hostCount];
        for (int i = 0; i < vmCount; i++) {
            int host = random.nextInt(hostCount);
            long cpu = 100L * random.nextInt(10);
            long memory = memoryUnit * random.nextInt(8);
            Optional<String> stays = random.nextInt(10) == 0 ? Optional.of("it is pinned") : Optional.empty();
            long dirty = random.nextInt(4) == 0 ? -1 : random.nextInt(130_000_000);
            problem.vms.add(new Vm("v" + i, "h" + host, cpu, memory, dirty, stays));
            cpuOn[host] += cpu;
            memoryOn[host] += memory;
            if (random.nextInt(6) == 0) {
                problem.ban("v" + i, "h" + random.nextInt(hostCount));
            }
        }
        long cpuSum = 0;
        long memorySum = 0;
        for (int host = 0; host < hostCount; host++) {
            cpuSum += cpuOn[host];
            memorySum += memoryOn[host];
        }
        for (int host = 0; host < hostCount; host++) {
            // Memory is mostly ample; where not, it is as tight as CPU and may be overloaded too.
            long cpu = Math.max(1, cpuSum * 100 / load / hostCount + random.nextInt(200) - 100);
            long memory = random.nextInt(3) == 0 ? memorySum * 100 / load / hostCount : memorySum;
            long inbound = random.nextInt(8) == 0 ? 100 : 0;
            long bandwidth = random.nextInt(4) == 0 ? 1_250_000_000 : 125_000_000;
            problem.host(new Host("h" + host, "h" + host, cpu, Math.max(1, memory), bandwidth, inbound, 0));
        }
        int margin = random.nextInt(5) == 0 ? 50 : 0;
        int fill = random.nextInt(4) == 0 ? 900 : 1000;
        return problem.limits(new Limits(200_000, margin, fill)).overloaded("h" + random.nextInt(hostCount));
    }

    /** The same, with VMs that may be paused; those whose moves have an order may not. */
    static PlacementProblem suspending(PlacementProblem problem) {
        Limits limits = problem.limits();
        Set<String> ordered = new TreeSet<>();
        for (Constraint each : problem.constraints()) {
            switch (each) {
                case Constraint.Seq it -> ordered.addAll(it.vms());
                case Constraint.Serialize it -> ordered.addAll(it.vms());
                case Constraint.Sync it -> ordered.addAll(it.vms());
                case Constraint.Deadline it -> ordered.addAll(it.vms());
                case Constraint.Precedence it -> {
                    ordered.addAll(it.earlier());
                    ordered.addAll(it.later());
                }
                default -> {} // placements
            }
        }
        List<Vm> vms = problem.vms().stream()
                .map(vm -> new Vm(
                        vm.vmId(),
                        vm.hostId(),
                        vm.cpuMillicores(),
                        vm.memoryBytes(),
                        vm.networkBytesPerSecond(),
                        vm.diskBytesPerSecond(),
                        vm.dirtyBytesPerSecond(),
                        vm.durationPermille(),
                        vm.modes(),
                        !ordered.contains(vm.vmId()),
                        vm.staysBecause()))
                .toList();
        return new PlacementProblem(
                problem.subjectHostId(),
                problem.hosts(),
                vms,
                problem.bans(),
                problem.constraints(),
                new Limits(limits.nodes(), limits.marginPermille(), limits.fillPermille(), limits.postCopy(), true));
    }

    /**
     * The workload that the engines were chosen on: ten VMs per host of 8000 mc, demand gaussian (70, 30) % of a core,
     * scaled to the load; at least one host overloaded.
     */
    static PlacementProblem gaussian(RandomGenerator random, int hostCount, int loadPercent, Limits limits) {
        Problems problem = problem().limits(limits);
        long[] demand = new long[hostCount * 10];
        long sum = 0;
        for (int i = 0; i < demand.length; i++) {
            demand[i] = Math.round(Math.clamp(random.nextGaussian(70, 30), 0, 100)) * 10;
            sum += demand[i];
        }
        long target = hostCount * 80L * loadPercent;
        long most = 0;
        int mostLoaded = 0;
        for (int host = 0; host < hostCount; host++) {
            problem.host("h%02d".formatted(host), 8_000);
            long on = 0;
            for (int i = 0; i < 10; i++) {
                long cpu = demand[host * 10 + i] * target / sum;
                long dirty = 12_500_000L * (1 + random.nextInt(5));
                problem.vm("v%02d-%d".formatted(host, i), "h%02d".formatted(host), cpu, 1, dirty);
                on += cpu;
            }
            if (on > most) {
                most = on;
                mostLoaded = host;
            }
        }
        return problem.overloaded("h%02d".formatted(mostLoaded));
    }

    /** The problem with what VMs send and store; most hosts say what their network or disk carries, some too little. */
    static PlacementProblem rated(PlacementProblem problem, RandomGenerator random) {
        List<Vm> vms = problem.vms().stream()
                .map(vm -> new Vm(
                        vm.vmId(),
                        vm.hostId(),
                        vm.cpuMillicores(),
                        vm.memoryBytes(),
                        1_000_000L * random.nextInt(50),
                        1_000_000L * random.nextInt(20),
                        vm.dirtyBytesPerSecond(),
                        vm.durationPermille(),
                        vm.modes(),
                        vm.maySuspend(),
                        vm.staysBecause()))
                .toList();
        List<Host> hosts = problem.hosts().stream()
                .map(host -> {
                    long network = 0;
                    long disk = 0;
                    for (Vm vm : vms) {
                        network += vm.hostId().equals(host.hostId()) ? vm.networkBytesPerSecond() : 0;
                        disk += vm.hostId().equals(host.hostId()) ? vm.diskBytesPerSecond() : 0;
                    }
                    return new Host(
                            host.hostId(),
                            host.name(),
                            host.cpuMillicores(),
                            host.memoryBytes(),
                            random.nextInt(4) == 0 ? 0 : Math.max(1, network + 1_000_000L * (random.nextInt(60) - 5)),
                            random.nextInt(2) == 0 ? 0 : Math.max(1, disk + 1_000_000L * random.nextInt(30)),
                            host.migrationBytesPerSecond(),
                            host.inboundCpuMillicores(),
                            host.inboundMemoryBytes(),
                            random.nextInt(8) == 0 ? 1_000_000 : 0,
                            0,
                            host.inboundVmIds());
                })
                .toList();
        return new PlacementProblem(
                problem.subjectHostId(), hosts, vms, problem.bans(), problem.constraints(), problem.limits());
    }

    /** The same problem, given in another order. */
    static PlacementProblem shuffled(PlacementProblem problem, RandomGenerator random) {
        return new PlacementProblem(
                problem.subjectHostId(),
                shuffled(problem.hosts(), random),
                shuffled(problem.vms(), random),
                shuffled(problem.bans(), random),
                shuffled(problem.constraints(), random),
                problem.limits());
    }

    private static <T> List<T> shuffled(List<T> things, RandomGenerator random) {
        List<T> copy = new ArrayList<>(things);
        Collections.shuffle(copy, Random.from(random));
        return copy;
    }
}
