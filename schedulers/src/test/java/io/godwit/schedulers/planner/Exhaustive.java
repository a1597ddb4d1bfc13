package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.PlacementProblem.Ban;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Breadth first over all placements that single moves can reach: slow, simple, and right about the fewest moves. */
final class Exhaustive {
    private final PlacementProblem problem;
    private final List<String> start;

    private Exhaustive(PlacementProblem problem) {
        this.problem = problem;
        start = problem.vms().stream().map(Vm::hostId).toList();
    }

    /** Fewest moves to a placement within all limits; 0 if nothing has to move; empty if no sequence leads there. */
    static Optional<Integer> fewestMoves(PlacementProblem problem) {
        Exhaustive search = new Exhaustive(problem);
        if (search.nothingToDo()) {
            return Optional.of(0);
        }
        Map<List<String>, Integer> distance = new HashMap<>(Map.of(search.start, 0));
        ArrayDeque<List<String>> open = new ArrayDeque<>(List.of(search.start));
        while (!open.isEmpty()) {
            List<String> placement = open.removeFirst();
            int moves = distance.get(placement);
            if (moves > 0 && search.isWithinLimits(placement)) {
                return Optional.of(moves);
            }
            for (List<String> next : search.neighbours(placement)) {
                if (distance.putIfAbsent(next, moves + 1) == null) {
                    open.addLast(next);
                }
            }
        }
        return Optional.empty();
    }

    private List<List<String>> neighbours(List<String> placement) {
        List<List<String>> found = new ArrayList<>();
        for (int i = 0; i < placement.size(); i++) {
            Vm vm = problem.vms().get(i);
            for (Host host : problem.hosts()) {
                boolean may = vm.staysBecause().isEmpty()
                        && !problem.bans().contains(new Ban(vm.vmId(), host.hostId()))
                        && !placement.get(i).equals(host.hostId());
                if (may
                        && cpu(host, placement) + vm.cpuMillicores() <= host.cpuMillicores()
                        && memory(host, placement) + vm.memoryBytes() <= host.memoryBytes()) {
                    List<String> next = new ArrayList<>(placement);
                    next.set(i, host.hostId());
                    found.add(next);
                }
            }
        }
        return found;
    }

    private boolean nothingToDo() {
        return problem.hosts().stream()
                .allMatch(host -> withinMargin(host) && memory(host, start) <= host.memoryBytes());
    }

    private boolean withinMargin(Host host) {
        long tolerated = host.cpuMillicores() * (1000 + problem.limits().marginPermille()) / 1000;
        return cpu(host, start) <= tolerated;
    }

    private boolean isWithinLimits(List<String> placement) {
        return problem.hosts().stream().allMatch(host -> {
            boolean tookIn = false;
            for (int i = 0; i < start.size(); i++) {
                tookIn |=
                        placement.get(i).equals(host.hostId()) && !start.get(i).equals(host.hostId());
            }
            long limit = tookIn
                    ? host.cpuMillicores() * problem.limits().fillPermille() / 1000
                    : withinMargin(host) ? Math.max(host.cpuMillicores(), cpu(host, start)) : host.cpuMillicores();
            return cpu(host, placement) <= limit && memory(host, placement) <= host.memoryBytes();
        });
    }

    private long cpu(Host host, List<String> placement) {
        long sum = host.inboundCpuMillicores();
        for (int i = 0; i < placement.size(); i++) {
            sum += placement.get(i).equals(host.hostId()) ? problem.vms().get(i).cpuMillicores() : 0;
        }
        return sum;
    }

    private long memory(Host host, List<String> placement) {
        long sum = host.inboundMemoryBytes();
        for (int i = 0; i < placement.size(); i++) {
            sum += placement.get(i).equals(host.hostId()) ? problem.vms().get(i).memoryBytes() : 0;
        }
        return sum;
    }
}
