package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Carries a plan out as an executor does, blindly: whatever need not wait may start at any time, and lasts any time. It
 * counts each VM on both hosts while it moves, and stops at the first host that has to give too much.
 */
final class Execution {
    private final PlacementProblem problem;
    private final List<Move> moves;
    private final RandomGenerator random;
    private final Map<String, TreeSet<String>> residents = new TreeMap<>();
    private final Map<String, TreeSet<String>> awake = new TreeMap<>();
    private final TreeSet<Integer> running = new TreeSet<>();
    private final TreeSet<Integer> ended = new TreeSet<>();

    private Execution(PlacementProblem problem, Plan plan, RandomGenerator random) {
        this.problem = problem;
        this.random = random;
        moves = plan.moves();
        problem.hosts().forEach(host -> residents.put(host.hostId(), new TreeSet<>()));
        problem.hosts().forEach(host -> awake.put(host.hostId(), new TreeSet<>()));
        problem.vms().forEach(vm -> residents.get(vm.hostId()).add(vm.vmId()));
        problem.vms().forEach(vm -> awake.get(vm.hostId()).add(vm.vmId()));
    }

    static Execution of(PlacementProblem problem, Plan plan, RandomGenerator random) {
        return new Execution(problem, plan, random);
    }

    void run() {
        Map<String, Boolean> within = new TreeMap<>();
        problem.hosts().forEach(host -> within.put(host.hostId(), isWithin(host)));
        while (ended.size() < moves.size()) {
            List<Integer> ready = new ArrayList<>();
            for (int i = 0; i < moves.size(); i++) {
                if (!running.contains(i)
                        && !ended.contains(i)
                        && ended.containsAll(moves.get(i).after())) {
                    ready.add(i);
                }
            }
            boolean start = running.isEmpty() || (!ready.isEmpty() && random.nextBoolean());
            if (start) {
                int next = ready.get(random.nextInt(ready.size()));
                running.add(next);
                begin(moves.get(next));
            } else {
                int last = List.copyOf(running).get(random.nextInt(running.size()));
                running.remove(last);
                ended.add(last);
                end(moves.get(last));
            }
            for (Host host : problem.hosts()) {
                if (within.get(host.hostId()) && !isWithin(host)) {
                    throw new AssertionError("host " + host.hostId() + " is overloaded while " + running + " run");
                }
            }
        }
        for (Host host : problem.hosts()) {
            if (!isWithin(host)) {
                throw new AssertionError("host " + host.hostId() + " is overloaded in the end");
            }
        }
    }

    private void begin(Move move) {
        residents.get(move.targetHostId()).add(move.vmId());
        if (move.action() != Action.MOVE_PAUSED) {
            awake.get(move.targetHostId()).add(move.vmId());
        }
    }

    private void end(Move move) {
        if (move.action() != Action.RESUME) {
            residents.get(move.sourceHostId()).remove(move.vmId());
            awake.get(move.sourceHostId()).remove(move.vmId());
        }
    }

    private boolean isWithin(Host host) {
        long network = host.inboundNetworkBytesPerSecond();
        long disk = host.inboundDiskBytesPerSecond();
        long cpu = host.inboundCpuMillicores();
        long memory = host.inboundMemoryBytes();
        for (Vm vm : problem.vms()) {
            if (residents.get(host.hostId()).contains(vm.vmId())) {
                memory += vm.memoryBytes();
                network += vm.networkBytesPerSecond();
                disk += vm.diskBytesPerSecond();
            }
            cpu += awake.get(host.hostId()).contains(vm.vmId()) ? vm.cpuMillicores() : 0;
        }
        return cpu <= host.cpuMillicores()
                && memory <= host.memoryBytes()
                && (host.networkBytesPerSecond() == 0 || network <= host.networkBytesPerSecond())
                && (host.diskBytesPerSecond() == 0 || disk <= host.diskBytesPerSecond());
    }
}
