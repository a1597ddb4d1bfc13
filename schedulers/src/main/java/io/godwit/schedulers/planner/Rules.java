package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.planner.Board.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What the constraints of a problem demand of its placements. What each VM must keep whatever the others do stands in sets of
 * hosts; the rest are rules. A constraint that is broken now is demanded of the end state alone; if broken ones are spared, of
 * nothing but that it gets no worse.
 *
 * <p>Of constraints that name VMs or hosts outside the problem, those that look at one host at a time are exact here, since all
 * that runs on the problem's hosts is known. The others are kept by standing still: VMs stay in their group of hosts, sums over
 * hosts do not grow.
 */
final class Rules {
    private final Board board;
    private final Map<String, Integer> hostIndex;
    private final Map<String, Integer> vmIndex;
    /** Hosts where a VM must not be in the end; null: none. */
    private final BitSet[] noEnd;
    /** Hosts to which no migration may bring a VM; null: none. */
    private final BitSet[] noPass;

    private final BitSet closed = new BitSet();
    private final BitSet off = new BitSet();
    private final List<Rule> inTheEnd = new ArrayList<>();
    private final List<Rule> onTheWay = new ArrayList<>();
    /** Constraints that do not hold before any move, in words. */
    private final Set<String> brokenAtStart = new TreeSet<>();

    /** What keeps VMs from hosts, by the constraint that does, in the order of the problem's. */
    private final List<Bar> bars = new ArrayList<>();

    private final Map<String, List<Rule>> checks = new HashMap<>(); // of what is broken now; asked by its words only
    private final BitSet touched;
    private final Orders orders;

    Rules(Board board, Map<String, Integer> hostIndex, Map<String, Integer> vmIndex) {
        this.board = board;
        this.hostIndex = hostIndex;
        this.vmIndex = vmIndex;
        noEnd = new BitSet[board.vms];
        noPass = new BitSet[board.vms];
        touched = new BitSet(board.vms);
        board.problem.bans().forEach(ban -> {
            Integer vm = vmIndex.get(ban.vmId());
            Integer host = hostIndex.get(ban.hostId());
            if (vm != null && host != null) { // a ban may name VMs and hosts of other problems
                forbid(noPass, vm, bit(host));
            }
        });
        board.problem.constraints().forEach(this::read);
        orders = new Orders(board.problem.constraints(), vmIndex);
    }

    private interface Barrier {
        boolean stands(int[] place, int vm, int host);
    }

    private record Bar(Constraint constraint, Barrier barrier) {}

    private void bar(Constraint constraint, Barrier barrier) {
        bars.add(new Bar(constraint, barrier));
    }

    /** A constraint that keeps the VM from the host while all others are where they are, in a few words. */
    Optional<String> barredBy(int[] place, int vm, int host) {
        return bars.stream()
                .filter(bar -> bar.barrier().stands(place, vm, host))
                .map(bar -> ConstraintText.brief(bar.constraint()))
                .findFirst();
    }

    private void read(Constraint constraint) {
        switch (constraint) {
            case Constraint.Spread it -> apart(it, singles(it.vms()));
            case Constraint.Split it -> apart(it, it.sets());
            case Constraint.Lonely it -> apart(it, List.of(it.vms(), others(it.vms())));
            case Constraint.Gather it -> gather(it);
            case Constraint.Fence it -> places(it, it.vms(), outside(indexes(it.hosts(), hostIndex)));
            case Constraint.Ban it -> places(it, it.vms(), indexes(it.hosts(), hostIndex));
            case Constraint.Offline it -> places(it, allVms(), indexes(it.hosts(), hostIndex));
            case Constraint.Among it -> groups(it, List.of(it.vms()), it.groups());
            case Constraint.SplitAmong it -> groups(it, it.sets(), it.groups());
            case Constraint.Root it -> indexes(it.vms(), vmIndex).stream().forEach(vm -> stay(vm, it));
            case Constraint.Quarantine it -> {
                BitSet hosts = indexes(it.hosts(), hostIndex);
                closed.or(hosts);
                bar(it, (_, _, host) -> hosts.get(host));
                IntStream.range(0, board.vms)
                        .filter(vm -> hosts.get(board.home[vm]))
                        .forEach(vm -> stay(vm, it));
            }
            case Constraint.ResourceCapacity it -> {
                int resource = Board.index(it.resource());
                BitSet hosts = indexes(it.hosts(), hostIndex);
                bound(it, it.hosts(), hosts, board.use[resource], inbound(resource, hosts), it.amount());
            }
            case Constraint.RunningCapacity it -> {
                long[] ones = new long[board.vms];
                Arrays.fill(ones, 1);
                BitSet hosts = indexes(it.hosts(), hostIndex);
                long base = hosts.stream()
                        .mapToLong(host ->
                                board.problem.hosts().get(host).inboundVmIds().size())
                        .sum();
                bound(it, it.hosts(), hosts, ones, base, it.vms());
            }
            case Constraint.MaxOnline it -> fewHosts(it);
            // Both are counted in what VMs take and hosts give.
            case Constraint.Preserve it -> {
                BitSet hosts = new BitSet();
                indexes(it.vms(), vmIndex).stream().forEach(vm -> hosts.set(board.home[vm]));
                tooMuch(it, Board.index(it.resource()), hosts);
            }
            case Constraint.Overbook it -> tooMuch(it, Board.index(it.resource()), indexes(it.hosts(), hostIndex));
            case Constraint.Online _ -> {} // these hosts have VMs or not; what is powered on is not ours
            case Constraint.Seq _,
                    Constraint.Precedence _,
                    Constraint.Serialize _,
                    Constraint.Sync _,
                    Constraint.Deadline _ -> {} // orders
        }
    }

    private void apart(Constraint constraint, List<? extends Collection<String>> sets) {
        List<int[]> members = new ArrayList<>();
        List<int[]> alsoOn = new ArrayList<>();
        for (Collection<String> set : sets) {
            int[] also = inFlightOn(set);
            int[] inside = indexes(set, vmIndex).stream().toArray();
            if (inside.length > 0 || also.length > 0) {
                members.add(inside);
                alsoOn.add(also);
            }
        }
        if (members.size() > 1) {
            Rule rule = new Apart(board, members.toArray(int[][]::new), alsoOn.toArray(int[][]::new), board.isSpared());
            boolean broken = !rule.holds(board.home);
            add(constraint, rule, true, !broken);
        }
    }

    private void gather(Constraint.Gather constraint) {
        int[] members = indexes(constraint.vms(), vmIndex).stream().toArray();
        if (members.length == 0) {
            return;
        }
        Rule rule = new Together(members);
        boolean broken = !rule.holds(board.home);
        boolean frozen = broken ? board.isSpared() : constraint.when() == When.CONTINUOUS;
        if (frozen) {
            Arrays.stream(members).forEach(vm -> stay(vm, constraint));
        }
        add(constraint, rule, !frozen, false);
    }

    /** VMs that must not be on some hosts. */
    private void places(Constraint constraint, Collection<String> vms, BitSet hosts) {
        BitSet members = indexes(vms, vmIndex);
        BitSet leaving = new BitSet();
        members.stream().filter(vm -> hosts.get(board.home[vm])).forEach(leaving::set);
        boolean everyone = constraint instanceof Constraint.Offline;
        if (everyone) {
            off.or(hosts);
            bar(constraint, (_, _, host) -> hosts.get(host));
        } else {
            bar(constraint, (_, vm, host) -> members.get(vm) && hosts.get(host));
            members.stream().forEach(vm -> forbid(noEnd, vm, hosts));
            touched.or(members);
        }
        if (constraint.when() == When.CONTINUOUS && leaving.isEmpty()) {
            members.stream().forEach(vm -> forbid(noPass, vm, hosts));
        }
        if (!leaving.isEmpty()) {
            broken(constraint, new NoneOn(members, hosts));
        }
    }

    private void groups(Constraint constraint, List<List<String>> vms, List<List<String>> hosts) {
        BitSet[] groups = hosts.stream().map(group -> indexes(group, hostIndex)).toArray(BitSet[]::new);
        List<int[]> sets = new ArrayList<>();
        boolean spans = false;
        for (List<String> set : vms) {
            int[] inside = indexes(set, vmIndex).stream().toArray();
            spans |= inside.length < set.stream().distinct().count() || inFlightOn(set).length > 0;
            if (inside.length > 0) {
                sets.add(inside);
            }
        }
        if (sets.isEmpty()) {
            return;
        }
        InGroups rule = new InGroups(sets.toArray(int[][]::new), groups);
        int[] now = rule.assignment(board.home);
        if (now == null && (spans || board.isSpared())) {
            sets.forEach(set -> Arrays.stream(set).forEach(vm -> stay(vm, constraint)));
            add(constraint, rule, false, false);
        } else if (now != null && spans) {
            sets.forEach(set -> Arrays.stream(set).forEach(vm -> stayInEachGroup(constraint, vm, groups)));
        } else if (now != null && constraint.when() == When.CONTINUOUS) {
            for (int set = 0; set < now.length; set++) {
                BitSet elsewhere = outside(groups[now[set]]);
                Arrays.stream(sets.get(set)).forEach(vm -> keepFrom(constraint, vm, elsewhere));
            }
        } else {
            add(constraint, rule, true, false);
        }
    }

    /** Which of the groups is meant only those know that are outside, so it leaves none that it is in. */
    private void stayInEachGroup(Constraint constraint, int vm, BitSet[] groups) {
        for (BitSet group : groups) {
            if (group.get(board.home[vm])) {
                keepFrom(constraint, vm, outside(group));
            }
        }
    }

    private void keepFrom(Constraint constraint, int vm, BitSet hosts) {
        forbid(noPass, vm, hosts);
        bar(constraint, (_, moving, host) -> moving == vm && hosts.get(host));
    }

    private void tooMuch(Constraint constraint, int resource, BitSet hosts) {
        hosts.stream().filter(host -> board.isTooMuch(resource, host)).forEach(host -> {
            BitSet one = bit(host);
            long capacity = board.capacity[resource][host];
            broken(constraint, new Bound(board, one, board.use[resource], inbound(resource, one), capacity));
        });
    }

    private void broken(Constraint constraint, Rule check) {
        String text = ConstraintText.of(constraint);
        brokenAtStart.add(text);
        checks.computeIfAbsent(text, _ -> new ArrayList<>()).add(check);
    }

    private long inbound(int resource, BitSet hosts) {
        long sum =
                hosts.stream().mapToLong(host -> board.atStart[resource][host]).sum();
        for (int vm = 0; vm < board.vms; vm++) {
            sum -= hosts.get(board.home[vm]) ? board.use[resource][vm] : 0;
        }
        return sum;
    }

    private void bound(Constraint constraint, List<String> hostIds, BitSet hosts, long[] size, long base, long amount) {
        if (hosts.isEmpty()) {
            return;
        }
        Bound plain = new Bound(board, hosts, size, base, amount);
        long now = plain.sum(board.home);
        boolean spans = hosts.cardinality() < hostIds.stream().distinct().count();
        long limit = spans ? Math.min(amount, now) : amount;
        boolean broken = now > amount;
        if (broken) {
            broken(constraint, plain);
        }
        Rule rule = new Bound(board, hosts, size, base, broken && board.isSpared() ? now : limit);
        inTheEnd.add(rule);
        bar(constraint, (place, vm, host) -> !rule.letsIn(place, vm, host));
        if (constraint.when() == When.CONTINUOUS && !broken) {
            onTheWay.add(rule);
        }
    }

    private void fewHosts(Constraint.MaxOnline constraint) {
        BitSet hosts = indexes(constraint.hosts(), hostIndex);
        if (hosts.isEmpty()) {
            return;
        }
        BitSet taken = new BitSet();
        hosts.stream()
                .filter(host -> !board.problem.hosts().get(host).inboundVmIds().isEmpty())
                .forEach(taken::set);
        FewHosts plain = new FewHosts(board, hosts, taken, constraint.online());
        int now = plain.count(board.home);
        boolean spans =
                hosts.cardinality() < constraint.hosts().stream().distinct().count();
        int limit = spans ? Math.min(constraint.online(), now) : constraint.online();
        boolean broken = now > constraint.online();
        if (broken) {
            broken(constraint, plain);
        }
        Rule rule = new FewHosts(board, hosts, taken, broken && board.isSpared() ? now : limit);
        inTheEnd.add(rule);
        bar(constraint, (place, vm, host) -> !rule.letsIn(place, vm, host));
        if (constraint.when() == When.CONTINUOUS && !broken) {
            onTheWay.add(rule);
        }
    }

    private void add(Constraint constraint, Rule rule, boolean end, boolean way) {
        if (end) {
            inTheEnd.add(rule);
            bar(constraint, (place, vm, host) -> !rule.letsIn(place, vm, host));
        }
        if (way && constraint.when() == When.CONTINUOUS) {
            onTheWay.add(rule);
        }
        if (!rule.holds(board.home)) {
            broken(constraint, rule);
        }
    }

    Orders orders() {
        return orders;
    }

    boolean isEmpty() {
        return inTheEnd.isEmpty() && touched.isEmpty() && off.isEmpty() && closed.isEmpty() && orders.isEmpty();
    }

    boolean mustLeave(int vm) {
        return !board.isSpared() && (off.get(board.home[vm]) || in(noEnd[vm], board.home[vm]));
    }

    boolean mayEndOn(int vm, int host) {
        return !off.get(host) && !in(noEnd[vm], host);
    }

    boolean mayPass(int vm, int host) {
        return !closed.get(host) && !in(noPass[vm], host);
    }

    /** Whether a placement is as all demand in the end. */
    boolean hold(int[] place) {
        for (int vm = 0; vm < place.length; vm++) {
            boolean wrong = place[vm] == board.home[vm] ? mustLeave(vm) : !mayEndOn(vm, place[vm]);
            if (wrong) {
                return false;
            }
        }
        if (board.isSpared()) {
            return true; // none was let in that makes anything worse
        }
        for (Rule rule : inTheEnd) {
            if (!rule.holds(place)) {
                return false;
            }
        }
        return true;
    }

    /** Whether all that holds now still does, in the end and on the way, once the VM has come to the host. */
    boolean letIn(int[] place, int vm, int host) {
        return let(inTheEnd, place, vm, host) && let(onTheWay, place, vm, host);
    }

    /** Whether what must hold on the way bears the VM's arrival. */
    boolean letPass(int[] place, int vm, int host) {
        return let(onTheWay, place, vm, host);
    }

    private static boolean let(List<Rule> rules, int[] place, int vm, int host) {
        for (int i = 0; i < rules.size(); i++) { // a hot loop without an iterator
            if (!rules.get(i).letsIn(place, vm, host)) {
                return false;
            }
        }
        return true;
    }

    boolean makeWait(int[] placeBeforeLater, Step earlier, Step later) {
        return onTheWay.stream().anyMatch(rule -> rule.makesWait(placeBeforeLater, earlier, later));
    }

    boolean isAnyOnTheWay() {
        return !onTheWay.isEmpty();
    }

    /** Movable VMs some of which have to move, because of where they are or of a rule that does not hold. */
    BitSet culprits(int[] place) {
        BitSet found = new BitSet();
        if (!board.isSpared()) {
            for (Rule rule : inTheEnd) {
                found.or(rule.culprits(place));
            }
            for (int vm = 0; vm < place.length; vm++) {
                if (place[vm] == board.home[vm] && mustLeave(vm)) {
                    found.set(vm);
                }
            }
        }
        for (int vm = found.nextSetBit(0); vm >= 0; vm = found.nextSetBit(vm + 1)) {
            if (!board.movable(vm)) {
                found.clear(vm);
            }
        }
        return found;
    }

    void post(PlacementModel model) {
        inTheEnd.forEach(rule -> rule.post(model));
    }

    /** Constraints that are broken before any move and in this placement, in words. */
    List<String> stillBroken(int[] place) {
        return brokenAtStart.stream()
                .filter(text -> !checks.get(text).stream().allMatch(rule -> rule.holds(place)))
                .toList();
    }

    boolean anyBrokenAtStart() {
        return !brokenAtStart.isEmpty();
    }

    /** A constraint that this VM's place breaks before any move, in words. */
    Optional<String> brokenBy(int vm) {
        return brokenAtStart.stream()
                .filter(text -> checks.get(text).stream()
                        .anyMatch(rule -> rule.culprits(board.home).get(vm)))
                .findFirst()
                .map(ConstraintText::brief);
    }

    private void stay(int vm, Constraint because) {
        if (board.stays[vm] == null) {
            board.stays[vm] = ConstraintText.brief(because) + " keeps it";
        }
    }

    private static void forbid(BitSet[] sets, int vm, BitSet hosts) {
        if (sets[vm] == null) {
            sets[vm] = new BitSet();
        }
        sets[vm].or(hosts);
    }

    private static boolean in(BitSet set, int host) {
        return set != null && set.get(host);
    }

    private static BitSet bit(int index) {
        BitSet bits = new BitSet();
        bits.set(index);
        return bits;
    }

    private BitSet outside(BitSet hosts) {
        BitSet others = (BitSet) hosts.clone();
        others.flip(0, board.hosts);
        return others;
    }

    private static BitSet indexes(Collection<String> ids, Map<String, Integer> index) {
        BitSet found = new BitSet();
        for (String id : ids) {
            Integer at = index.get(id);
            if (at != null) {
                found.set(at);
            }
        }
        return found;
    }

    /** Hosts that VMs of a set are on their way to. */
    private int[] inFlightOn(Collection<String> vmIds) {
        return IntStream.range(0, board.hosts)
                .filter(host ->
                        board.problem.hosts().get(host).inboundVmIds().stream().anyMatch(vmIds::contains))
                .toArray();
    }

    private static List<List<String>> singles(List<String> vmIds) {
        return vmIds.stream().distinct().map(List::of).toList();
    }

    private List<String> allVms() {
        return board.problem.vms().stream().map(PlacementProblem.Vm::vmId).toList();
    }

    private List<String> others(List<String> vmIds) {
        List<String> all = new ArrayList<>(allVms());
        board.problem.hosts().forEach(host -> all.addAll(host.inboundVmIds()));
        all.removeAll(vmIds);
        return all;
    }
}
