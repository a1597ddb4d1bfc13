package io.godwit.schedulers.partition;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.KnownVm;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What people ask for. A request is noted like a detection at its host, so that it goes through the same leases, planner and
 * judge; it waits where it cannot begin yet, and has one answer.
 */
final class Requests {
    static final String DONE = "done";
    static final String REFUSED = "refused";
    private static final String FAILED = "failed";
    private static final String TOO_LATE = "too-late";
    private static final String WITHDRAWN = "withdrawn";

    private final Turn turn;

    Requests(Turn turn) {
        this.turn = turn;
    }

    /** Whether a person asked for what such a host partition does, so that it is done in every mode but off. */
    static boolean asked(DetectionKind kind) {
        return switch (kind) {
            case REQUEST, DRAIN -> true;
            case OVERLOAD, UNDERLOAD, HOST_CRASH, VM_CRASH, CUSTOM, HEADROOM, CONSTRAINT, RETURN, UNKNOWN -> false;
        };
    }

    /** The request that a host partition carries out; empty: another kind, or it was taken back. */
    Optional<VmActionAsked> of(OpenPartition partition) {
        return Goal.kindOf(partition) == DetectionKind.REQUEST
                ? Optional.ofNullable(turn.state.requests.get(partition.getDetectionId()))
                : Optional.empty();
    }

    boolean draining(String hostId) {
        return turn.state.drains.get(hostId) != null;
    }

    /** Notes a request; empty where it is answered at once, or was noted before. */
    Optional<OpenDetection> note(LogRecord record, VmActionAsked asked) {
        if (turn.state.requests.get(asked.getRequestId()) != null) {
            return Optional.empty();
        }
        Optional<String> objection = atOnce(asked.getHostId());
        if (objection.isPresent()) {
            answer(asked.getRequestId(), asked.getHostId(), record.offset(), REFUSED, objection.get());
            return Optional.empty();
        }
        turn.state.requests.put(asked.getRequestId(), asked);
        return Optional.of(
                noted(record, DetectionKind.REQUEST, asked.getRequestId(), asked.getHostId(), asked.getVmId()));
    }

    /** As for a request; a host that is being drained already is not drained twice. */
    Optional<OpenDetection> note(LogRecord record, DrainAsked asked) {
        DrainAsked before = turn.state.drains.get(asked.getHostId());
        if (before != null && before.getRequestId().equals(asked.getRequestId())) {
            return Optional.empty();
        }
        Optional<String> objection = before != null
                ? Optional.of("%s is being drained already, as %s asked: %s"
                        .formatted(nameOf(asked.getHostId()), before.getBy(), before.getReason()))
                : atOnce(asked.getHostId());
        if (objection.isPresent()) {
            answer(asked.getRequestId(), asked.getHostId(), record.offset(), REFUSED, objection.get());
            return Optional.empty();
        }
        turn.state.drains.put(asked.getHostId(), asked);
        return Optional.of(noted(record, DetectionKind.DRAIN, asked.getRequestId(), asked.getHostId(), null));
    }

    private Optional<String> atOnce(String hostId) {
        KnownHost host = turn.state.hosts.get(hostId);
        if (host == null || host.getLeft()) {
            return Optional.of("host %s is not in the inventory of segment %d; see: godwit host list"
                    .formatted(hostId, turn.segment));
        }
        return turn.state.mode().equals("off")
                ? Optional.of("the site's mode is off, which stops all commands; set it with: godwit site mode")
                : Optional.empty();
    }

    private OpenDetection noted(LogRecord record, DetectionKind kind, String requestId, String hostId, String vmId) {
        DetectionBegan began = new DetectionBegan(
                requestId, kind, hostId, vmId, turn.now(), "request", 0L, 0L, "", "", 0, List.of(), null);
        OpenDetection open = new OpenDetection(began, record.offset(), "", 0, Instant.EPOCH, "", null, false);
        turn.state.detections.put(Detections.key(began), open);
        return open;
    }

    /** Why an action cannot be done as the VM's host shows it now, or need not be; the host's sample must be there. */
    Optional<Verdict> verdict(VmActionAsked asked) {
        Optional<VmSample> found = turn.state.sample(asked.getHostId()).sampled().getVms().stream()
                .filter(vm -> vm.getVmId().equals(asked.getVmId()))
                .findFirst();
        if (found.isEmpty()) {
            return refused("the VM is not on %s by its newest sample; ask again where it is now"
                    .formatted(nameOf(asked.getHostId())));
        }
        VmState state = found.get().getState();
        boolean runs = state == VmState.RUNNING || state == VmState.BLOCKED;
        boolean paused = state == VmState.PAUSED || state == VmState.SUSPENDED;
        boolean off = state == VmState.SHUT_OFF || state == VmState.CRASHED;
        if (!runs && !paused && !off) {
            return refused("the VM is " + words(state) + ", so nothing is done to it");
        }
        return switch (asked.getAction()) {
            case MIGRATE -> {
                if (asked.getTargetHostId().equals(asked.getHostId())) {
                    yield done("the VM is there already");
                }
                yield runs
                        ? targetVerdict(asked)
                        : refused("the VM is " + words(state) + "; only one that runs is moved");
            }
            case START -> {
                if (paused) {
                    yield refused("the VM is paused; let it go on with: godwit vm resume");
                }
                yield runs ? done("the VM runs already") : startVerdict(asked);
            }
            case STOP -> off ? done("the VM is off already") : stopVerdict(asked, paused);
            case SUSPEND ->
                runs ? Optional.empty() : paused ? done("the VM is paused already") : refused("the VM is off");
            case RESUME -> paused ? Optional.empty() : runs ? done("the VM runs already") : refused("the VM is off");
            case SAVE -> off ? refused("the VM is off") : Optional.empty();
            case SNAPSHOT, RESTORE ->
                asked.getSnapshot().isBlank() ? refused("no snapshot is named; give --name") : Optional.empty();
            case UNKNOWN, REMOVE, FENCE -> refused("no person can ask for " + asked.getAction());
        };
    }

    private Optional<Verdict> targetVerdict(VmActionAsked asked) {
        String target = asked.getTargetHostId();
        boolean ours = asked.getTargetSegment() == turn.segment && turn.state.hosts.get(target) != null;
        return !target.isEmpty() && ours && draining(target)
                ? refused(
                        nameOf(target) + " is being drained; name another host, or end that with: godwit host undrain")
                : Optional.empty();
    }

    private static Optional<Verdict> stopVerdict(VmActionAsked asked, boolean paused) {
        return paused && !asked.getForce()
                ? refused("the VM is paused and cannot shut down; resume it, or give --force")
                : Optional.empty();
    }

    private Optional<Verdict> startVerdict(VmActionAsked asked) {
        String host = nameOf(asked.getHostId());
        if (draining(asked.getHostId())) {
            return refused(host + " is being drained; end that with: godwit host undrain");
        }
        KnownVm vm = turn.state.vms.get(asked.getVmId());
        SchedulerState.Sample sample = turn.state.sample(asked.getHostId());
        long free = sample.sampled().getMemoryCapacityBytes() - sample.use().bytes();
        long needed = vm == null ? 0 : vm.getMemoryBytes();
        return needed > free && !asked.getForce()
                ? refused("%s has %d bytes of memory free and the VM needs %d; give --force to start it all the same"
                        .formatted(host, Math.max(0, free), needed))
                : Optional.empty();
    }

    /**
     * What is answered without beginning.
     *
     * @param answer as in RequestAnswered
     */
    record Verdict(String answer, String reason) {}

    private static Optional<Verdict> refused(String reason) {
        return Optional.of(new Verdict(REFUSED, reason));
    }

    private static Optional<Verdict> done(String reason) {
        return Optional.of(new Verdict(DONE, reason));
    }

    private static String words(VmState state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Takes a request back; what is being carried out goes on to its end, which is its answer. */
    Optional<OpenPartition> withdraw(String requestId, String hostId, String reason) {
        OpenDetection open = turn.state.detections.get(Detections.key(hostId, requestId));
        if (open == null) {
            return Optional.empty();
        }
        OpenPartition partition = turn.state.partitions.get(open.getPartitionId());
        if (partition != null && partition.getPlan() != null) {
            return Optional.empty();
        }
        end(open, WITHDRAWN, reason);
        return Optional.ofNullable(partition);
    }

    /** A host takes VMs again; a drain that is not done is over, and what is not commanded of it stays undone. */
    Optional<OpenPartition> endDrain(String hostId, String reason) {
        DrainAsked drain = turn.state.drains.get(hostId);
        if (drain == null) {
            return Optional.empty();
        }
        turn.state.drains.remove(hostId);
        turn.freed();
        OpenDetection open = turn.state.detections.get(Detections.key(hostId, drain.getRequestId()));
        if (open == null) {
            return Optional.empty();
        }
        end(open, WITHDRAWN, reason);
        return Optional.ofNullable(turn.state.partitions.get(open.getPartitionId()))
                .filter(partition -> partition.getPlan() == null);
    }

    /** A drain is done once its host holds no VM that takes anything; it takes none from then on, until its end. */
    void lookWhetherEmpty(String hostId) {
        DrainAsked drain = turn.state.drains.get(hostId);
        OpenDetection open =
                drain == null ? null : turn.state.detections.get(Detections.key(hostId, drain.getRequestId()));
        if (open != null
                && open.getPartitionId().isEmpty()
                && turn.usableSample(hostId) != null
                && turn.state.sample(hostId).use().vms() == 0) {
            end(open, DONE, nameOf(hostId) + " is empty, and takes no VM until: godwit host undrain");
        }
    }

    /** Requests that could not begin in their time. */
    void expire() {
        for (VmActionAsked asked : turn.state.requests.all()) {
            OpenDetection open = turn.state.detections.get(Detections.key(asked.getHostId(), asked.getRequestId()));
            boolean late = open != null
                    && open.getPartitionId().isEmpty()
                    && turn.now().isAfter(open.getBegan().getSince().plusMillis(asked.getWithinMillis()));
            if (late) {
                end(
                        open,
                        TOO_LATE,
                        "it could not begin within %d s; see why with: godwit why %s"
                                .formatted(asked.getWithinMillis() / 1000, asked.getRequestId()));
            }
        }
    }

    /** A host partition that carried a request out has ended; one that could not begin leaves it waiting. */
    void closed(OpenPartition partition, PartitionEnd end, String reason) {
        OpenDetection open =
                turn.state.detections.get(Detections.key(partition.getInitiator(), partition.getDetectionId()));
        if (open == null || Goal.kindOf(partition) != DetectionKind.REQUEST) {
            return;
        }
        switch (end) {
            case SOLVED, VIABLE -> end(open, DONE, reason);
            case FAILED -> end(open, FAILED, reason);
            case INFEASIBLE, YIELDED, DETECTION_ENDED, ADVISED, INITIATOR_LOST, MODE_OFF, POLICY_CHANGED, UNKNOWN -> {}
        }
    }

    /** Its answer, after which it is over. */
    void end(OpenDetection open, String answer, String reason) {
        String requestId = open.getBegan().getId();
        String hostId = open.getBegan().getHostId();
        answer(requestId, hostId, open.getOffset(), answer, reason);
        turn.state.requests.remove(requestId);
        turn.state.detections.remove(Detections.key(hostId, requestId));
    }

    private void answer(String requestId, String hostId, long offset, String answer, String reason) {
        Position position = new Position(Topic.REQUESTS.stage(), turn.segment, offset, "", "");
        turn.emit(hostId, new RequestAnswered(turn.decision(), requestId, hostId, position, answer, reason));
    }

    private String nameOf(String hostId) {
        KnownHost host = turn.state.hosts.get(hostId);
        return host == null || host.getLabel().isEmpty() ? hostId : host.getLabel();
    }
}
