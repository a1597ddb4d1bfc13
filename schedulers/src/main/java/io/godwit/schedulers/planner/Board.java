package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import io.godwit.schedulers.planner.PlacementProblem.PostCopy;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import io.godwit.schemas.events.MigrationMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A placement problem as numbers: hosts and VMs by their index in the order of their ids, resources by CPU,
 * MEMORY, NETWORK and DISK. Immutable after construction; an array of hosts by VM is a placement.
 */
final class Board {
    static final int CPU = 0;
    static final int MEMORY = 1;
    static final int NETWORK = 2;
    static final int DISK = 3;
    private static final int RESOURCES = 4;

    /** More than any sum of amounts. */
    private static final long UNLIMITED = 1L << 60;

    /** A factor of 1000, which keeps products within a long. */
    private static final long SHARE_MAX = 1_000_000;

    final PlacementProblem problem;
    final int hosts;
    final int vms;
    /** Where each VM is before any move. */
    final int[] home;
    /** What each VM takes, by resource; what is preserved for it, if that is more. */
    final long[][] use;
    /** Capacity of each host, by resource, overbooking counted in. */
    final long[][] capacity;
    /** What each host is asked for before any move, by resource, with what was promised to VMs in flight. */
    final long[][] atStart;
    /** What a host may be asked for in the end, by resource, if no VM came to it. */
    final long[][] endLimit;
    /** What a host may be asked for in the end, by resource, if a VM came to it. */
    final long[][] fillLimit;
    /** What a host may be asked for while VMs arrive, by resource. */
    final long[][] wayLimit;
    /** Resources that a host limits: CPU, memory, and others where given. */
    final int[] limited;
    /** Hosts whose excess is worth a move: a reason for a plan. */
    final boolean[] overloaded;
    /** Why a VM must stay; null: it may move. */
    final String[] stays;

    final Rules rules;

    /** How many VMs may arrive paused. */
    final int suspensionsMax;

    private final int[][] movableOn;
    private final boolean spared;
    private final Vm[] given;
    private final long[] bandwidth;
    private final boolean anyRealOverload;
    /** Hosts, by resource, that are asked for too much with all that constraints count in. */
    private final BitSet[] tooMuch = new BitSet[RESOURCES];

    /** No VM is paused. */
    Board(PlacementProblem problem, boolean spared) {
        this(problem, spared, 0);
    }

    /**
     * @param spared whether constraints that are broken now may stay so, as long as they do not get worse
     * @param suspensionsMax how many VMs may arrive paused
     */
    Board(PlacementProblem problem, boolean spared, int suspensionsMax) {
        this.problem = problem;
        this.suspensionsMax = suspensionsMax;
        this.spared = spared;
        hosts = problem.hosts().size();
        vms = problem.vms().size();
        home = new int[vms];
        given = problem.vms().toArray(new Vm[0]);
        stays = new String[vms];
        overloaded = new boolean[hosts];
        bandwidth = new long[hosts];
        use = new long[RESOURCES][vms];
        capacity = new long[RESOURCES][hosts];
        atStart = new long[RESOURCES][hosts];
        endLimit = new long[RESOURCES][hosts];
        fillLimit = new long[RESOURCES][hosts];
        wayLimit = new long[RESOURCES][hosts];

        Map<String, Integer> hostIndex = HashMap.newHashMap(hosts);
        readHosts(hostIndex);
        Map<String, Integer> vmIndex = HashMap.newHashMap(vms);
        long[][] realAtStart = readVms(hostIndex, vmIndex);
        limited = IntStream.range(0, RESOURCES)
                .filter(resource ->
                        resource <= MEMORY || Arrays.stream(capacity[resource]).anyMatch(amount -> amount < UNLIMITED))
                .toArray();
        anyRealOverload = setLimits(realAtStart, hostIndex);
        rules = new Rules(this, hostIndex, vmIndex);
        movableOn = groupMovable();
    }

    private void readHosts(Map<String, Integer> hostIndex) {
        for (int host = 0; host < hosts; host++) {
            Host it = problem.hosts().get(host);
            hostIndex.put(it.hostId(), host);
            capacity[CPU][host] = it.cpuMillicores();
            capacity[MEMORY][host] = it.memoryBytes();
            capacity[NETWORK][host] = it.networkBytesPerSecond() == 0 ? UNLIMITED : it.networkBytesPerSecond();
            capacity[DISK][host] = it.diskBytesPerSecond() == 0 ? UNLIMITED : it.diskBytesPerSecond();
            atStart[CPU][host] = it.inboundCpuMillicores();
            atStart[MEMORY][host] = it.inboundMemoryBytes();
            atStart[NETWORK][host] = it.inboundNetworkBytesPerSecond();
            atStart[DISK][host] = it.inboundDiskBytesPerSecond();
            bandwidth[host] = it.migrationBytesPerSecond();
        }
    }

    /** What hosts are asked for by what VMs really take, nothing preserved. */
    private long[][] readVms(Map<String, Integer> hostIndex, Map<String, Integer> vmIndex) {
        long[][] realAtStart = new long[RESOURCES][];
        for (int resource = 0; resource < RESOURCES; resource++) {
            realAtStart[resource] = atStart[resource].clone();
        }
        for (int vm = 0; vm < vms; vm++) {
            Vm it = given[vm];
            vmIndex.put(it.vmId(), vm);
            home[vm] = hostIndex.get(it.hostId());
            use[CPU][vm] = it.cpuMillicores();
            use[MEMORY][vm] = it.memoryBytes();
            use[NETWORK][vm] = it.networkBytesPerSecond();
            use[DISK][vm] = it.diskBytesPerSecond();
            stays[vm] = it.staysBecause().orElse(null);
            for (int resource = 0; resource < RESOURCES; resource++) {
                realAtStart[resource][home[vm]] += use[resource][vm];
            }
        }
        for (Constraint constraint : problem.constraints()) {
            if (constraint instanceof Constraint.Preserve preserve) {
                long[] amounts = use[index(preserve.resource())];
                for (String vmId : preserve.vms()) {
                    Integer vm = vmIndex.get(vmId);
                    if (vm != null) {
                        amounts[vm] = Math.max(amounts[vm], preserve.amount());
                    }
                }
            }
        }
        for (int vm = 0; vm < vms; vm++) {
            for (int resource = 0; resource < RESOURCES; resource++) {
                atStart[resource][home[vm]] += use[resource][vm];
            }
        }
        return realAtStart;
    }

    private boolean setLimits(long[][] realAtStart, Map<String, Integer> hostIndex) {
        Limits limits = problem.limits();
        boolean any = false;
        for (int resource : limited) {
            int marginPermille = resource == CPU ? limits.marginPermille() : 0;
            int fillPermille = resource == CPU ? limits.fillPermille() : 1000;
            boolean borne = spared && resource > MEMORY;
            tooMuch[resource] = new BitSet();
            long[] physical = capacity[resource].clone();
            overbook(resource, hostIndex);
            for (int host = 0; host < hosts; host++) {
                long can = capacity[resource][host];
                long asked = atStart[resource][host];
                boolean within = asked <= can + permille(can, marginPermille);
                long real = Math.max(can, physical[host]);
                boolean really = realAtStart[resource][host] > real + permille(real, marginPermille);
                any |= really && resource <= MEMORY;
                tooMuch[resource].set(host, !within);
                overloaded[host] |= spared ? really && !borne : !within;
                endLimit[resource][host] = within ? Math.max(can, asked) : can;
                if (spared && !within) { // what only a constraint calls too much may stay so
                    endLimit[resource][host] = really && !borne ? real : Math.max(can, asked);
                }
                fillLimit[resource][host] = permille(can, fillPermille);
            }
        }
        return any;
    }

    /** The smallest factor holds; one that is only meant for the end state does not lower what a host may give on the way. */
    private void overbook(int resource, Map<String, Integer> hostIndex) {
        long[] physical = capacity[resource].clone();
        int[] always = new int[hosts];
        int[] inTheEnd = new int[hosts];
        for (Constraint constraint : problem.constraints()) {
            if (constraint instanceof Constraint.Overbook it && index(it.resource()) == resource) {
                for (String hostId : it.hosts()) {
                    Integer host = hostIndex.get(hostId);
                    if (host != null && physical[host] < UNLIMITED) {
                        inTheEnd[host] = smaller(inTheEnd[host], it.factorPermille());
                        if (it.when() == When.CONTINUOUS) {
                            always[host] = smaller(always[host], it.factorPermille());
                        }
                    }
                }
            }
        }
        for (int host = 0; host < hosts; host++) {
            capacity[resource][host] = inTheEnd[host] == 0 ? physical[host] : permille(physical[host], inTheEnd[host]);
            long onTheWay = always[host] == 0 ? physical[host] : permille(physical[host], always[host]);
            wayLimit[resource][host] = Math.max(capacity[resource][host], onTheWay);
        }
    }

    private static int smaller(int known, int factor) {
        return known == 0 ? factor : Math.min(known, factor);
    }

    static int index(Constraint.Resource resource) {
        return switch (resource) {
            case CPU -> CPU;
            case MEMORY -> MEMORY;
            case NETWORK -> NETWORK;
            case DISK -> DISK;
        };
    }

    boolean movable(int vm) {
        return stays[vm] == null;
    }

    /** Whether the VM may be on the host in the end. */
    boolean mayEndOn(int vm, int host) {
        return host == home[vm] ? !rules.mustLeave(vm) : mayMoveTo(vm, host) && rules.mayEndOn(vm, host);
    }

    /** Whether a migration may bring the VM to the host, be it by the way. */
    boolean mayMoveTo(int vm, int host) {
        return stays[vm] == null && rules.mayPass(vm, host);
    }

    /** Whether the VM has room on a host that is asked for so much. */
    boolean fits(int vm, int host, long[][] load, long[][] limit) {
        for (int resource : limited) {
            if (load[resource][host] + use[resource][vm] > limit[resource][host]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the VM has room on a host where it is paused on arrival: for all but its CPU. */
    boolean fitsPaused(int vm, int host, long[][] load) {
        for (int resource : limited) {
            if (resource != CPU && load[resource][host] + use[resource][vm] > wayLimit[resource][host]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the VM may arrive paused. Those that constraints put into an order may not. */
    boolean mayPause(int vm) {
        return suspensionsMax > 0
                && given[vm].maySuspend()
                && !rules.orders().named().get(vm);
    }

    /** Whether any VM has room on another host as things are; every plan begins with such a move. */
    boolean anyFirstMove() {
        for (int vm = 0; vm < vms; vm++) {
            for (int host = 0; movable(vm) && host < hosts; host++) {
                boolean room = fits(vm, host, atStart, wayLimit) || (mayPause(vm) && fitsPaused(vm, host, atStart));
                if (host != home[vm] && mayMoveTo(vm, host) && room) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Moves what a VM takes from one host to another. */
    void shift(long[][] load, int vm, int source, int target) {
        for (int resource : limited) {
            load[resource][source] -= use[resource][vm];
            load[resource][target] += use[resource][vm];
        }
    }

    long[][] loadAtStart() {
        long[][] load = new long[RESOURCES][];
        for (int resource : limited) {
            load[resource] = atStart[resource].clone();
        }
        return load;
    }

    /** What one migration costs that has its links for itself: milliseconds until the source is rid of the VM's demand. */
    long millis(int vm, int source, int target) {
        long share = Math.min(bandwidth[source], bandwidth[target]);
        return MigrationTime.cost(given[vm], share, mode(vm, source, share));
    }

    /** Bytes per second that a migration has, with so many moves on the link of each end. */
    long share(int source, int target, int onSource, int onTarget) {
        return Math.max(1, Math.min(bandwidth[source] / onSource, bandwidth[target] / onTarget));
    }

    /** Bytes per second by which the rest of a migration shrinks that has such a share of the links. */
    long progress(Step step, long share) {
        int vm = step.vm();
        long plain = MigrationTime.progress(given[vm], share, mode(step, share));
        int factor = given[vm].durationPermille();
        return factor == 1000 ? plain : Math.max(1, plain / factor * 1000 + plain % factor * 1000 / factor);
    }

    long memoryBytes(int vm) {
        return given[vm].memoryBytes();
    }

    /**
     * How a migration of the VM from this host moves memory.
     *
     * @param share the least bandwidth that it has, in bytes per second
     */
    private MigrationMode mode(int vm, int source, long share) {
        boolean urgent = problem.limits().postCopy() == PostCopy.URGENT && overloaded[source] && source == home[vm];
        if (urgent && given[vm].modes().contains(MigrationMode.POST_COPY)) {
            return MigrationMode.POST_COPY;
        }
        return modeOfCopy(vm, share);
    }

    /** As above; a VM that is paused on arrival cannot go by post-copy, which runs it there at once. */
    MigrationMode mode(Step step, long share) {
        return switch (step.action()) {
            case MOVE -> mode(step.vm(), step.source(), share);
            case MOVE_PAUSED, RESUME -> modeOfCopy(step.vm(), share);
        };
    }

    private MigrationMode modeOfCopy(int vm, long share) {
        boolean heldBack =
                given[vm].modes().contains(MigrationMode.AUTO_CONVERGE) && MigrationTime.nearlyStalls(given[vm], share);
        return heldBack ? MigrationMode.AUTO_CONVERGE : MigrationMode.PRE_COPY;
    }

    /** Estimated milliseconds of the fastest migration to another host where it may end; Long.MAX_VALUE if there is none. */
    long fastestMillis(int vm) {
        long fastest = Long.MAX_VALUE;
        for (int host = 0; host < hosts; host++) {
            if (host != home[vm] && mayEndOn(vm, host)) {
                fastest = Math.min(fastest, millis(vm, home[vm], host));
            }
        }
        return fastest;
    }

    /** Whether something is wrong now that a plan could mend. */
    boolean needsMoves() {
        return anyOverloaded() || !rules.hold(home);
    }

    boolean anyOverloaded() {
        for (boolean each : overloaded) {
            if (each) {
                return true;
            }
        }
        return false;
    }

    /** Whether a host is asked for more CPU or memory than it has, whatever constraints say. */
    boolean anyRealOverload() {
        return anyRealOverload;
    }

    /** Whether a host's network or disk is asked for more than it carries before any move. */
    boolean anyRateTooMuch() {
        return IntStream.of(limited).anyMatch(resource -> resource > MEMORY && !tooMuch[resource].isEmpty());
    }

    /** What is broken before any move and in this placement, in words: constraints, networks and disks. */
    List<String> stillBroken(int[] place) {
        return Stream.concat(
                        rules.stillBroken(place).stream().map(ConstraintText::brief), ratesStillTooMuch(place).stream())
                .toList();
    }

    /** Networks and disks that are asked for more than they carry before any move and in this placement, in words. */
    private List<String> ratesStillTooMuch(int[] place) {
        long[][] load = loadAtStart();
        for (int vm = 0; vm < vms; vm++) {
            shift(load, vm, home[vm], place[vm]);
        }
        List<String> found = new ArrayList<>();
        for (int host = 0; host < hosts; host++) {
            for (int resource : limited) {
                if (resource > MEMORY && isTooMuch(resource, host) && load[resource][host] > capacity[resource][host]) {
                    found.add("the %s of %s is asked for %d of %d bytes/s"
                            .formatted(
                                    resource == NETWORK ? "network" : "disk",
                                    hostName(host),
                                    load[resource][host],
                                    capacity[resource][host]));
                }
            }
        }
        return found;
    }

    /** Whether a host is asked for too much of a resource before any move, preserved amounts and overbooking counted in. */
    boolean isTooMuch(int resource, int host) {
        return tooMuch[resource] != null && tooMuch[resource].get(host);
    }

    boolean isSpared() {
        return spared;
    }

    /** Movable VMs of a host before any move, ascending; not to be changed. */
    int[] movableOn(int host) {
        return movableOn[host];
    }

    private int[][] groupMovable() {
        int[] count = new int[hosts];
        for (int vm = 0; vm < vms; vm++) {
            count[home[vm]] += movable(vm) ? 1 : 0;
        }
        int[][] groups = new int[hosts][];
        for (int host = 0; host < hosts; host++) {
            groups[host] = new int[count[host]];
        }
        for (int vm = vms - 1; vm >= 0; vm--) {
            if (movable(vm)) {
                groups[home[vm]][--count[home[vm]]] = vm;
            }
        }
        return groups;
    }

    String hostName(int host) {
        return problem.hosts().get(host).name();
    }

    String vmId(int vm) {
        return given[vm].vmId();
    }

    /** One step of one VM, by index. */
    record Step(int vm, int source, int target, Action action) {
        Step(int vm, int source, int target) {
            this(vm, source, target, Action.MOVE);
        }
    }

    long millis(List<Step> steps) {
        long sum = 0;
        for (Step step : steps) {
            sum += millis(step.vm(), step.source(), step.target());
        }
        return sum;
    }

    private static long permille(long amount, int share) {
        long bounded = Math.min(share, SHARE_MAX);
        return amount >= UNLIMITED ? amount : amount / 1000 * bounded + amount % 1000 * bounded / 1000;
    }
}
