package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.planner.PlacementProblem.Ban;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Breadth first over all placements that single moves can reach: slow, simple, and right about the fewest moves. It does not
 * know constraints on time (sync, deadline).
 */
final class Exhaustive {
    private static final int STATES_MAX = 60_000;

    /**
     * @param moved VMs that have moved, where the order of moves matters; else empty
     * @param paused VMs that arrived paused, and stay where they are until all are where they end
     */
    private record State(List<String> placement, Set<String> moved, Set<String> paused) {}

    private final PlacementProblem problem;
    private final List<String> start;
    private final List<Constraint> kept;
    private final boolean ordered;
    private final int pausesMax;

    private Exhaustive(PlacementProblem problem, int pausesMax) {
        this.problem = problem;
        this.pausesMax = pausesMax;
        start = problem.vms().stream().map(Vm::hostId).toList();
        kept = problem.constraints().stream()
                .filter(each -> each.when() == When.CONTINUOUS && Meaning.holds(problem, each, on(start, "", "")))
                .toList();
        ordered = problem.constraints().stream()
                .anyMatch(each -> each instanceof Constraint.Seq || each instanceof Constraint.Precedence);
    }

    /** Fewest moves to a placement within all limits; 0 if nothing has to move; −1 if no sequence leads there; empty: too many. */
    static Optional<Integer> fewestMoves(PlacementProblem problem) {
        return fewestMoves(problem, 0);
    }

    /** Fewest VMs that must arrive paused, up to so many; −1 if no sequence leads there even so; empty: too many states. */
    static Optional<Integer> fewestPauses(PlacementProblem problem, int most) {
        for (int pauses = 0; pauses <= most; pauses++) {
            Optional<Integer> moves = fewestMoves(problem, pauses);
            if (moves.isEmpty() || moves.get() >= 0) {
                return moves.isEmpty() ? moves : Optional.of(pauses);
            }
        }
        return Optional.of(-1);
    }

    private static Optional<Integer> fewestMoves(PlacementProblem problem, int pausesMax) {
        Exhaustive search = new Exhaustive(problem, pausesMax);
        if (search.nothingToDo()) {
            return Optional.of(0);
        }
        Map<State, Integer> distance = new HashMap<>();
        State first = new State(search.start, Set.of(), Set.of());
        distance.put(first, 0);
        ArrayDeque<State> open = new ArrayDeque<>(List.of(first));
        while (!open.isEmpty()) {
            State state = open.removeFirst();
            int moves = distance.get(state);
            if (moves > 0 && search.isWithinLimits(state.placement())) {
                return Optional.of(moves);
            }
            if (distance.size() > STATES_MAX) {
                return Optional.empty();
            }
            for (State next : search.neighbours(state)) {
                if (distance.putIfAbsent(next, moves + 1) == null) {
                    open.addLast(next);
                }
            }
        }
        return Optional.of(-1);
    }

    private List<State> neighbours(State state) {
        List<State> found = new ArrayList<>();
        for (int i = 0; i < start.size(); i++) {
            Vm vm = problem.vms().get(i);
            for (Host host : problem.hosts()) {
                String from = state.placement().get(i);
                boolean may = vm.staysBecause().isEmpty()
                        && !state.paused().contains(vm.vmId())
                        && !problem.bans().contains(new Ban(vm.vmId(), host.hostId()))
                        && !from.equals(host.hostId())
                        && mayMove(vm.vmId(), from, host.hostId(), state.moved());
                if (!may) {
                    continue;
                }
                List<String> next = new ArrayList<>(state.placement());
                next.set(i, host.hostId());
                Set<String> moved = new TreeSet<>(state.moved());
                if (ordered) {
                    moved.add(vm.vmId());
                }
                Map<String, Set<String>> on = on(state.placement(), vm.vmId(), host.hostId());
                if (isPossible(on, state.paused(), host, false)) {
                    found.add(new State(next, moved, state.paused()));
                }
                Set<String> paused = new TreeSet<>(state.paused());
                paused.add(vm.vmId());
                if (vm.maySuspend() && paused.size() <= pausesMax && isPossible(on, paused, host, true)) {
                    found.add(new State(next, moved, paused));
                }
            }
        }
        return found;
    }

    private boolean mayMove(String vm, String source, String target, Set<String> moved) {
        return problem.constraints().stream().allMatch(each -> switch (each) {
            case Constraint.Root it -> !it.vms().contains(vm);
            case Constraint.Quarantine it ->
                !it.hosts().contains(source) && !it.hosts().contains(target);
            case Constraint.Gather it -> !kept.contains(it) || !it.vms().contains(vm);
            case Constraint.Precedence it ->
                !it.earlier().contains(vm) || moved.stream().noneMatch(it.later()::contains);
            case Constraint.Seq it ->
                !it.vms().contains(vm)
                        || it.vms().subList(it.vms().indexOf(vm) + 1, it.vms().size()).stream()
                                .noneMatch(moved::contains);
            default -> true;
        });
    }

    /** @param arrivesPaused whether the VM that moves asks the target for no CPU, which may have too little of it already */
    private boolean isPossible(Map<String, Set<String>> on, Set<String> paused, Host target, boolean arrivesPaused) {
        Map<String, Set<String>> awake = new TreeMap<>(on);
        paused.forEach(vm -> awake.put(vm, Set.of()));
        for (Resource resource : Resource.values()) {
            Map<String, Set<String>> asking = resource == Resource.CPU ? awake : on;
            boolean asks = resource != Resource.CPU || !arrivesPaused;
            if (asks
                    && Meaning.sum(problem, target, resource, asking)
                            > Meaning.capacity(problem, target, resource, true)) {
                return false;
            }
        }
        return kept.stream().allMatch(each -> Meaning.holds(problem, each, on));
    }

    /** Hosts that each VM takes; one VM is on its way to a further one. */
    private Map<String, Set<String>> on(List<String> placement, String moving, String target) {
        Map<String, Set<String>> on = new TreeMap<>();
        for (int i = 0; i < placement.size(); i++) {
            String vm = problem.vms().get(i).vmId();
            on.put(vm, new TreeSet<>(Set.of(placement.get(i))));
            if (vm.equals(moving)) {
                on.get(vm).add(target);
            }
        }
        return on;
    }

    private boolean nothingToDo() {
        Map<String, Set<String>> on = on(start, "", "");
        return problem.constraints().stream().allMatch(each -> Meaning.holds(problem, each, on))
                && problem.hosts().stream().allMatch(host -> withinMargin(host) && othersFit(host, on));
    }

    private boolean withinMargin(Host host) {
        long capacity = Meaning.capacity(problem, host, Resource.CPU, false);
        return Meaning.sum(problem, host, Resource.CPU, on(start, "", ""))
                <= capacity * (1000 + problem.limits().marginPermille()) / 1000;
    }

    private boolean othersFit(Host host, Map<String, Set<String>> on) {
        for (Resource resource : List.of(Resource.MEMORY, Resource.NETWORK, Resource.DISK)) {
            if (Meaning.sum(problem, host, resource, on) > Meaning.capacity(problem, host, resource, false)) {
                return false;
            }
        }
        return true;
    }

    private boolean isWithinLimits(List<String> placement) {
        Map<String, Set<String>> on = on(placement, "", "");
        return problem.constraints().stream().allMatch(each -> Meaning.holds(problem, each, on))
                && problem.hosts().stream().allMatch(host -> {
                    boolean tookIn = false;
                    for (int i = 0; i < start.size(); i++) {
                        tookIn |= placement.get(i).equals(host.hostId())
                                && !start.get(i).equals(host.hostId());
                    }
                    long capacity = Meaning.capacity(problem, host, Resource.CPU, false);
                    long atStart = Meaning.sum(problem, host, Resource.CPU, on(start, "", ""));
                    long limit = tookIn
                            ? capacity * problem.limits().fillPermille() / 1000
                            : withinMargin(host) ? Math.max(capacity, atStart) : capacity;
                    return Meaning.sum(problem, host, Resource.CPU, on) <= limit && othersFit(host, on);
                });
    }
}
