package io.godwit.schedulers.partition;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.KnownVm;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PlanStep;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.VmRestarts;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Starting VMs again after crashes: those of a crashed host only once it is proven to be down, each no oftener than the
 * settings say; and taking what was started elsewhere away from a host that comes back.
 */
final class Restarts {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int DOUBLINGS_MAX = 10;

    private final Turn turn;

    Restarts(Turn turn) {
        this.turn = turn;
    }

    private Restarting settings() {
        return turn.state.settings().restarting();
    }

    /** Whether a crash of this kind is answered now. */
    boolean actedUpon(OpenDetection open) {
        DetectionBegan began = open.getBegan();
        return switch (began.getKind()) {
            case VM_CRASH ->
                settings().after() != RestartPolicy.NEVER && began.getVmId() != null && due(began.getVmId());
            case HOST_CRASH ->
                settings().after() == RestartPolicy.HOSTS
                        && !turn.now().isBefore(turn.state.disarmedUntil())
                        && !lost(began.getHostId()).isEmpty();
            case RETURN -> true;
            case OVERLOAD, UNDERLOAD, CUSTOM, HEADROOM, CONSTRAINT, REQUEST, DRAIN, UNKNOWN -> false;
        };
    }

    /** Whether a crashed host may be fenced now, and is not proven to be down yet. */
    boolean mayFence(String hostId) {
        return settings().after() == RestartPolicy.HOSTS
                && !turn.now().isBefore(turn.state.disarmedUntil())
                && turn.state.hosts.get(hostId).getDownProof().isEmpty();
    }

    private boolean due(String vmId) {
        if (settings().forbidden().contains(vmId)) {
            return false;
        }
        List<Instant> times = times(vmId);
        int doublings = Math.min(DOUBLINGS_MAX, times.size() - 1);
        return times.isEmpty()
                || !turn.now().isBefore(times.getLast().plusMillis(settings().backOffMillis() << doublings));
    }

    /** Why a VM is left to a person; empty: it is not. */
    Optional<String> flapping(String vmId) {
        int times = times(vmId).size();
        return times >= settings().perHour()
                ? Optional.of(
                        "it is flapping: it was started %d times within an hour; look at it, then: godwit vm start"
                                .formatted(times))
                : Optional.empty();
    }

    private List<Instant> times(String vmId) {
        VmRestarts restarts = turn.state.restarts.get(vmId);
        Instant hourAgo = turn.now().minus(HOUR);
        return restarts == null
                ? List.of()
                : restarts.getTimes().stream()
                        .filter(time -> time.isAfter(hourAgo))
                        .toList();
    }

    /** A start after a crash is being commanded. */
    void note(String vmId) {
        List<Instant> times = new ArrayList<>(times(vmId));
        times.add(turn.now());
        turn.state.restarts.put(vmId, new VmRestarts(vmId, times));
    }

    /** Forgets starts of more than an hour ago. */
    void expire() {
        for (VmRestarts restarts : turn.state.restarts.all()) {
            if (times(restarts.getVmId()).isEmpty()) {
                turn.state.restarts.remove(restarts.getVmId());
            }
        }
    }

    /**
     * VMs that ran on a host by its newest sample, have not left it since, were not started elsewhere, and may be started
     * again: those that are to come first, then the others by id.
     */
    List<String> lost(String hostId) {
        SchedulerState.Sample sample = turn.state.sample(hostId);
        KnownHost host = turn.state.hosts.get(hostId);
        if (sample == null || host == null) {
            return List.of();
        }
        List<String> first = settings().first();
        return sample.sampled().getVms().stream()
                .filter(vm -> vm.getState() == VmState.RUNNING || vm.getState() == VmState.BLOCKED)
                .map(VmSample::getVmId)
                .filter(vmId -> !host.getStaleVms().contains(vmId))
                .filter(vmId -> definedAt(vmId, hostId))
                .filter(vmId -> !settings().forbidden().contains(vmId))
                .filter(vmId -> flapping(vmId).isEmpty())
                .sorted(Comparator.comparingInt(
                                (String vmId) -> first.contains(vmId) ? first.indexOf(vmId) : first.size())
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /** Without a definition in this segment nobody could start it; another host's is newer than the sample. */
    private boolean definedAt(String vmId, String hostId) {
        KnownVm vm = turn.state.vms.get(vmId);
        return vm != null && vm.getHostId().equals(hostId);
    }

    /** The memory of a VM where it is off; 0: unknown. */
    long memoryBytes(String vmId) {
        KnownVm vm = turn.state.vms.get(vmId);
        return vm == null ? 0 : vm.getMemoryBytes();
    }

    /** A VM was moved away from a host of this segment, so it is not lost with it. */
    void moved(CommandSucceeded ended) {
        KnownVm vm = turn.state.vms.get(ended.getVmId());
        if (vm != null && vm.getHostId().equals(ended.getSourceHostId())) {
            turn.state.vms.put(
                    ended.getVmId(),
                    KnownVm.newBuilder(vm).setHostId(ended.getTargetHostId()).build());
        }
    }

    /**
     * The moves by which a planner would empty a crashed host, as starts elsewhere, after the fencing of the host where it is
     * not proven to be down yet.
     */
    List<PlannedMove> started(OpenPartition partition, List<PlannedMove> moves, String why) {
        String crashed = partition.getInitiator();
        List<PlannedMove> steps = new ArrayList<>();
        boolean proven = !turn.state.hosts.get(crashed).getDownProof().isEmpty();
        if (!proven) {
            steps.add(InPlace.step("", crashed, crashed, ActionKind.FENCE, List.of(), why));
        }
        Map<Integer, Integer> places = new HashMap<>(); // of a move among the steps; looked up only
        for (int index = 0; index < moves.size(); index++) {
            PlannedMove move = moves.get(index);
            TreeSet<Integer> after = new TreeSet<>();
            move.getAfter().forEach(before -> {
                if (places.containsKey(before)) {
                    after.add(places.get(before));
                }
            });
            if (!proven) {
                after.add(0);
            }
            places.put(index, steps.size());
            steps.add(
                    move.getSourceHostId().equals(crashed)
                            ? InPlace.step(
                                    move.getVmId(),
                                    crashed,
                                    move.getTargetHostId(),
                                    ActionKind.START,
                                    List.copyOf(after),
                                    "its host crashed")
                            : PlannedMove.newBuilder(move)
                                    .setAfter(List.copyOf(after))
                                    .build());
        }
        return steps;
    }

    /** A host is down for certain: an executor proved it, or a person vouches for it. */
    void proven(String hostId, String proof) {
        KnownHost host = turn.state.hosts.get(hostId);
        if (host != null) {
            turn.state.hosts.put(
                    hostId, KnownHost.newBuilder(host).setDownProof(proof).build());
        }
    }

    void fenced(HostFenced fenced) {
        proven(fenced.getHostId(), fenced.getProof());
    }

    /** A person's word counts only for a host that is called crashed now. */
    void confirmed(String hostId, String by, String reason) {
        for (OpenDetection open : turn.state.detections.under(hostId)) {
            if (open.getBegan().getKind() == DetectionKind.HOST_CRASH) {
                proven(hostId, "%s vouches for it: %s".formatted(by, reason));
                turn.state.detections.put(
                        Detections.key(open.getBegan()),
                        OpenDetection.newBuilder(open).setRetryAfter(turn.now()).build());
            }
        }
    }

    /** VMs that a host partition has started elsewhere: their old copies must not run when the host comes back. */
    void startedElsewhere(OpenPartition partition) {
        KnownHost host = turn.state.hosts.get(partition.getInitiator());
        if (host == null) {
            return;
        }
        TreeSet<String> stale = new TreeSet<>(host.getStaleVms());
        for (PlanStep step : partition.getSteps()) {
            PlannedMove move = step.getMove();
            boolean elsewhere = move.getAction() == ActionKind.START
                    && !move.getSourceHostId().equals(move.getTargetHostId());
            if (elsewhere && step.getOutcome().equals(Applying.SUCCEEDED)) {
                stale.add(move.getVmId());
            }
        }
        if (stale.size() > host.getStaleVms().size()) {
            turn.state.hosts.put(
                    host.getHostId(),
                    KnownHost.newBuilder(host).setStaleVms(List.copyOf(stale)).build());
        }
    }

    /** What was proven of a host that answers again is over; copies of VMs that run elsewhere now are taken from it. */
    Optional<OpenDetection> sampled(HostSampled sampled, long offset) {
        KnownHost host = turn.state.hosts.get(sampled.getHostId());
        if (host == null || (host.getDownProof().isEmpty() && host.getStaleVms().isEmpty())) {
            return Optional.empty();
        }
        if (Detections.crashed(turn.state, host.getHostId())) {
            return Optional.empty(); // one that was on its way; the rule says when the host is back
        }
        List<String> copies = copies(host);
        turn.state.hosts.put(
                host.getHostId(),
                KnownHost.newBuilder(host).setDownProof("").setStaleVms(copies).build());
        boolean noted = turn.state.detections.anyUnder(
                host.getHostId(), open -> open.getBegan().getKind() == DetectionKind.RETURN);
        if (copies.isEmpty() || noted) {
            return Optional.empty();
        }
        DetectionBegan began = new DetectionBegan(
                "RETURN-" + host.getHostId() + "-" + turn.segment + "-" + offset,
                DetectionKind.RETURN,
                host.getHostId(),
                null,
                turn.now(),
                "old-copies",
                (long) copies.size(),
                0L,
                "VMs",
                "",
                0,
                List.of(),
                null);
        OpenDetection open = new OpenDetection(began, offset, "", 0, Instant.EPOCH, "", null, false);
        turn.state.detections.put(Detections.key(began), open);
        return Optional.of(open);
    }

    /** Of the VMs that were started elsewhere, those that the host still holds by its newest sample. */
    private List<String> copies(KnownHost host) {
        return turn.state.sample(host.getHostId()).sampled().getVms().stream()
                .map(VmSample::getVmId)
                .filter(host.getStaleVms()::contains)
                .sorted()
                .toList();
    }

    /** Steps that take those copies away. */
    List<PlannedMove> removals(String hostId) {
        KnownHost host = turn.state.hosts.get(hostId);
        return copies(host).stream()
                .map(vmId -> InPlace.step(
                        vmId, hostId, hostId, ActionKind.REMOVE, List.of(), "it was started elsewhere after a crash"))
                .toList();
    }

    /** Whether something is left to do for a crash or a return. */
    boolean ahead(DetectionKind kind, String hostId) {
        return switch (kind) {
            case HOST_CRASH -> !lost(hostId).isEmpty();
            case RETURN -> !copies(turn.state.hosts.get(hostId)).isEmpty();
            case VM_CRASH -> true; // until the rule says that it runs
            case OVERLOAD, UNDERLOAD, CUSTOM, HEADROOM, CONSTRAINT, REQUEST, DRAIN, UNKNOWN -> false;
        };
    }
}
