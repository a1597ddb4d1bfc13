package io.godwit.schedulers.partition;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.KnownVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanStep;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Steps of a plan that move nothing: a VM is started, stopped, paused, … on its host. */
final class InPlace {
    /** Nobody has measured them; a guest that shuts down takes longest. */
    private static final long ESTIMATED_MILLIS = 2_000;

    private static final int STARTS_AT_ONCE = 4;

    private final Turn turn;
    private final Requests requests;
    private final Restarts restarts;

    InPlace(Turn turn) {
        this.turn = turn;
        this.requests = new Requests(turn);
        this.restarts = new Restarts(turn);
    }

    static boolean movesNothing(PlannedMove step) {
        return switch (step.getAction()) {
            case UNKNOWN, MIGRATE -> false;
            case START, STOP, SUSPEND, RESUME, SAVE, SNAPSHOT, RESTORE, REMOVE, FENCE -> true;
        };
    }

    static PlannedMove step(VmActionAsked asked) {
        return step(
                asked.getVmId(),
                asked.getHostId(),
                asked.getHostId(),
                asked.getAction(),
                List.of(),
                "%s asks: %s".formatted(asked.getBy(), asked.getReason()));
    }

    static PlannedMove step(
            String vmId, String fromHostId, String hostId, ActionKind action, List<Integer> after, String why) {
        return new PlannedMove(
                vmId, fromHostId, hostId, after, ESTIMATED_MILLIS, why, MigrationMode.UNKNOWN, false, false, action);
    }

    /** As in "vm-7 stop". */
    static String words(PlannedMove step) {
        String what = step.getAction().name().toLowerCase(Locale.ROOT);
        return (step.getVmId().isEmpty() ? step.getTargetHostId() : step.getVmId()) + " " + what;
    }

    /** Whether what a step answers is over, so that it is not begun any more: the crashed host has come back, say. */
    boolean outOfDate(OpenPartition partition) {
        return switch (Goal.kindOf(partition)) {
            case HOST_CRASH, VM_CRASH ->
                turn.state.detections.get(Detections.key(partition.getInitiator(), partition.getDetectionId())) == null
                        || (Goal.kindOf(partition) == DetectionKind.HOST_CRASH
                                && turn.now().isBefore(turn.state.disarmedUntil()));
            case OVERLOAD, UNDERLOAD, CUSTOM, HEADROOM, CONSTRAINT, REQUEST, DRAIN, RETURN, UNKNOWN -> false;
        };
    }

    /** Whether a host starts as many VMs at once as it may: each start reads its disks. */
    static boolean busy(PlannedMove step, List<PlanStep> steps) {
        return step.getAction() == ActionKind.START
                && steps.stream()
                                .filter(other -> other.getMove().getAction() == ActionKind.START
                                        && other.getMove().getTargetHostId().equals(step.getTargetHostId())
                                        && !other.getCommandId().isEmpty()
                                        && other.getOutcome().isEmpty())
                                .count()
                        >= STARTS_AT_ONCE;
    }

    /** Commands a step; returns the command's id. */
    String command(OpenPartition partition, PlannedMove step) {
        if (step.getAction() == ActionKind.FENCE) {
            return fence(partition, step, partition.getDetectionId(), partition.getDetection());
        }
        PartitionMember host = Applying.member(partition, step.getTargetHostId());
        Decision decision = turn.decision();
        String id = Applying.commandId(decision);
        Optional<VmActionAsked> asked = requests.of(partition);
        DetectionKind kind = Goal.kindOf(partition);
        if (step.getAction() == ActionKind.START && !Requests.asked(kind)) {
            restarts.note(step.getVmId());
        }
        boolean elsewhere = !step.getSourceHostId().equals(step.getTargetHostId());
        turn.emit(
                Topic.COMMANDS,
                host.getSegment(),
                step.getTargetHostId(),
                new ActOnVm(
                        decision,
                        id,
                        partition.getPartitionId(),
                        partition.getPlan(),
                        partition.getDetectionId(),
                        partition.getDetection(),
                        step.getVmId(),
                        step.getTargetHostId(),
                        host.getLease().getEpoch(),
                        step.getAction(),
                        asked.map(VmActionAsked::getSnapshot).orElseGet(() -> snapshotName(partition, step)),
                        asked.map(VmActionAsked::getForce).orElse(false),
                        elsewhere ? definition(step.getVmId()) : null,
                        elsewhere ? step.getSourceHostId() : "",
                        Applying.startBefore(turn, host.getSegment()),
                        step.getWhy()));
        return id;
    }

    private static String snapshotName(OpenPartition partition, PlannedMove step) {
        return step.getAction() == ActionKind.SNAPSHOT ? Actions.snapshotName(partition) : "";
    }

    /** Commands the fencing of a host because of a crash; returns the command's id. */
    String fence(OpenPartition partition, PlannedMove step, String crashId, Position crash) {
        PartitionMember host = Applying.member(partition, step.getTargetHostId());
        Decision decision = turn.decision();
        String id = Applying.commandId(decision);
        turn.emit(
                Topic.COMMANDS,
                host.getSegment(),
                step.getTargetHostId(),
                new FenceHost(
                        decision,
                        id,
                        partition.getPartitionId(),
                        partition.getPlan(),
                        crashId,
                        crash,
                        step.getTargetHostId(),
                        host.getLease().getEpoch(),
                        Applying.startBefore(turn, host.getSegment()),
                        step.getWhy()));
        return id;
    }

    private Position definition(String vmId) {
        KnownVm vm = turn.state.vms.get(vmId);
        return vm == null ? null : new Position(Topic.INVENTORY.stage(), turn.segment, vm.getOffset(), "", "");
    }
}
