package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schemas.events.MigrationMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The hosts that one host partition holds, the VMs on them, and what an answer has to respect. Demand may exceed capacity:
 * that is what a plan is asked for; so may placements break constraints.
 *
 * @param subjectHostId the host whose detection asks; explanations start from it. One to be emptied is asked for by a
 *     constraint that bans its VMs from it
 * @param hosts sorted by id here, whatever the given order; at least one
 * @param vms sorted by id here; those that use CPU or memory of the hosts, each on one of them
 * @param bans places that a VM must not move to, as after a failed migration; it may stay where it already is
 * @param constraints sorted here, doubles dropped; what they name besides the problem's VMs and hosts lies outside it
 */
public record PlacementProblem(
        String subjectHostId,
        List<Host> hosts,
        List<Vm> vms,
        List<Ban> bans,
        List<Constraint> constraints,
        Limits limits) {
    /** 4 PiB: keeps products with milliseconds within a long. */
    private static final long AMOUNT_MAX = 1L << 52;

    private static final int DURATION_PERMILLE_MAX = 100_000;

    /**
     * One host and what it can give.
     *
     * @param name how explanations call it
     * @param cpuMillicores capacity; above 0
     * @param memoryBytes capacity; above 0
     * @param networkBytesPerSecond capacity; 0: not given, so it limits nothing
     * @param diskBytesPerSecond capacity; 0: not given, so it limits nothing
     * @param migrationBytesPerSecond bandwidth of its migration link; above 0
     * @param inboundCpuMillicores already promised to VMs that are not among the problem's, such as moves in flight
     * @param inboundMemoryBytes memory promised in the same way
     * @param inboundNetworkBytesPerSecond network promised in the same way
     * @param inboundDiskBytesPerSecond disk promised in the same way
     * @param inboundVmIds the VMs to which that was promised; sorted here. One of them may be among the problem's VMs, where
     *     it counts on its source
     */
    public record Host(
            String hostId,
            String name,
            long cpuMillicores,
            long memoryBytes,
            long networkBytesPerSecond,
            long diskBytesPerSecond,
            long migrationBytesPerSecond,
            long inboundCpuMillicores,
            long inboundMemoryBytes,
            long inboundNetworkBytesPerSecond,
            long inboundDiskBytesPerSecond,
            List<String> inboundVmIds) {
        /** A host of which only CPU and memory are limited. */
        public Host(
                String hostId,
                String name,
                long cpuMillicores,
                long memoryBytes,
                long migrationBytesPerSecond,
                long inboundCpuMillicores,
                long inboundMemoryBytes) {
            this(
                    hostId,
                    name,
                    cpuMillicores,
                    memoryBytes,
                    0,
                    0,
                    migrationBytesPerSecond,
                    inboundCpuMillicores,
                    inboundMemoryBytes,
                    0,
                    0,
                    List.of());
        }

        public Host {
            check(cpuMillicores, 1, "host " + hostId, "cpuMillicores");
            check(memoryBytes, 1, "host " + hostId, "memoryBytes");
            check(networkBytesPerSecond, 0, "host " + hostId, "networkBytesPerSecond");
            check(diskBytesPerSecond, 0, "host " + hostId, "diskBytesPerSecond");
            check(migrationBytesPerSecond, 1, "host " + hostId, "migrationBytesPerSecond");
            check(inboundCpuMillicores, 0, "host " + hostId, "inboundCpuMillicores");
            check(inboundMemoryBytes, 0, "host " + hostId, "inboundMemoryBytes");
            check(inboundNetworkBytesPerSecond, 0, "host " + hostId, "inboundNetworkBytesPerSecond");
            check(inboundDiskBytesPerSecond, 0, "host " + hostId, "inboundDiskBytesPerSecond");
            inboundVmIds = inboundVmIds.stream().sorted().toList();
        }
    }

    /**
     * One VM where it runs.
     *
     * @param cpuMillicores demand, which may be more than it gets
     * @param memoryBytes memory that it holds
     * @param networkBytesPerSecond what it sends and receives; 0 where unknown
     * @param diskBytesPerSecond what it reads and writes; 0 where unknown
     * @param dirtyBytesPerSecond rate at which it writes memory; −1: unknown
     * @param durationPermille how long its migrations take, learnt from outcomes, as a share of what {@link MigrationTime}
     *     says; 1000: as long; 1 to 100000
     * @param modes how it may be migrated besides by pre-copy, where that is of use; sorted here
     * @param maySuspend whether it may be paused for a while, where the limits say that VMs may
     * @param staysBecause why it must not move, in a few words; empty: it may
     */
    public record Vm(
            String vmId,
            String hostId,
            long cpuMillicores,
            long memoryBytes,
            long networkBytesPerSecond,
            long diskBytesPerSecond,
            long dirtyBytesPerSecond,
            int durationPermille,
            List<MigrationMode> modes,
            boolean maySuspend,
            Optional<String> staysBecause) {
        /**
         * A VM that may be migrated by post-copy, and of which neither network nor disk use is known, nor how long its
         * migrations took.
         */
        public Vm(
                String vmId,
                String hostId,
                long cpuMillicores,
                long memoryBytes,
                long dirtyBytesPerSecond,
                Optional<String> staysBecause) {
            this(
                    vmId,
                    hostId,
                    cpuMillicores,
                    memoryBytes,
                    0,
                    0,
                    dirtyBytesPerSecond,
                    1000,
                    List.of(MigrationMode.POST_COPY),
                    true,
                    staysBecause);
        }

        public Vm {
            check(cpuMillicores, 0, "VM " + vmId, "cpuMillicores");
            check(memoryBytes, 0, "VM " + vmId, "memoryBytes");
            check(networkBytesPerSecond, 0, "VM " + vmId, "networkBytesPerSecond");
            check(diskBytesPerSecond, 0, "VM " + vmId, "diskBytesPerSecond");
            check(dirtyBytesPerSecond, -1, "VM " + vmId, "dirtyBytesPerSecond");
            if (durationPermille < 1 || durationPermille > DURATION_PERMILLE_MAX) {
                throw new IllegalArgumentException("durationPermille of VM " + vmId + " is " + durationPermille
                        + "; give 1 to " + DURATION_PERMILLE_MAX);
            }
            modes = modes.stream().distinct().sorted().toList();
        }

        public boolean movable() {
            return staysBecause.isEmpty();
        }
    }

    /** A place that a VM must not move to. */
    public record Ban(String vmId, String hostId) {}

    /** When a VM may be moved by post-copy, which a lost link or target kills. */
    public enum PostCopy {
        NEVER,
        /** Where the move relieves an overloaded host: what its CPUs lack ends as soon as the VM runs on the target. */
        URGENT
    }

    /** When a guest may be held back that writes memory too fast for its copy to end. */
    public enum AutoConverge {
        NEVER,
        /** Where it writes nearly as fast as its share of the links, or faster. */
        NEEDED
    }

    /**
     * Bounds of the search and of what counts as worth a move.
     *
     * @param nodes search nodes at most, all engines together; 1 or more
     * @param marginPermille an excess of CPU demand up to this share of a host's capacity is not worth a move; 0: each is
     * @param fillPermille CPU demand that a host may have after it took a VM in, as a share of its capacity; 1 to 1000
     * @param maySuspend whether VMs may arrive paused and be resumed once there is CPU for them, where no detour helps
     */
    public record Limits(long nodes, int marginPermille, int fillPermille, PostCopy postCopy, boolean maySuspend) {
        public static final Limits DEFAULTS = new Limits(5_000, 0, 1000);

        /** Pre-copy alone, and no VM is suspended. */
        public Limits(long nodes, int marginPermille, int fillPermille) {
            this(nodes, marginPermille, fillPermille, PostCopy.NEVER, false);
        }

        public Limits {
            if (nodes < 1 || marginPermille < 0 || marginPermille > 1000 || fillPermille < 1 || fillPermille > 1000) {
                throw new IllegalArgumentException("limits of a placement problem are " + nodes + " nodes, margin "
                        + marginPermille + " permille, fill " + fillPermille
                        + " permille; give 1 node or more, a margin of 0 to 1000, a fill of 1 to 1000");
            }
        }
    }

    public PlacementProblem {
        hosts = sorted(hosts, Comparator.comparing(Host::hostId));
        vms = sorted(vms, Comparator.comparing(Vm::vmId));
        bans = sorted(bans, Comparator.comparing(Ban::vmId).thenComparing(Ban::hostId));
        constraints = constraints.stream()
                .distinct()
                .sorted(Comparator.comparing(ConstraintText::of))
                .toList();
        Set<String> hostIds = distinct(hosts, Host::hostId, "host");
        distinct(vms, Vm::vmId, "VM");
        if (!hostIds.contains(subjectHostId)) {
            throw new IllegalArgumentException(
                    "subject host " + subjectHostId + " is not among the problem's hosts; add it to them");
        }
        for (Vm vm : vms) {
            if (!hostIds.contains(vm.hostId())) {
                throw new IllegalArgumentException("VM " + vm.vmId() + " runs on host " + vm.hostId()
                        + ", which is not among the problem's hosts; add the host or leave the VM out");
            }
        }
    }

    /** Hex SHA-256 of everything that the answer depends on; equal for equal problems, whatever order they were given in. */
    public String digest() {
        // Field by field, as the text form of a record may change with the JDK.
        StringBuilder text = new StringBuilder();
        put(text, "limits", limits.nodes(), limits.marginPermille(), limits.fillPermille(), subjectHostId);
        for (Host host : hosts) {
            put(text, "host", host.hostId(), host.name(), host.cpuMillicores(), host.memoryBytes());
            put(text, host.migrationBytesPerSecond(), host.inboundCpuMillicores(), host.inboundMemoryBytes());
        }
        for (Vm vm : vms) {
            put(text, "vm", vm.vmId(), vm.hostId(), vm.cpuMillicores(), vm.memoryBytes());
            put(text, vm.dirtyBytesPerSecond(), vm.movable(), vm.staysBecause().orElse(""));
        }
        bans.forEach(ban -> put(text, "ban", ban.vmId(), ban.hostId()));
        putWhatIsSeldomGiven(text);
        try {
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Nothing where nothing is given, so that problems without it keep the digests that logs name. */
    private void putWhatIsSeldomGiven(StringBuilder text) {
        for (Host host : hosts) {
            if (host.networkBytesPerSecond() != 0 || host.diskBytesPerSecond() != 0) {
                put(text, "rates", host.hostId(), host.networkBytesPerSecond(), host.diskBytesPerSecond());
                put(text, host.inboundNetworkBytesPerSecond(), host.inboundDiskBytesPerSecond());
            }
        }
        for (Host host : hosts) {
            host.inboundVmIds().forEach(vmId -> put(text, "inbound", host.hostId(), vmId));
        }
        for (Vm vm : vms) {
            if (vm.networkBytesPerSecond() != 0 || vm.diskBytesPerSecond() != 0) {
                put(text, "use", vm.vmId(), vm.networkBytesPerSecond(), vm.diskBytesPerSecond());
            }
            if (vm.durationPermille() != 1000) {
                put(text, "duration", vm.vmId(), vm.durationPermille());
            }
            if (!vm.modes().contains(MigrationMode.POST_COPY)) {
                put(text, "mode", vm.vmId(), MigrationMode.PRE_COPY.name());
            }
            if (limits.maySuspend() && !vm.maySuspend()) {
                put(text, "awake", vm.vmId());
            }
            if (vm.modes().contains(MigrationMode.AUTO_CONVERGE)) {
                put(text, "mode", vm.vmId(), MigrationMode.AUTO_CONVERGE.name());
            }
        }
        if (limits.postCopy() != PostCopy.NEVER || limits.maySuspend()) {
            put(text, "means", limits.postCopy().name(), limits.maySuspend());
        }
        constraints.forEach(constraint -> put(text, "constraint", ConstraintText.of(constraint)));
    }

    /** Each value with its length before it, so that no two lists of values read alike. */
    private static void put(StringBuilder text, Object... values) {
        for (Object value : values) {
            String form = String.valueOf(value);
            text.append(form.length()).append(':').append(form);
        }
    }

    private static <T> List<T> sorted(List<T> given, Comparator<T> order) {
        return given.stream().sorted(order).toList();
    }

    private static <T> Set<String> distinct(List<T> things, Function<T, String> id, String kind) {
        Set<String> ids = HashSet.newHashSet(things.size());
        for (T thing : things) {
            if (!ids.add(id.apply(thing))) {
                throw new IllegalArgumentException(
                        kind + " " + id.apply(thing) + " stands twice in a placement problem; give it once");
            }
        }
        return ids;
    }

    private static void check(long value, long least, String subject, String field) {
        if (value < least || value > AMOUNT_MAX) {
            throw new IllegalArgumentException(
                    field + " of " + subject + " is " + value + "; give " + least + " to " + AMOUNT_MAX);
        }
    }
}
