package io.godwit.schedulers.partition;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.VmActionAsked;
import java.util.List;
import java.util.Optional;

/** Answers host partitions that need no planner: their reason has gone, or what is to be done moves nothing. */
final class Unsearched {
    private final Turn turn;
    private final Goal goal;
    private final Closing closing;
    private final Deciding deciding;
    private final Requests requests;
    private final Restarts restarts;
    private final Actions actions;

    Unsearched(Turn turn, Goal goal, Closing closing, Deciding deciding) {
        this.turn = turn;
        this.goal = goal;
        this.closing = closing;
        this.deciding = deciding;
        this.requests = new Requests(turn);
        this.restarts = new Restarts(turn);
        this.actions = new Actions(turn);
    }

    /** Ends a growing host partition whose reason has gone: mode, detection, data, or what was to be done. */
    boolean answered(OpenPartition partition) {
        if (turn.state.mode().equals("off")) {
            closing.close(partition, PartitionEnd.MODE_OFF, "the site's mode is off");
            return true;
        }
        if (partition.getScope().equals(Scope.SITE)) {
            return false; // it has no host and no detection of its own
        }
        String initiator = partition.getInitiator();
        if (turn.state.detections.get(Detections.key(initiator, partition.getDetectionId())) == null) {
            closing.close(partition, PartitionEnd.DETECTION_ENDED, "the detection ended before there was a plan");
            return true;
        }
        if (Goal.kindOf(partition) != DetectionKind.HOST_CRASH && turn.usableSample(initiator) == null) {
            String reason = "the newest sample of " + initiator + " is too old to decide upon";
            deciding.decided(partition, PlanAnswer.INFEASIBLE, 0, "", reason);
            closing.close(partition, PartitionEnd.INFEASIBLE, reason);
            return true;
        }
        boolean ahead = Goal.kindOf(partition) == DetectionKind.CUSTOM
                ? actions.ahead(partition)
                : goal.ahead(Goal.kindOf(partition), initiator);
        if (!ahead) {
            String reason = nothingAhead(Goal.kindOf(partition), initiator);
            deciding.decided(partition, PlanAnswer.VIABLE, 0, "", reason);
            closing.close(partition, PartitionEnd.VIABLE, reason);
            return true;
        }
        return false;
    }

    private String nothingAhead(DetectionKind kind, String hostId) {
        return switch (kind) {
            case CONSTRAINT -> "no constraint is broken there by the newest sample";
            case DRAIN -> "the host is empty by the newest sample";
            case HOST_CRASH -> "no VM of the host is left to be started elsewhere";
            case RETURN -> "the host holds no old copy of a VM";
            case CUSTOM -> "nothing is left there to be done by the newest sample";
            case OVERLOAD, UNDERLOAD, HEADROOM, VM_CRASH, REQUEST, UNKNOWN -> {
                SchedulerState.Sample sample = turn.state.sample(hostId);
                yield "demand is %d of %d mc by the newest sample"
                        .formatted(sample.use().millicores(), sample.sampled().getCpuCapacityMillicores());
            }
        };
    }

    /**
     * Carries out what needs no planner, as nothing is moved: a request for an action on a VM where it is. Also answers a
     * request that cannot be, or need not be, carried out.
     */
    boolean actsInPlace(OpenPartition partition) {
        return switch (Goal.kindOf(partition)) {
            case VM_CRASH -> {
                startAgain(partition);
                yield true;
            }
            case RETURN -> {
                inPlace(partition, restarts.removals(partition.getInitiator()));
                yield true;
            }
            case REQUEST -> requested(partition);
            case CUSTOM -> {
                boolean snapshot = Actions.of(partition.getTerms()) == DetectionAction.SNAPSHOT;
                if (snapshot) {
                    inPlace(partition, actions.snapshots(partition));
                }
                yield snapshot;
            }
            case OVERLOAD, UNDERLOAD, HOST_CRASH, HEADROOM, CONSTRAINT, DRAIN, UNKNOWN -> false;
        };
    }

    private void inPlace(OpenPartition partition, List<PlannedMove> steps) {
        deciding.carryOut(partition, new Deciding.Found(steps, List.of(), 0, Deciding.NO_ENGINE, "", ""));
    }

    /** A VM crashed: it is started where it was, unless it does so too often or its memory has been taken since. */
    private void startAgain(OpenPartition partition) {
        String hostId = partition.getInitiator();
        String vmId = turn.state
                .detections
                .get(Detections.key(hostId, partition.getDetectionId()))
                .getBegan()
                .getVmId();
        Optional<String> flapping = restarts.flapping(vmId);
        SchedulerState.Sample sample = turn.state.sample(hostId);
        long free = sample.sampled().getMemoryCapacityBytes() - sample.use().bytes();
        if (flapping.isPresent()) {
            deciding.decided(partition, PlanAnswer.INFEASIBLE, 0, "", flapping.get());
            closing.close(partition, PartitionEnd.ADVISED, flapping.get()); // so that it is not said all the time
        } else if (restarts.memoryBytes(vmId) > free) {
            String reason = "the host has %d bytes of memory free and the VM needs %d"
                    .formatted(Math.max(0, free), restarts.memoryBytes(vmId));
            deciding.decided(partition, PlanAnswer.INFEASIBLE, 0, "", reason);
            closing.close(partition, PartitionEnd.INFEASIBLE, reason);
        } else {
            inPlace(partition, List.of(InPlace.step(vmId, hostId, hostId, ActionKind.START, List.of(), "it crashed")));
        }
    }

    private boolean requested(OpenPartition partition) {
        Optional<VmActionAsked> asked = requests.of(partition);
        if (asked.isEmpty()) {
            return false;
        }
        Optional<Requests.Verdict> verdict = requests.verdict(asked.get());
        if (verdict.isPresent()) {
            OpenDetection open =
                    turn.state.detections.get(Detections.key(partition.getInitiator(), partition.getDetectionId()));
            requests.end(open, verdict.get().answer(), verdict.get().reason());
            closing.close(partition, PartitionEnd.DETECTION_ENDED, verdict.get().reason());
            return true;
        }
        if (asked.get().getAction() == ActionKind.MIGRATE) {
            return false;
        }
        inPlace(partition, List.of(InPlace.step(asked.get())));
        return true;
    }
}
