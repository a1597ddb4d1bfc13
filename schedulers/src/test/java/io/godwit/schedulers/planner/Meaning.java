package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What constraints mean, written down a third time: for each VM the hosts that it takes, two while it moves. */
final class Meaning {
    private Meaning() {}

    static boolean holds(PlacementProblem problem, Constraint constraint, Map<String, Set<String>> on) {
        return switch (constraint) {
            case Constraint.Spread it ->
                noneShared(it.vms().stream().map(List::of).toList(), on);
            case Constraint.Split it -> noneShared(it.sets(), on);
            case Constraint.Lonely it -> {
                List<String> others = new ArrayList<>(on.keySet());
                others.removeAll(it.vms());
                yield noneShared(List.of(it.vms(), others), on);
            }
            case Constraint.Gather it -> all(it.vms(), on).size() <= 1;
            case Constraint.Fence it -> it.hosts().containsAll(all(it.vms(), on));
            case Constraint.Ban it -> all(it.vms(), on).stream().noneMatch(it.hosts()::contains);
            case Constraint.Offline it -> all(on.keySet(), on).stream().noneMatch(it.hosts()::contains);
            case Constraint.Among it -> it.groups().stream().anyMatch(group -> group.containsAll(all(it.vms(), on)));
            case Constraint.SplitAmong it -> assignable(it.sets(), it.groups(), on);
            case Constraint.ResourceCapacity it -> {
                long sum = 0;
                for (Host host : problem.hosts()) {
                    sum += it.hosts().contains(host.hostId()) ? sum(problem, host, it.resource(), on) : 0;
                }
                yield sum <= it.amount();
            }
            case Constraint.RunningCapacity it ->
                it.hosts().stream()
                                .mapToLong(host -> on.values().stream()
                                        .filter(hosts -> hosts.contains(host))
                                        .count())
                                .sum()
                        <= it.vms();
            case Constraint.MaxOnline it -> {
                Set<String> used = all(on.keySet(), on);
                used.retainAll(it.hosts());
                yield used.size() <= it.online();
            }
            default -> true; // capacities, and orders of moves
        };
    }

    /** What a host is asked for of a resource. */
    static long sum(PlacementProblem problem, Host host, Resource resource, Map<String, Set<String>> on) {
        long sum = switch (resource) {
            case CPU -> host.inboundCpuMillicores();
            case MEMORY -> host.inboundMemoryBytes();
            case NETWORK -> host.inboundNetworkBytesPerSecond();
            case DISK -> host.inboundDiskBytesPerSecond();
        };
        for (Vm vm : problem.vms()) {
            sum += on.get(vm.vmId()).contains(host.hostId()) ? need(problem, vm, resource) : 0;
        }
        return sum;
    }

    static long need(PlacementProblem problem, Vm vm, Resource resource) {
        long need = switch (resource) {
            case CPU -> vm.cpuMillicores();
            case MEMORY -> vm.memoryBytes();
            case NETWORK -> vm.networkBytesPerSecond();
            case DISK -> vm.diskBytesPerSecond();
        };
        for (Constraint each : problem.constraints()) {
            if (each instanceof Constraint.Preserve it && it.vms().contains(vm.vmId()) && it.resource() == resource) {
                need = Math.max(need, it.amount());
            }
        }
        return need;
    }

    /** @param onTheWay whether that of the moments between is asked for, not that of the end */
    static long capacity(PlacementProblem problem, Host host, Resource resource, boolean onTheWay) {
        long given = switch (resource) {
            case CPU -> host.cpuMillicores();
            case MEMORY -> host.memoryBytes();
            case NETWORK -> host.networkBytesPerSecond();
            case DISK -> host.diskBytesPerSecond();
        };
        if (given == 0) {
            return Long.MAX_VALUE;
        }
        long end = Long.MAX_VALUE;
        long always = Long.MAX_VALUE;
        for (Constraint each : problem.constraints()) {
            if (each instanceof Constraint.Overbook it
                    && it.hosts().contains(host.hostId())
                    && it.resource() == resource) {
                end = Math.min(end, given * it.factorPermille() / 1000);
                always = it.when() == Constraint.When.CONTINUOUS
                        ? Math.min(always, given * it.factorPermille() / 1000)
                        : always;
            }
        }
        end = end == Long.MAX_VALUE ? given : end;
        always = always == Long.MAX_VALUE ? given : always;
        return onTheWay ? Math.max(end, always) : end;
    }

    private static Set<String> all(Iterable<String> vms, Map<String, Set<String>> on) {
        Set<String> hosts = new TreeSet<>();
        vms.forEach(vm -> hosts.addAll(on.getOrDefault(vm, Set.of())));
        return hosts;
    }

    private static boolean noneShared(List<List<String>> sets, Map<String, Set<String>> on) {
        Set<String> seen = new TreeSet<>();
        for (List<String> set : sets) {
            Set<String> hosts = all(set, on);
            if (hosts.stream().anyMatch(seen::contains)) {
                return false;
            }
            seen.addAll(hosts);
        }
        return true;
    }

    private static boolean assignable(List<List<String>> sets, List<List<String>> groups, Map<String, Set<String>> on) {
        if (sets.isEmpty()) {
            return true;
        }
        return groups.stream().anyMatch(group -> {
            List<List<String>> left = new ArrayList<>(groups);
            left.remove(group);
            return group.containsAll(all(sets.getFirst(), on)) && assignable(sets.subList(1, sets.size()), left, on);
        });
    }
}
