package io.godwit.schedulers.partition;

import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmFact;
import io.godwit.schemas.events.VmHold;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What hosts hold and how much room they have, by their newest samples; and which host is the best to ask. */
final class Room {
    /** Migration bandwidth of a host that was not described yet: one gigabit per second. */
    private static final long BYTES_PER_SECOND_UNKNOWN = 125_000_000;

    /**
     * Differences of less than this are noise of two hosts' coordinates, so headroom decides among them. Where sites are 100 to
     * 250 ms apart, hosts of one rack seem up to 4 ms apart.
     */
    private static final long NEAR_MICROS = 4_000;

    private final Turn turn;
    private final Budgets budgets;
    private final Trails trails;

    Room(Turn turn) {
        this.turn = turn;
        this.budgets = new Budgets(turn);
        this.trails = new Trails(turn);
    }

    /** Room that a VM needs. */
    record Need(long millicores, long bytes) {}

    /**
     * What a host of the own segment has free, by its newest sample: all that choosing one takes.
     *
     * @param empty whether it holds no VM
     */
    record Spare(String hostId, long millicores, long bytes, boolean empty) {
        boolean has(Need need) {
            return millicores >= need.millicores() && bytes >= need.bytes();
        }
    }

    private record Ranked(long distance, Spare spare) {}

    /** A host of the own segment as its newest sample tells; the sample must be there. */
    HostFacts facts(String hostId) {
        return facts(hostId, false);
    }

    /** @param asked whether a person asked for what is to be done, so that neither holds nor budgets keep VMs there */
    HostFacts facts(String hostId, boolean asked) {
        SchedulerState.Sample sample = turn.state.sample(hostId);
        HostSampled sampled = sample.sampled();
        KnownHost host = turn.state.hosts.get(hostId);
        String spent = spent(host);
        List<VmFact> vms = new ArrayList<>();
        for (VmSample vm : sampled.getVms()) {
            switch (vm.getState()) {
                case RUNNING, BLOCKED -> vms.add(fact(vm, true, asked ? Optional.empty() : staying(vm, spent)));
                case PAUSED, SUSPENDED, MIGRATING_IN, UNKNOWN -> vms.add(fact(vm, false, staying(vm, spent)));
                case SHUT_OFF, CRASHED -> {} // uses nothing
            }
        }
        vms.sort(Comparator.comparing(VmFact::getVmId));
        Throughput.OfHost throughput =
                turn.state.settings().throughput().of(hostId, host == null ? "" : host.getLabel());
        long bandwidth = host == null ? 0 : host.getMigrationBytesPerSecond();
        return new HostFacts(
                hostId,
                host == null ? "" : host.getLabel(),
                turn.segment,
                sampled.getCpuCapacityMillicores(),
                sampled.getMemoryCapacityBytes(),
                bandwidth > 0 ? bandwidth : BYTES_PER_SECOND_UNKNOWN,
                vms,
                new Position(Topic.OBSERVATIONS.stage(), turn.segment, sample.offset(), "", ""),
                host == null ? TransferFactor.PLAIN : TransferFactor.of(host, turn.now()),
                throughput.network().bytesPerSecond(),
                throughput.disk().bytesPerSecond());
    }

    private static VmFact fact(VmSample vm, boolean running, Optional<Staying> staying) {
        return new VmFact(
                vm.getVmId(),
                vm.getCpuDemandMillicores(),
                vm.getMemoryBytes(),
                vm.getDirtyBytesPerSecond(),
                running,
                staying.map(Staying::says).orElse(""),
                Math.max(0, vm.getNetBytesPerSecond()),
                Math.max(0, vm.getBlockBytesPerSecond()));
    }

    /** Why VMs may not leave a host of the own segment, by VM, without those that are off; its sample must be there. */
    SortedMap<String, Staying> staying(String hostId) {
        String spent = spent(turn.state.hosts.get(hostId));
        SortedMap<String, Staying> staying = new TreeMap<>();
        for (VmSample vm : turn.state.sample(hostId).sampled().getVms()) {
            staying(vm, spent).ifPresent(why -> staying.put(vm.getVmId(), why));
        }
        return staying;
    }

    private String spent(KnownHost host) {
        return host == null ? "" : budgets.spent(host);
    }

    /** @param spent the budget that its host has used up; empty: none */
    private Optional<Staying> staying(VmSample vm, String spent) {
        return switch (vm.getState()) {
            case RUNNING, BLOCKED ->
                spent.isEmpty() ? heldOrTired(vm.getVmId()) : Optional.of(new Staying(Staying.Cause.BUDGET, spent));
            case PAUSED, SUSPENDED -> Optional.of(new Staying(Staying.Cause.STATE, "is paused"));
            case MIGRATING_IN -> Optional.of(new Staying(Staying.Cause.STATE, "is just arriving"));
            case UNKNOWN -> Optional.of(new Staying(Staying.Cause.STATE, "its state is unknown"));
            case SHUT_OFF, CRASHED -> Optional.empty();
        };
    }

    private Optional<Staying> heldOrTired(String vmId) {
        VmHold hold = turn.state.holds.get(vmId);
        if (hold != null && turn.now().isBefore(hold.getUntil())) {
            return Optional.of(new Staying(Staying.Cause.HOLD, hold.getWhy()));
        }
        String tired = trails.tired(vmId);
        return tired.isEmpty() ? Optional.empty() : Optional.of(new Staying(Staying.Cause.BUDGET, tired));
    }

    static long demandMillicores(HostFacts facts) {
        return facts.getVms().stream().mapToLong(VmFact::getCpuDemandMillicores).sum();
    }

    static long memoryBytes(HostFacts facts) {
        return facts.getVms().stream().mapToLong(VmFact::getMemoryBytes).sum();
    }

    long headroomMillicores(HostFacts facts) {
        return facts.getCpuCapacityMillicores() * turn.state.settings().fillPermille() / 1000 - demandMillicores(facts);
    }

    /** Whether the VMs of a host ask for more than it can give, beyond the margin. */
    boolean violated(HostFacts facts) {
        return demandMillicores(facts) > most(facts.getCpuCapacityMillicores())
                || memoryBytes(facts) > facts.getMemoryCapacityBytes();
    }

    /** The same of a host of the own segment, whose sample must be there. */
    boolean violated(String hostId) {
        SchedulerState.Sample sample = turn.state.sample(hostId);
        return sample.use().millicores() > most(sample.sampled().getCpuCapacityMillicores())
                || sample.use().bytes() > sample.sampled().getMemoryCapacityBytes();
    }

    private long most(long capacityMillicores) {
        return capacityMillicores + capacityMillicores * turn.state.settings().marginPermille() / 1000;
    }

    /** What a host has free; its sample must be there. */
    Spare spare(String hostId) {
        SchedulerState.Sample sample = turn.state.sample(hostId);
        HostUse use = sample.use();
        long fill = sample.sampled().getCpuCapacityMillicores()
                * turn.state.settings().fillPermille()
                / 1000;
        return new Spare(
                hostId,
                fill - use.millicores(),
                sample.sampled().getMemoryCapacityBytes() - use.bytes(),
                use.vms() == 0);
    }

    /** What a host must have free so that one move relieves the initiator; where no single move does, room for any VM. */
    Need needOf(HostFacts initiator, long capacityMillicores) {
        long excess = demandMillicores(initiator) - capacityMillicores;
        long excessBytes = memoryBytes(initiator) - initiator.getMemoryCapacityBytes();
        Comparator<VmFact> smallest = Comparator.comparingLong(VmFact::getCpuDemandMillicores)
                .thenComparingLong(VmFact::getMemoryBytes)
                .thenComparing(VmFact::getVmId);
        List<VmFact> movable = initiator.getVms().stream()
                .filter(vm -> vm.getStaysBecause().isEmpty())
                .sorted(smallest)
                .toList();
        return movable.stream()
                .filter(vm -> vm.getCpuDemandMillicores() >= excess && vm.getMemoryBytes() >= excessBytes)
                .findFirst()
                .or(() -> movable.stream().findFirst())
                .map(vm -> new Need(vm.getCpuDemandMillicores(), vm.getMemoryBytes()))
                .orElse(new Need(1, 1));
    }

    /** Room that a VM of a host needs elsewhere, by the newest sample. */
    Need needOfVm(String hostId, String vmId) {
        return facts(hostId).getVms().stream()
                .filter(vm -> vm.getVmId().equals(vmId))
                .findFirst()
                .map(vm -> new Need(vm.getCpuDemandMillicores(), vm.getMemoryBytes()))
                .orElse(new Need(1, 1));
    }

    /** Free hosts of the own segment, best first for this initiator: nearest, same rack, most headroom, id. */
    List<Spare> free(String initiatorId) {
        KnownHost initiator = turn.state.hosts.get(initiatorId);
        List<Ranked> ranked = new ArrayList<>();
        for (Spare spare : lendable(true)) {
            ranked.add(new Ranked(
                    initiator == null ? 0 : distance(initiator, turn.state.hosts.get(spare.hostId())), spare));
        }
        ranked.sort(Comparator.comparingLong(Ranked::distance)); // keeps the order of headroom among equals
        return ranked.stream().map(Ranked::spare).toList();
    }

    /** Hosts of the own segment that are fit to take VMs and are free (or are held), most headroom first. */
    List<Spare> lendable(boolean free) {
        List<Spare> lendable = new ArrayList<>();
        for (KnownHost host : turn.state.hosts.all()) {
            String hostId = host.getHostId();
            HostLease lease = turn.state.leases.get(hostId);
            boolean isFree = lease == null || lease.getHolder().isEmpty();
            if (isFree == free
                    && !host.getLabel().isEmpty()
                    && !host.getLeft()
                    && turn.usableSample(hostId, lease) != null
                    && !inTrouble(hostId)
                    && takesVms(host)
                    && budgets.spent(host).isEmpty()) {
                lendable.add(spare(hostId));
            }
        }
        lendable.sort(Comparator.comparingLong(Spare::millicores).reversed().thenComparing(Spare::hostId));
        return lendable;
    }

    /** Groups of managers: the hosts of the segment in the order of the inventory, so many to each; the last may be small. */
    List<List<String>> groups() {
        List<String> ids = turn.state.hosts.all().stream()
                .filter(Neighbours::belongs)
                .sorted(Comparator.comparingLong(KnownHost::getJoinedAt).thenComparing(KnownHost::getHostId))
                .map(KnownHost::getHostId)
                .toList();
        int size = turn.state.settings().managerHosts();
        List<List<String>> groups = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += size) {
            groups.add(ids.subList(from, Math.min(ids.size(), from + size)));
        }
        return groups;
    }

    /** Those of these hosts that are free and can be decided upon, overloaded ones included, in the order given. */
    List<HostFacts> freeOf(List<String> hostIds) {
        return hostIds.stream()
                .filter(hostId -> LeaseChange.Phase.of(turn.state.leases.get(hostId)) == LeaseChange.Phase.FREE
                        && Neighbours.belongs(turn.state.hosts.get(hostId))
                        && turn.usableSample(hostId) != null
                        && !Detections.crashed(turn.state, hostId)
                        && takesVms(turn.state.hosts.get(hostId)))
                .map(this::facts)
                .toList();
    }

    /** Open overloads of these hosts, by host. */
    List<OpenDetection> overloadsOf(List<HostFacts> hosts) {
        return hosts.stream()
                .flatMap(facts -> turn.state.detections.under(facts.getHostId()).stream())
                .filter(open -> open.getBegan().getKind() == DetectionKind.OVERLOAD && Modes.counts(open))
                .toList();
    }

    /** Neither one that is being drained, nor one that came back and may hold old copies of VMs. */
    private boolean takesVms(KnownHost host) {
        return turn.state.drains.get(host.getHostId()) == null
                && !Actions.drained(turn.state, host.getHostId())
                && host.getStaleVms().isEmpty();
    }

    /** A host with an open overload or crash needs help itself. */
    boolean inTrouble(String hostId) {
        return turn.state.detections.anyUnder(
                hostId,
                open -> (open.getBegan().getKind() == DetectionKind.OVERLOAD
                                || open.getBegan().getKind() == DetectionKind.HOST_CRASH)
                        && Modes.counts(open));
    }

    /** Estimated round trip in steps of what is noise; without coordinates, 0 within a rack and 1 outside. */
    private static long distance(KnownHost from, KnownHost to) {
        CoordinateAnnounced a = from.getCoordinate();
        CoordinateAnnounced b = to.getCoordinate();
        if (a == null || b == null) {
            return from.getRack().equals(to.getRack()) ? 0 : 1;
        }
        return micros(a, b.getXMicros(), b.getYMicros(), b.getHeightMicros()) / NEAR_MICROS;
    }

    /** Estimated round trip to a place. */
    static long micros(CoordinateAnnounced a, long toX, long toY, long toHeight) {
        long x = a.getXMicros() - toX;
        long y = a.getYMicros() - toY;
        // floor of the root of whole numbers: the same on every machine, as Math.sqrt is correctly rounded
        long plane = (long) Math.sqrt((double) (x * x + y * y));
        return plane + a.getHeightMicros() + toHeight;
    }
}
