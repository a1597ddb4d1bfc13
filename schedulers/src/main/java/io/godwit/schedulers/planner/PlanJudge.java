package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.PlacementProblem.Ban;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Checks a plan before it leaves, by other means than those that made it: it carries the moves out on paper and looks at
 * every host at every moment, with a VM charged to its source and to its target while it moves. It shares no code with the
 * planner.
 *
 * <p>A plan of up to {@value #ALL_ORDERS_MAX} moves is followed through every order in which its moves can end, so no
 * estimate of a duration is trusted; a longer one at its estimated durations, and one move after the other.
 */
public final class PlanJudge {
    private static final int ALL_ORDERS_MAX = 12;

    private final PlacementProblem problem;
    private final List<Move> moves;
    private final Map<String, Host> hosts = new TreeMap<>();
    private final Map<String, Vm> vms = new TreeMap<>();
    private final Map<String, Long> cpuAtStart = new TreeMap<>();
    private final Map<String, Long> memoryAtStart = new TreeMap<>();
    private final TreeSet<String> faults = new TreeSet<>();

    private PlanJudge(PlacementProblem problem, Plan plan) {
        this.problem = problem;
        moves = plan.moves();
        for (Host host : problem.hosts()) {
            hosts.put(host.hostId(), host);
            cpuAtStart.put(host.hostId(), host.inboundCpuMillicores());
            memoryAtStart.put(host.hostId(), host.inboundMemoryBytes());
        }
        for (Vm vm : problem.vms()) {
            vms.put(vm.vmId(), vm);
            cpuAtStart.merge(vm.hostId(), vm.cpuMillicores(), Long::sum);
            memoryAtStart.merge(vm.hostId(), vm.memoryBytes(), Long::sum);
        }
    }

    /** What is wrong with a plan, each fault in one sentence, sorted; empty if it may leave. */
    public static List<String> check(PlacementProblem problem, Plan plan) {
        PlanJudge judge = new PlanJudge(problem, plan);
        judge.checkEachMove();
        if (judge.faults.isEmpty()) { // the rest needs moves that make sense
            judge.checkEnd();
            judge.checkWay();
        }
        return List.copyOf(judge.faults);
    }

    private void checkEachMove() {
        if (moves.isEmpty()) {
            faults.add("a plan without moves is none");
        }
        Map<String, String> where = new TreeMap<>();
        Map<String, Integer> lastMove = new TreeMap<>();
        vms.values().forEach(vm -> where.put(vm.vmId(), vm.hostId()));
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            String name = "move " + i + " of " + move.vmId();
            Vm vm = vms.get(move.vmId());
            if (vm == null || !hosts.containsKey(move.targetHostId())) {
                faults.add(
                        name + " to " + move.targetHostId() + " names a VM or a host that the problem does not have");
                continue;
            }
            if (vm.staysBecause().isPresent()) {
                faults.add(name + " moves a VM that must stay: "
                        + vm.staysBecause().get());
            }
            if (!move.sourceHostId().equals(where.get(move.vmId()))) {
                faults.add(name + " starts on " + move.sourceHostId() + ", but the VM is on " + where.get(move.vmId()));
            }
            if (move.sourceHostId().equals(move.targetHostId())) {
                faults.add(name + " goes nowhere");
            }
            if (problem.bans().contains(new Ban(move.vmId(), move.targetHostId()))) {
                faults.add(name + " goes to " + move.targetHostId() + ", which is banned for it");
            }
            if (move.estimatedMillis() <= 0) {
                faults.add(name + " takes " + move.estimatedMillis() + " ms; it must be above 0");
            }
            for (int earlier : move.after()) {
                if (earlier < 0 || earlier >= i) {
                    faults.add(name + " waits for move " + earlier + ", which does not stand before it");
                }
            }
            Integer before = lastMove.put(move.vmId(), i);
            if (before != null && !move.after().contains(before)) {
                faults.add(name + " does not wait for the VM's move " + before);
            }
            where.put(move.vmId(), move.targetHostId());
        }
    }

    private void checkEnd() {
        Map<String, String> where = new TreeMap<>();
        vms.values().forEach(vm -> where.put(vm.vmId(), vm.hostId()));
        moves.forEach(move -> where.put(move.vmId(), move.targetHostId()));
        for (Host host : problem.hosts()) {
            String id = host.hostId();
            long cpu = host.inboundCpuMillicores();
            long memory = host.inboundMemoryBytes();
            boolean tookIn = false;
            for (Vm vm : problem.vms()) {
                if (where.get(vm.vmId()).equals(id)) {
                    cpu += vm.cpuMillicores();
                    memory += vm.memoryBytes();
                    tookIn |= !vm.hostId().equals(id);
                }
            }
            // Compared in thousandths, so that no rounding can hide a fault; a floor elsewhere only asks for more.
            boolean worthNoMove = (cpuAtStart.get(id) - host.cpuMillicores()) * 1000
                    <= host.cpuMillicores() * problem.limits().marginPermille();
            boolean asBefore = worthNoMove && !tookIn && cpu <= cpuAtStart.get(id);
            if (cpu > host.cpuMillicores() && !asBefore) {
                faults.add("in the end " + id + " is asked for " + cpu + " of " + host.cpuMillicores() + " mc");
            }
            if (tookIn && cpu * 1000 > host.cpuMillicores() * problem.limits().fillPermille()) {
                faults.add("in the end " + id + ", which took a VM in, is asked for " + cpu + " of "
                        + host.cpuMillicores() + " mc, above its fill limit of "
                        + problem.limits().fillPermille()
                        + " permille");
            }
            if (memory > host.memoryBytes()) {
                faults.add("in the end " + id + " holds " + memory + " of " + host.memoryBytes() + " bytes");
            }
        }
    }

    private void checkWay() {
        if (moves.size() <= ALL_ORDERS_MAX) {
            int all = (1 << moves.size()) - 1; // how it is when all have ended was looked at already
            for (int ended = 0; ended < all; ended++) {
                boolean[] done = new boolean[moves.size()];
                for (int i = 0; i < moves.size(); i++) {
                    done[i] = (ended >> i & 1) == 1;
                }
                if (canBe(done)) {
                    checkMoment(done);
                }
            }
            return;
        }
        boolean[] done = new boolean[moves.size()];
        for (int next : inOrderOfEstimatedEnd()) {
            checkMoment(done);
            done[next] = true;
        }
    }

    private boolean canBe(boolean[] done) {
        for (int i = 0; i < moves.size(); i++) {
            for (int earlier : moves.get(i).after()) {
                if (done[i] && !done[earlier]) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<Integer> inOrderOfEstimatedEnd() {
        long[] end = new long[moves.size()];
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < end.length; i++) {
            for (int earlier : moves.get(i).after()) {
                end[i] = Math.max(end[i], end[earlier]);
            }
            end[i] += moves.get(i).estimatedMillis();
            order.add(i);
        }
        order.sort((a, b) -> end[a] != end[b] ? Long.compare(end[a], end[b]) : Integer.compare(a, b));
        return order;
    }

    /** These moves have ended, all others that need not wait have begun: the fullest moment between two ends. */
    private void checkMoment(boolean[] done) {
        Map<String, Long> cpu = new TreeMap<>(cpuAtStart);
        Map<String, Long> memory = new TreeMap<>(memoryAtStart);
        StringBuilder underWay = new StringBuilder();
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            Vm vm = vms.get(move.vmId());
            boolean begun = move.after().stream().allMatch(earlier -> done[earlier]);
            if (begun) {
                cpu.merge(move.targetHostId(), vm.cpuMillicores(), Long::sum);
                memory.merge(move.targetHostId(), vm.memoryBytes(), Long::sum);
            }
            if (done[i]) {
                cpu.merge(move.sourceHostId(), -vm.cpuMillicores(), Long::sum);
                memory.merge(move.sourceHostId(), -vm.memoryBytes(), Long::sum);
            } else if (begun) {
                underWay.append(underWay.isEmpty() ? "" : ", ").append(i);
            }
        }
        for (Host host : problem.hosts()) {
            String id = host.hostId();
            // What was overloaded before may stay so for a while, but no arrival may add to it.
            long cpuMax = Math.max(host.cpuMillicores(), cpuAtStart.get(id));
            long memoryMax = Math.max(host.memoryBytes(), memoryAtStart.get(id));
            if (cpu.get(id) > cpuMax) {
                faults.add("while moves " + underWay + " are under way, " + id + " is asked for " + cpu.get(id) + " of "
                        + cpuMax + " mc");
            }
            if (memory.get(id) > memoryMax) {
                faults.add("while moves " + underWay + " are under way, " + id + " holds " + memory.get(id) + " of "
                        + memoryMax + " bytes");
            }
        }
    }
}
