package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Checks a plan against the constraints of its problem, one by one and by their meaning alone: in the end, at every moment on
 * the way with a VM on both hosts while it moves, and in the order of the moves. It shares no code with the planner.
 */
final class ConstraintJudge {
    private final PlacementProblem problem;
    private final Plan plan;
    private final Collection<String> faults;
    private final Map<String, Vm> vms = new TreeMap<>();
    private final Set<String> hostIds = new TreeSet<>();
    /** Hosts that each VM takes before any move; VMs in flight also the one that they go to. */
    private final Map<String, Set<String>> start = new TreeMap<>();

    private final Map<String, Set<String>> before;
    private final Map<String, Set<String>> now;
    private final List<Constraint> kept;
    private final Map<Constraint, Boolean> heldAtStart = new HashMap<>(); // asked by key only

    /** @param faults where it says what is wrong, each in one sentence */
    ConstraintJudge(PlacementProblem problem, Plan plan, Collection<String> faults) {
        this.problem = problem;
        this.plan = plan;
        this.faults = faults;
        problem.hosts().forEach(host -> hostIds.add(host.hostId()));
        for (Vm vm : problem.vms()) {
            vms.put(vm.vmId(), vm);
            start.put(vm.vmId(), new TreeSet<>(Set.of(vm.hostId())));
        }
        before = withInbound(start);
        now = withInbound(start);
        problem.constraints().forEach(each -> heldAtStart.put(each, amiss(each, before) == 0));
        kept = problem.constraints().stream()
                .filter(each -> each.when() == When.CONTINUOUS && heldAtStart.get(each))
                .toList();
    }

    /** @param where the host of each VM once all moves have ended */
    void checkEnd(Map<String, String> where) {
        Map<String, Set<String>> end = new TreeMap<>();
        where.forEach((vm, host) -> end.put(vm, Set.of(host)));
        Map<String, Set<String>> after = withInbound(end);
        boolean relieves = !plan.stillBroken().isEmpty();
        for (Constraint constraint : problem.constraints()) {
            long was = amiss(constraint, before);
            long is = amiss(constraint, after);
            if (was == 0 && is > 0) {
                faults.add("in the end " + words(constraint) + " is broken");
            } else if (is > was || (is > 0 && !relieves)) {
                faults.add("in the end " + words(constraint) + " is still broken"
                        + (is > was ? ", and worse than before" : ", and the plan does not say so"));
            }
            if (was == 0) {
                checkShareOfOthers(constraint, before, after, "in the end");
            }
        }
    }

    /**
     * @param moving hosts that each VM that moves takes at this moment
     * @param when how the moment is called
     */
    void checkMoment(Map<String, Set<String>> moving, String when) {
        if (kept.isEmpty()) {
            return;
        }
        moving.forEach((vm, on) -> {
            Set<String> all = new TreeSet<>(on);
            all.addAll(inboundOf(vm));
            now.put(vm, all);
        });
        for (Constraint constraint : kept) {
            if (amiss(constraint, now) > 0) {
                faults.add(when + ", " + words(constraint) + " is broken");
            }
            checkShareOfOthers(constraint, before, now, when);
        }
    }

    /** A sum over hosts some of which are not the problem's must not grow here, as nobody here knows how much it may. */
    private void checkShareOfOthers(
            Constraint constraint, Map<String, Set<String>> first, Map<String, Set<String>> then, String when) {
        List<String> over = switch (constraint) {
            case Constraint.ResourceCapacity it -> it.hosts();
            case Constraint.RunningCapacity it -> it.hosts();
            case Constraint.MaxOnline it -> it.hosts();
            default -> List.of();
        };
        if (!hostIds.containsAll(over) && sum(constraint, then) > sum(constraint, first)) {
            faults.add(when + ", what " + words(constraint) + " bounds has grown, and others share that bound");
        }
    }

    void checkMoves() {
        List<Move> moves = plan.moves();
        List<Set<Integer>> waitsFor = new ArrayList<>();
        long[] end = new long[moves.size()];
        for (int i = 0; i < moves.size(); i++) {
            Set<Integer> all = new TreeSet<>();
            for (int earlier : moves.get(i).after()) {
                all.add(earlier);
                all.addAll(waitsFor.get(earlier));
                end[i] = Math.max(end[i], end[earlier]);
            }
            waitsFor.add(all);
            end[i] += moves.get(i).estimatedMillis();
        }
        for (Constraint constraint : problem.constraints()) {
            boolean kept = switch (constraint) {
                case Constraint.Root it -> of(it.vms()).isEmpty();
                case Constraint.Quarantine it ->
                    moves.stream()
                            .noneMatch(move -> it.hosts().contains(move.sourceHostId())
                                    || it.hosts().contains(move.targetHostId()));
                case Constraint.Gather it ->
                    it.when() == When.DISCRETE
                            || !heldAtStart.get(it)
                            || of(it.vms()).isEmpty();
                case Constraint.Among it -> staysInGroups(it, List.of(it.vms()), it.groups());
                case Constraint.SplitAmong it -> staysInGroups(it, it.sets(), it.groups());
                case Constraint.Seq it -> {
                    boolean ordered = true;
                    for (int i = 0; i < it.vms().size(); i++) {
                        List<String> rest = it.vms().subList(i + 1, it.vms().size());
                        ordered &= follow(waitsFor, of(List.of(it.vms().get(i))), of(rest));
                    }
                    yield ordered;
                }
                case Constraint.Precedence it -> follow(waitsFor, of(it.earlier()), of(it.later()));
                case Constraint.Serialize it ->
                    of(it.vms()).stream()
                            .allMatch(one -> of(it.vms()).stream()
                                    .allMatch(two -> one.equals(two)
                                            || waitsFor.get(one).contains(two)
                                            || waitsFor.get(two).contains(one)));
                case Constraint.Sync it -> {
                    List<Integer> all = of(it.vms());
                    boolean several = all.stream()
                                    .map(i -> moves.get(i).vmId())
                                    .distinct()
                                    .count()
                            > 1;
                    yield !several || all.stream().map(waitsFor::get).distinct().count() == 1;
                }
                case Constraint.Deadline it -> of(it.vms()).stream().allMatch(i -> end[i] <= it.withinMillis());
                default -> true; // a matter of placements
            };
            if (!kept) {
                faults.add("the moves break " + words(constraint));
            }
        }
    }

    /** Indexes of the moves of some VMs; to be resumed is no move. */
    private List<Integer> of(List<String> vmIds) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < plan.moves().size(); i++) {
            Move move = plan.moves().get(i);
            if (vmIds.contains(move.vmId()) && move.action() != Action.RESUME) {
                found.add(i);
            }
        }
        return found;
    }

    private static boolean follow(List<Set<Integer>> waitsFor, List<Integer> earlier, List<Integer> later) {
        return later.stream().allMatch(move -> waitsFor.get(move).containsAll(earlier));
    }

    /** Whether sets that keep to their group on the way, or with VMs that nobody here sees, are where they were. */
    private boolean staysInGroups(Constraint constraint, List<List<String>> sets, List<List<String>> groups) {
        Map<String, Set<String>> visited = new TreeMap<>();
        start.forEach((vm, hosts) -> visited.put(vm, new TreeSet<>(hosts)));
        plan.moves().forEach(move -> visited.get(move.vmId()).add(move.targetHostId()));
        boolean othersToo = sets.stream()
                .flatMap(List::stream)
                .anyMatch(vm -> !vms.containsKey(vm)
                        || problem.hosts().stream()
                                .anyMatch(host -> host.inboundVmIds().contains(vm)));
        if (othersToo) {
            return sets.stream()
                    .flatMap(List::stream)
                    .filter(vms::containsKey)
                    .allMatch(vm -> groups.stream()
                            .filter(group -> group.contains(vms.get(vm).hostId()))
                            .allMatch(group -> group.containsAll(visited.get(vm))));
        }
        return constraint.when() == When.DISCRETE
                || !heldAtStart.get(constraint)
                || (constraint instanceof Constraint.Among
                        ? farFromOneGroup(sets.getFirst(), groups, visited) == 0
                        : fitsGroups(sets, groups, visited));
    }

    /** How much is wrong; 0: the constraint holds. Less is better, whatever the unit. */
    private long amiss(Constraint constraint, Map<String, Set<String>> hosts) {
        return switch (constraint) {
            case Constraint.Spread it ->
                pairs(it.vms().stream().distinct().map(List::of).toList(), hosts);
            case Constraint.Split it -> pairs(it.sets(), hosts);
            case Constraint.Lonely it ->
                pairs(
                        List.of(
                                it.vms(),
                                hosts.keySet().stream()
                                        .filter(vm -> !it.vms().contains(vm))
                                        .toList()),
                        hosts);
            case Constraint.Gather it ->
                Math.max(
                        0,
                        ours(it.vms(), hosts).stream()
                                        .flatMap(Set::stream)
                                        .distinct()
                                        .count()
                                - 1);
            case Constraint.Fence it ->
                ours(it.vms(), hosts).stream()
                        .filter(on -> !it.hosts().containsAll(on))
                        .count();
            case Constraint.Ban it ->
                ours(it.vms(), hosts).stream()
                        .filter(on -> on.stream().anyMatch(it.hosts()::contains))
                        .count();
            case Constraint.Offline it ->
                ours(vms.keySet(), hosts).stream()
                        .filter(on -> on.stream().anyMatch(it.hosts()::contains))
                        .count();
            case Constraint.Among it -> farFromOneGroup(it.vms(), it.groups(), hosts);
            case Constraint.SplitAmong it -> fitsGroups(it.sets(), it.groups(), hosts) ? 0 : 1;
            case Constraint.ResourceCapacity it -> Math.max(0, sum(it, hosts) - it.amount());
            case Constraint.RunningCapacity it -> Math.max(0, sum(it, hosts) - it.vms());
            case Constraint.MaxOnline it -> Math.max(0, sum(it, hosts) - it.online());
            case Constraint.Preserve _, Constraint.Overbook _ -> 0; // what hosts can give is judged with all demand
            case Constraint.Online _ -> 0; // a matter of power, which no move changes
            case Constraint.Root _,
                    Constraint.Quarantine _,
                    Constraint.Seq _,
                    Constraint.Precedence _,
                    Constraint.Serialize _,
                    Constraint.Sync _,
                    Constraint.Deadline _ -> 0; // matters of moves
        };
    }

    private long sum(Constraint constraint, Map<String, Set<String>> hosts) {
        return switch (constraint) {
            case Constraint.ResourceCapacity it -> {
                long sum = 0;
                for (Host host : problem.hosts()) {
                    if (it.hosts().contains(host.hostId())) {
                        sum += it.resource() == Resource.CPU ? host.inboundCpuMillicores() : 0;
                        sum += it.resource() == Resource.MEMORY ? host.inboundMemoryBytes() : 0;
                        for (Vm vm : problem.vms()) {
                            boolean on = hosts.get(vm.vmId()).contains(host.hostId())
                                    && !host.inboundVmIds().contains(vm.vmId());
                            sum += on ? PlanJudge.amount(problem, vm, it.resource()) : 0;
                        }
                    }
                }
                yield sum;
            }
            case Constraint.RunningCapacity it ->
                hosts.values().stream()
                        .flatMap(Set::stream)
                        .filter(host -> it.hosts().contains(host))
                        .count();
            case Constraint.MaxOnline it ->
                hosts.values().stream()
                        .flatMap(Set::stream)
                        .filter(host -> it.hosts().contains(host))
                        .distinct()
                        .count();
            default -> 0;
        };
    }

    /** Pairs of VMs of different sets with a host in common. */
    private static long pairs(List<List<String>> sets, Map<String, Set<String>> hosts) {
        long count = 0;
        for (int one = 0; one < sets.size(); one++) {
            for (int two = one + 1; two < sets.size(); two++) {
                for (String vm : sets.get(one)) {
                    for (String other : sets.get(two)) {
                        Set<String> common = new TreeSet<>(hosts.getOrDefault(vm, Set.of()));
                        common.retainAll(hosts.getOrDefault(other, Set.of()));
                        count += common.isEmpty() ? 0 : 1;
                    }
                }
            }
        }
        return count;
    }

    private static long farFromOneGroup(List<String> set, List<List<String>> groups, Map<String, Set<String>> hosts) {
        List<String> known = set.stream().filter(hosts::containsKey).distinct().toList();
        long least = known.size();
        for (List<String> group : groups) {
            least = Math.min(
                    least,
                    known.stream()
                            .filter(vm -> !group.containsAll(hosts.get(vm)))
                            .count());
        }
        return least;
    }

    private static boolean fitsGroups(
            List<List<String>> sets, List<List<String>> groups, Map<String, Set<String>> hosts) {
        if (sets.isEmpty()) {
            return true;
        }
        List<List<String>> rest = sets.subList(1, sets.size());
        if (sets.getFirst().stream().noneMatch(hosts::containsKey)) {
            return fitsGroups(rest, groups, hosts);
        }
        for (List<String> group : groups) {
            List<List<String>> others = new ArrayList<>(groups);
            others.remove(group);
            if (farFromOneGroup(sets.getFirst(), List.of(group), hosts) == 0 && fitsGroups(rest, others, hosts)) {
                return true;
            }
        }
        return false;
    }

    /** Hosts of those of some VMs that are the problem's; where they are on their way to is settled and no plan's matter. */
    private List<Set<String>> ours(Collection<String> vmIds, Map<String, Set<String>> hosts) {
        List<Set<String>> found = new ArrayList<>();
        for (String vmId : new TreeSet<>(vmIds)) {
            if (vms.containsKey(vmId)) {
                Set<String> on = new TreeSet<>(hosts.get(vmId));
                problem.hosts().stream()
                        .filter(host -> host.inboundVmIds().contains(vmId))
                        .forEach(host -> on.remove(host.hostId()));
                found.add(on);
            }
        }
        return found;
    }

    private List<String> inboundOf(String vmId) {
        return problem.hosts().stream()
                .filter(host -> host.inboundVmIds().contains(vmId))
                .map(Host::hostId)
                .toList();
    }

    private Map<String, Set<String>> withInbound(Map<String, Set<String>> hosts) {
        Map<String, Set<String>> all = new TreeMap<>();
        hosts.forEach((vm, on) -> all.put(vm, new TreeSet<>(on)));
        for (Host host : problem.hosts()) {
            for (String vm : host.inboundVmIds()) {
                all.computeIfAbsent(vm, _ -> new TreeSet<>()).add(host.hostId());
            }
        }
        return all;
    }

    private static String words(Constraint constraint) {
        return constraint.toString();
    }
}
