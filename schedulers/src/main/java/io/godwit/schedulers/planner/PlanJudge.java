package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.PlacementProblem.Ban;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import io.godwit.schemas.events.MigrationMode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Checks a plan before it leaves, by other means than those that made it: it carries the moves out on paper and looks at
 * every host at every moment, with a VM charged to its source and to its target while it moves; one that is paused is charged
 * for all but CPU. It shares no code with the planner.
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
    private final Map<Resource, Map<String, Long>> atStart = new EnumMap<>(Resource.class);
    private final Map<Resource, Map<String, Long>> amounts = new EnumMap<>(Resource.class);
    private final Map<Resource, Map<String, Long>> mostOnTheWay = new EnumMap<>(Resource.class);
    private final TreeSet<String> faults = new TreeSet<>();
    private final ConstraintJudge constraints;
    private final boolean bearsBroken;

    private PlanJudge(PlacementProblem problem, Plan plan) {
        this.problem = problem;
        moves = plan.moves();
        bearsBroken = !plan.stillBroken().isEmpty();
        for (Resource resource : Resource.values()) {
            atStart.put(resource, new TreeMap<>());
            amounts.put(resource, new TreeMap<>());
            mostOnTheWay.put(resource, new TreeMap<>());
        }
        for (Host host : problem.hosts()) {
            hosts.put(host.hostId(), host);
            for (Resource resource : Resource.values()) {
                atStart.get(resource).put(host.hostId(), inbound(host, resource));
            }
        }
        for (Vm vm : problem.vms()) {
            vms.put(vm.vmId(), vm);
            for (Resource resource : Resource.values()) {
                long amount = amount(problem, vm, resource);
                amounts.get(resource).put(vm.vmId(), amount);
                atStart.get(resource).merge(vm.hostId(), amount, Long::sum);
            }
        }
        for (Host host : problem.hosts()) {
            for (Resource resource : Resource.values()) {
                long can = Math.max(capacity(host, resource, false), capacity(host, resource, true));
                long before = atStart.get(resource).get(host.hostId());
                mostOnTheWay
                        .get(resource)
                        .put(host.hostId(), physical(host, resource) < 0 ? Long.MAX_VALUE : Math.max(can, before));
            }
        }
        constraints = new ConstraintJudge(problem, plan, faults);
    }

    private static long inbound(Host host, Resource resource) {
        return switch (resource) {
            case CPU -> host.inboundCpuMillicores();
            case MEMORY -> host.inboundMemoryBytes();
            case NETWORK -> host.inboundNetworkBytesPerSecond();
            case DISK -> host.inboundDiskBytesPerSecond();
        };
    }

    /** What a VM counts for: what it takes, or what is preserved for it if that is more. */
    static long amount(PlacementProblem problem, Vm vm, Resource resource) {
        long amount = taken(vm, resource);
        for (Constraint constraint : problem.constraints()) {
            if (constraint instanceof Constraint.Preserve it
                    && it.resource() == resource
                    && it.vms().contains(vm.vmId())) {
                amount = Math.max(amount, it.amount());
            }
        }
        return amount;
    }

    private static long taken(Vm vm, Resource resource) {
        return switch (resource) {
            case CPU -> vm.cpuMillicores();
            case MEMORY -> vm.memoryBytes();
            case NETWORK -> vm.networkBytesPerSecond();
            case DISK -> vm.diskBytesPerSecond();
        };
    }

    /** What a host gives by itself; −1: it was not said, so it limits nothing. */
    private static long physical(Host host, Resource resource) {
        return switch (resource) {
            case CPU -> host.cpuMillicores();
            case MEMORY -> host.memoryBytes();
            case NETWORK -> host.networkBytesPerSecond() == 0 ? -1 : host.networkBytesPerSecond();
            case DISK -> host.diskBytesPerSecond() == 0 ? -1 : host.diskBytesPerSecond();
        };
    }

    /**
     * What a host gives with what it is overbooked by.
     *
     * @param always only by what holds at every moment
     */
    private long capacity(Host host, Resource resource, boolean always) {
        long smallest = Long.MAX_VALUE;
        for (Constraint constraint : problem.constraints()) {
            if (constraint instanceof Constraint.Overbook it
                    && it.resource() == resource
                    && it.hosts().contains(host.hostId())
                    && (!always || it.when() == When.CONTINUOUS)) {
                smallest = Math.min(smallest, it.factorPermille());
            }
        }
        long physical = physical(host, resource);
        return smallest == Long.MAX_VALUE
                ? physical
                : BigInteger.valueOf(physical)
                        .multiply(BigInteger.valueOf(smallest))
                        .divide(BigInteger.valueOf(1000))
                        .longValueExact();
    }

    /** What is wrong with a plan, each fault in one sentence, sorted; empty if it may leave. */
    public static List<String> check(PlacementProblem problem, Plan plan) {
        PlanJudge judge = new PlanJudge(problem, plan);
        judge.checkEachMove();
        if (judge.faults.isEmpty()) { // the rest needs moves that make sense
            judge.constraints.checkMoves();
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
        Set<String> paused = new TreeSet<>();
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
            if (move.sourceHostId().equals(move.targetHostId()) && move.action() != Action.RESUME) {
                faults.add(name + " goes nowhere");
            }
            checkPause(name, move, paused);
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
        paused.forEach(vm -> faults.add(vm + " is paused and never resumed"));
    }

    /** @param paused VMs that are paused before the move; after it those that are then */
    private void checkPause(String name, Move move, Set<String> paused) {
        boolean was = paused.contains(move.vmId());
        switch (move.action()) {
            case MOVE -> {
                if (was) {
                    faults.add(name + " moves a VM that is paused");
                }
            }
            case MOVE_PAUSED -> {
                if (was) {
                    faults.add(name + " moves a VM that is paused");
                }
                if (!problem.limits().maySuspend() || !vms.get(move.vmId()).maySuspend()) {
                    faults.add(name + " pauses a VM that must not be paused");
                }
                if (move.mode() == MigrationMode.POST_COPY) {
                    faults.add(name + " is to pause the VM on arrival and goes by post-copy, which runs it there");
                }
                paused.add(move.vmId());
            }
            case RESUME -> {
                if (!was || !move.sourceHostId().equals(move.targetHostId())) {
                    faults.add(name + " resumes on " + move.targetHostId() + " a VM that is not paused there");
                }
                paused.remove(move.vmId());
            }
        }
    }

    private void checkEnd() {
        Map<String, String> where = new TreeMap<>();
        vms.values().forEach(vm -> where.put(vm.vmId(), vm.hostId()));
        moves.forEach(move -> where.put(move.vmId(), move.targetHostId()));
        for (Host host : problem.hosts()) {
            for (Resource resource : Resource.values()) {
                if (physical(host, resource) >= 0) {
                    checkEnd(host, resource, where);
                }
            }
        }
        constraints.checkEnd(where);
    }

    private void checkEnd(Host host, Resource resource, Map<String, String> where) {
        String id = host.hostId();
        long asked = inbound(host, resource);
        long really = asked;
        boolean tookIn = false;
        for (Vm vm : problem.vms()) {
            if (where.get(vm.vmId()).equals(id)) {
                asked += amounts.get(resource).get(vm.vmId());
                tookIn |= !vm.hostId().equals(id);
            }
            really += vm.hostId().equals(id) ? taken(vm, resource) : 0;
        }
        long can = capacity(host, resource, false);
        long before = atStart.get(resource).get(id);
        int margin = resource == Resource.CPU ? problem.limits().marginPermille() : 0;
        // Compared in thousandths, so that no rounding can hide a fault; a floor elsewhere only asks for more.
        boolean worthNoMove = (before - can) * 1000 <= can * margin;
        boolean asBefore = worthNoMove && !tookIn && asked <= before;
        long reallyCan = Math.max(can, physical(host, resource));
        boolean reallyWithin = (really - reallyCan) * 1000 <= reallyCan * margin;
        boolean mayWait = resource == Resource.NETWORK || resource == Resource.DISK;
        boolean onlyByConstraint = bearsBroken && asked <= before && (mayWait || reallyWithin || asked <= reallyCan);
        if (asked > can && !asBefore && !onlyByConstraint) {
            faults.add("in the end " + id + says(resource, asked, can));
        }
        boolean aboveFill = resource == Resource.CPU
                && asked * 1000 > can * problem.limits().fillPermille();
        if (tookIn && aboveFill) {
            faults.add("in the end " + id + ", which took a VM in," + says(resource, asked, can)
                    + ", above its fill limit of " + problem.limits().fillPermille() + " permille");
        }
    }

    private static String says(Resource resource, long asked, long can) {
        return switch (resource) {
            case CPU -> " is asked for " + asked + " of " + can + " mc";
            case MEMORY -> " holds " + asked + " of " + can + " bytes";
            case NETWORK -> " is asked for " + asked + " of " + can + " bytes/s of network";
            case DISK -> " is asked for " + asked + " of " + can + " bytes/s of disk";
        };
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
        Map<Resource, Map<String, Long>> asked = new EnumMap<>(Resource.class);
        atStart.forEach((resource, byHost) -> asked.put(resource, new TreeMap<>(byHost)));
        Map<String, Set<String>> takes = new TreeMap<>();
        StringBuilder underWay = new StringBuilder();
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            boolean begun = move.after().stream().allMatch(earlier -> done[earlier]);
            Set<String> on = takes.computeIfAbsent(
                    move.vmId(), vm -> new TreeSet<>(Set.of(vms.get(vm).hostId())));
            for (Resource resource : Resource.values()) {
                long amount = amounts.get(resource).get(move.vmId());
                boolean cpu = resource == Resource.CPU;
                boolean comes = switch (move.action()) {
                    case MOVE -> true;
                    case MOVE_PAUSED -> !cpu;
                    case RESUME -> cpu;
                };
                boolean goes = move.action() != Action.RESUME;
                asked.get(resource).merge(move.targetHostId(), begun && comes ? amount : 0, Long::sum);
                asked.get(resource).merge(move.sourceHostId(), done[i] && goes ? -amount : 0, Long::sum);
            }
            if (begun) {
                on.add(move.targetHostId());
            }
            if (done[i] && move.action() != Action.RESUME) {
                on.remove(move.sourceHostId());
            } else if (begun) {
                underWay.append(underWay.isEmpty() ? "" : ", ").append(i);
            }
        }
        String when = "while moves " + underWay + " are under way";
        for (Host host : problem.hosts()) {
            for (Resource resource : Resource.values()) {
                // What was overloaded before may stay so for a while, but no arrival may add to it.
                long most = mostOnTheWay.get(resource).get(host.hostId());
                long now = asked.get(resource).get(host.hostId());
                if (now > most) {
                    faults.add(when + ", " + host.hostId() + says(resource, now, most));
                }
            }
        }
        constraints.checkMoment(takes, when);
    }
}
