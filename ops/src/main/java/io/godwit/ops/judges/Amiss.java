package io.godwit.ops.judges;

import io.godwit.schemas.events.StatedConstraint;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** How far a placement is from what a constraint demands. */
final class Amiss {
    private Amiss() {}

    /**
     * 0: the constraint holds, or is none about places.
     *
     * @param places hosts of each VM that is known of; two while it moves
     */
    static long of(StatedConstraint constraint, Map<String, Set<String>> places) {
        List<List<String>> vms = constraint.getVms();
        List<List<String>> hosts = constraint.getHosts();
        return switch (constraint.getKind()) {
            case SPREAD -> together(vms.getFirst().stream().map(List::of).toList(), places);
            case SPLIT -> together(vms, places);
            case LONELY ->
                together(
                        List.of(
                                vms.getFirst(),
                                places.keySet().stream()
                                        .filter(vm -> !vms.getFirst().contains(vm))
                                        .toList()),
                        places);
            case GATHER -> Math.max(0, hostsOf(vms.getFirst(), places).size() - 1);
            case BAN -> count(vms.getFirst(), places, on -> on.stream().anyMatch(hosts.getFirst()::contains));
            case FENCE -> count(vms.getFirst(), places, on -> !hosts.getFirst().containsAll(on));
            case AMONG ->
                hosts.stream()
                        .mapToLong(group -> count(vms.getFirst(), places, on -> !group.containsAll(on)))
                        .min()
                        .orElse(0);
            case RUNNING_CAPACITY, MAX_ONLINE -> Math.max(0, load(constraint, places) - constraint.getAmount());
            default -> 0;
        };
    }

    /** Hosts over which a constraint bounds a sum; empty: it bounds none. */
    static List<String> bounded(StatedConstraint constraint) {
        return switch (constraint.getKind()) {
            case RUNNING_CAPACITY, MAX_ONLINE -> constraint.getHosts().getFirst();
            default -> List.of();
        };
    }

    /** The sum that a constraint bounds. */
    static long load(StatedConstraint constraint, Map<String, Set<String>> places) {
        List<String> over = bounded(constraint);
        return switch (constraint.getKind()) {
            case RUNNING_CAPACITY ->
                places.values().stream()
                        .flatMap(Set::stream)
                        .filter(over::contains)
                        .count();
            case MAX_ONLINE ->
                places.values().stream()
                        .flatMap(Set::stream)
                        .filter(over::contains)
                        .distinct()
                        .count();
            default -> 0;
        };
    }

    private static long count(List<String> vms, Map<String, Set<String>> places, Predicate<Set<String>> wrong) {
        return vms.stream()
                .filter(vm -> places.containsKey(vm) && wrong.test(places.get(vm)))
                .count();
    }

    private static Set<String> hostsOf(List<String> vms, Map<String, Set<String>> places) {
        Set<String> hosts = new TreeSet<>();
        vms.forEach(vm -> hosts.addAll(places.getOrDefault(vm, Set.of())));
        return hosts;
    }

    /** Pairs of VMs of two sets that share a host. */
    private static long together(List<List<String>> sets, Map<String, Set<String>> places) {
        long pairs = 0;
        for (int first = 0; first < sets.size(); first++) {
            for (List<String> second : sets.subList(first + 1, sets.size())) {
                for (String one : sets.get(first)) {
                    pairs += second.stream()
                            .filter(two -> meet(one, two, places))
                            .count();
                }
            }
        }
        return pairs;
    }

    private static boolean meet(String one, String two, Map<String, Set<String>> places) {
        Set<String> there = places.getOrDefault(two, Set.of());
        return places.getOrDefault(one, Set.of()).stream().anyMatch(there::contains);
    }
}
