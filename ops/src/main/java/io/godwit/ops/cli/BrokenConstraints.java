package io.godwit.ops.cli;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Vm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which constraints are broken where the running VMs are now, to tell an operator. Those about the order of actions, and
 * about resources and power that samples do not tell, are not judged.
 */
final class BrokenConstraints {
    private static final int NAMED_MAX = 4;

    private final StateRows rows;
    private final Map<String, Vm> running = new TreeMap<>();
    private final Map<String, Set<String>> vmsByHost = new HashMap<>(); // looked up by id only

    BrokenConstraints(RegionState state, StateRows rows) {
        this.rows = rows;
        Set<String> present = state.hosts().stream().map(Host::id).collect(Collectors.toSet());
        for (Vm vm : state.vms()) {
            if (present.contains(vm.hostId()) && runs(vm.state())) {
                running.put(vm.id(), vm);
                vmsByHost.computeIfAbsent(vm.hostId(), _ -> new TreeSet<>()).add(vm.id());
            }
        }
    }

    private static boolean runs(VmState state) {
        return state == VmState.RUNNING || state == VmState.PAUSED || state == VmState.BLOCKED;
    }

    /** How it is broken; empty where it holds or cannot be judged. */
    Optional<String> broken(Constraint constraint) {
        return switch (constraint) {
            case Constraint.Spread one -> shared(one.vms());
            case Constraint.Gather one ->
                hostsOf(one.vms()).size() > 1 ? Optional.of("runs on " + hosts(hostsOf(one.vms()))) : Optional.empty();
            case Constraint.Fence one -> misplaced(one.vms(), one.hosts(), false);
            case Constraint.Ban one -> misplaced(one.vms(), one.hosts(), true);
            case Constraint.Among one ->
                groupOf(one.vms(), one.groups()).isPresent()
                                || hostsOf(one.vms()).isEmpty()
                        ? Optional.empty()
                        : Optional.of("runs on " + hosts(hostsOf(one.vms())));
            case Constraint.Split one -> mixed(one.sets());
            case Constraint.SplitAmong one -> notSplitAmong(one);
            case Constraint.Lonely one -> company(one.vms());
            case Constraint.RunningCapacity one -> {
                long vms = one.hosts().stream()
                        .mapToLong(host -> vmsOn(host).size())
                        .sum();
                yield vms > one.vms() ? Optional.of(vms + " VMs run there") : Optional.empty();
            }
            case Constraint.ResourceCapacity one -> used(one);
            case Constraint.Offline one -> {
                Set<String> vms = new TreeSet<>();
                one.hosts().forEach(host -> vms.addAll(vmsOn(host)));
                yield vms.isEmpty() ? Optional.empty() : Optional.of(vms(vms) + " there");
            }
            case Constraint.Root _ -> Optional.empty();
            case Constraint.Quarantine _ -> Optional.empty();
            case Constraint.Preserve _ -> Optional.empty();
            case Constraint.Overbook _ -> Optional.empty();
            case Constraint.MaxOnline _ -> Optional.empty();
            case Constraint.Online _ -> Optional.empty();
            case Constraint.Seq _ -> Optional.empty();
            case Constraint.Precedence _ -> Optional.empty();
            case Constraint.Serialize _ -> Optional.empty();
            case Constraint.Sync _ -> Optional.empty();
            case Constraint.Deadline _ -> Optional.empty();
        };
    }

    private Set<String> vmsOn(String host) {
        return vmsByHost.getOrDefault(host, Set.of());
    }

    private Set<String> hostsOf(List<String> vms) {
        return vms.stream()
                .map(running::get)
                .filter(vm -> vm != null)
                .map(Vm::hostId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Optional<String> shared(List<String> vms) {
        Map<String, Set<String>> byHost = new TreeMap<>();
        for (String vm : vms) {
            if (running.containsKey(vm)) {
                byHost.computeIfAbsent(running.get(vm).hostId(), _ -> new TreeSet<>())
                        .add(vm);
            }
        }
        return byHost.entrySet().stream()
                .filter(host -> host.getValue().size() > 1)
                .findFirst()
                .map(host -> vms(host.getValue()) + " on " + rows.hostName(host.getKey()));
    }

    private Optional<String> misplaced(List<String> vms, List<String> hosts, boolean banned) {
        Set<String> named = new HashSet<>(hosts);
        return vms.stream()
                .map(running::get)
                .filter(vm -> vm != null && named.contains(vm.hostId()) == banned)
                .findFirst()
                .map(vm -> rows.vmName(vm.id()) + " runs on " + rows.hostName(vm.hostId()));
    }

    /** Number of the first group that holds them all. */
    private Optional<Integer> groupOf(List<String> vms, List<List<String>> groups) {
        Set<String> hosts = hostsOf(vms);
        for (int group = 0; group < groups.size(); group++) {
            if (new HashSet<>(groups.get(group)).containsAll(hosts)) {
                return Optional.of(group);
            }
        }
        return Optional.empty();
    }

    private Optional<String> mixed(List<List<String>> sets) {
        Set<String> taken = new HashSet<>();
        for (List<String> set : sets) {
            Set<String> hosts = hostsOf(set);
            Optional<String> both = hosts.stream().filter(taken::contains).findFirst();
            if (both.isPresent()) {
                return both.map(host -> "VMs of two sets run on " + rows.hostName(host));
            }
            taken.addAll(hosts);
        }
        return Optional.empty();
    }

    private Optional<String> notSplitAmong(Constraint.SplitAmong constraint) {
        List<Integer> taken = new ArrayList<>();
        for (List<String> set : constraint.sets()) {
            if (hostsOf(set).isEmpty()) {
                continue;
            }
            Optional<Integer> group = groupOf(set, constraint.groups());
            if (group.isEmpty() || taken.contains(group.get())) {
                return Optional.of("a set runs on " + hosts(hostsOf(set))
                        + (group.isEmpty() ? "" : ", inside the group of another set"));
            }
            taken.add(group.get());
        }
        return Optional.empty();
    }

    private Optional<String> company(List<String> vms) {
        Set<String> own = new HashSet<>(vms);
        for (String host : hostsOf(vms)) {
            Set<String> others = new TreeSet<>(vmsOn(host));
            others.removeAll(own);
            if (!others.isEmpty()) {
                return Optional.of(vms(others) + " on " + rows.hostName(host) + " too");
            }
        }
        return Optional.empty();
    }

    private Optional<String> used(Constraint.ResourceCapacity constraint) {
        long sum = constraint.hosts().stream()
                .flatMap(host -> vmsOn(host).stream())
                .map(running::get)
                .mapToLong(vm -> switch (constraint.resource()) {
                    case CPU -> vm.cpuDemandMillicores();
                    case MEMORY -> vm.memoryBytes();
                    case NETWORK, DISK -> 0; // the state does not keep them
                })
                .sum();
        return sum > constraint.amount() ? Optional.of(sum + " are used there") : Optional.empty();
    }

    private String vms(Set<String> ids) {
        return named(ids.stream().map(rows::vmName).toList()) + (ids.size() == 1 ? " runs" : " run");
    }

    private String hosts(Set<String> ids) {
        return named(ids.stream().map(rows::hostName).toList());
    }

    private static String named(List<String> names) {
        String some = String.join(", ", names.subList(0, Math.min(NAMED_MAX, names.size())));
        return names.size() > NAMED_MAX ? some + " and " + (names.size() - NAMED_MAX) + " more" : some;
    }
}
