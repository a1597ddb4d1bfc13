package io.godwit.schedulers.partition;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.MemberLost;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanStep;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.VmHold;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Carries plans out: commands each move once its predecessors have succeeded, and ends when no command is open. A VM that a move
 * left paused is resumed once all that it waits for has ended, however it did, and whatever has become of the rest of the plan.
 */
final class Applying {
    static final String SUCCEEDED = "succeeded";

    /** A step that is not commanded any more. */
    private static final String DROPPED = "dropped";

    /** A command to another segment is judged by that segment's time, which may be a little ahead. */
    private static final long FOREIGN_MILLIS = 5_000;

    private final Turn turn;
    private final Closing closing;
    private final WhatCanWait canWait;
    private final InPlace inPlace;
    private final Actions actions;

    Applying(Turn turn, Room room, Closing closing) {
        this.turn = turn;
        this.closing = closing;
        this.canWait = new WhatCanWait(turn, room);
        this.inPlace = new InPlace(turn);
        this.actions = new Actions(turn);
    }

    /** Commands what can be commanded now, drops what cannot be any more, and closes when all is over. */
    void advance(OpenPartition partition) {
        List<PlanStep> steps = new ArrayList<>(partition.getSteps());
        for (int index = 0; index < steps.size(); index++) {
            PlanStep step = steps.get(index);
            if (step.getCommandId().isEmpty() && step.getOutcome().isEmpty()) {
                steps.set(index, next(partition, step, steps));
            }
        }
        OpenPartition advanced =
                OpenPartition.newBuilder(partition).setSteps(steps).build();
        turn.put(advanced);
        if (steps.stream().noneMatch(step -> step.getOutcome().isEmpty())) {
            end(advanced);
        }
    }

    private PlanStep next(OpenPartition partition, PlanStep step, List<PlanStep> steps) {
        if (step.getMove().getResumes()) {
            return resumption(partition, step, steps);
        }
        boolean waits = false;
        for (int before : step.getMove().getAfter()) {
            String outcome = steps.get(before).getOutcome();
            if (!outcome.isEmpty() && !outcome.equals(SUCCEEDED)) {
                return new PlanStep(step.getMove(), "", DROPPED);
            }
            waits |= outcome.isEmpty();
        }
        if (!Modes.commanded(turn.state, partition) || givesWay(partition)) {
            return new PlanStep(step.getMove(), "", DROPPED);
        }
        if (InPlace.movesNothing(step.getMove())) {
            if (inPlace.outOfDate(partition)) {
                return new PlanStep(step.getMove(), "", DROPPED);
            }
            return waits || InPlace.busy(step.getMove(), steps)
                    ? step
                    : new PlanStep(step.getMove(), inPlace.command(partition, step.getMove()), "");
        }
        return waits || busy(step.getMove(), steps)
                ? step
                : new PlanStep(step.getMove(), command(partition, step.getMove()), "");
    }

    /** Neither mode nor urgency holds it back; where the VM did not come, there is nothing to resume. */
    private PlanStep resumption(OpenPartition partition, PlanStep step, List<PlanStep> steps) {
        List<PlanStep> before =
                step.getMove().getAfter().stream().map(steps::get).toList();
        if (before.stream().anyMatch(each -> each.getOutcome().isEmpty())) {
            return step;
        }
        return before.stream()
                .filter(each -> each.getMove().getStaysPaused()
                        && each.getMove().getVmId().equals(step.getMove().getVmId())
                        && each.getOutcome().equals(SUCCEEDED))
                .findFirst()
                .map(came -> new PlanStep(step.getMove(), resume(partition, step.getMove(), came.getCommandId()), ""))
                .orElseGet(() -> new PlanStep(step.getMove(), "", DROPPED));
    }

    private String resume(OpenPartition partition, PlannedMove move, String moveId) {
        PartitionMember host = member(partition, move.getTargetHostId());
        Decision decision = turn.decision();
        String id = commandId(decision);
        turn.emit(
                Topic.COMMANDS,
                host.getSegment(),
                move.getTargetHostId(),
                new ResumeVm(
                        decision,
                        id,
                        partition.getPartitionId(),
                        partition.getPlan(),
                        partition.getDetectionId(),
                        partition.getDetection(),
                        move.getVmId(),
                        move.getTargetHostId(),
                        host.getLease().getEpoch(),
                        moveId,
                        move.getWhy()));
        return id;
    }

    static String commandId(Decision decision) {
        return "c-" + decision.getSegment() + "-" + decision.getSequence();
    }

    /**
     * What empties a host or mends constraints goes no further once somebody needs help, nor a drain that was ended, nor what a
     * rule asked for once its detection has ended.
     */
    private boolean givesWay(OpenPartition partition) {
        DetectionKind kind = Goal.kindOf(partition);
        boolean canWaitLonger = kind == DetectionKind.UNDERLOAD || kind == DetectionKind.CONSTRAINT;
        boolean takenBack = kind == DetectionKind.DRAIN && turn.state.drains.get(partition.getInitiator()) == null;
        return takenBack || actions.over(partition) || (canWaitLonger && !canWait.nobodyNeedsHelp());
    }

    /** Whether a host of the move has as many moves under way as it may; all of them are this plan's. */
    private boolean busy(PlannedMove move, List<PlanStep> steps) {
        return Stream.of(move.getSourceHostId(), move.getTargetHostId())
                .anyMatch(host -> steps.stream()
                                .filter(step -> underWay(step) && touches(step.getMove(), host))
                                .count()
                        >= turn.state.settings().movesAtOnce());
    }

    private static boolean underWay(PlanStep step) {
        return !step.getCommandId().isEmpty()
                && step.getOutcome().isEmpty()
                && !step.getMove().getResumes()
                && !InPlace.movesNothing(step.getMove());
    }

    private static boolean touches(PlannedMove move, String hostId) {
        return move.getSourceHostId().equals(hostId) || move.getTargetHostId().equals(hostId);
    }

    /** Log time of a segment after which what is commanded there now must not begin any more. */
    static Instant startBefore(Turn turn, int actingSegment) {
        long within = turn.state.settings().startWithinMillis() + (actingSegment == turn.segment ? 0 : FOREIGN_MILLIS);
        return HostPartitions.after(turn, within);
    }

    private String command(OpenPartition partition, PlannedMove move) {
        PartitionMember source = member(partition, move.getSourceHostId());
        PartitionMember target = member(partition, move.getTargetHostId());
        Decision decision = turn.decision();
        String id = commandId(decision);
        Instant startBefore = startBefore(turn, source.getSegment());
        turn.emit(
                Topic.COMMANDS,
                source.getSegment(),
                move.getSourceHostId(),
                new MigrateVm(
                        decision,
                        id,
                        partition.getPartitionId(),
                        partition.getPlan(),
                        partition.getDetectionId(),
                        partition.getDetection(),
                        move.getVmId(),
                        move.getSourceHostId(),
                        move.getTargetHostId(),
                        target.getSegment(),
                        source.getLease().getEpoch(),
                        target.getLease().getEpoch(),
                        move.getMode() == MigrationMode.UNKNOWN ? MigrationMode.PRE_COPY : move.getMode(),
                        0L,
                        startBefore,
                        move.getEstimatedMillis(),
                        move.getWhy(),
                        turn.state.settings().allowsPostCopy(move.getVmId()) && !move.getStaysPaused(),
                        !turn.state.settings().allowsAutoConverge(move.getVmId()),
                        move.getStaysPaused()));
        return id;
    }

    /**
     * A host of a plan has crashed: where a command under way there may be waiting for a word of it, it is fenced, and the plan
     * lasts until the outcome of that, too.
     */
    void fence(MemberLost lost) {
        OpenPartition partition = turn.state.partitions.get(lost.getPartitionId());
        if (partition == null || partition.getPlan() == null || !Taking.holds(partition, lost.getLease())) {
            return;
        }
        String hostId = lost.getLease().getHostId();
        List<PlanStep> there = partition.getSteps().stream()
                .filter(step ->
                        !step.getCommandId().isEmpty() && step.getOutcome().isEmpty())
                .filter(step -> touches(step.getMove(), hostId))
                .toList();
        boolean fencing = there.stream().anyMatch(step -> step.getMove().getAction() == ActionKind.FENCE);
        if (there.isEmpty() || fencing) {
            return;
        }
        String why = "it crashed, and " + there.getFirst().getCommandId() + " cannot end without it";
        PlannedMove move = InPlace.step("", hostId, hostId, ActionKind.FENCE, List.of(), why);
        List<PlanStep> steps = new ArrayList<>(partition.getSteps());
        steps.add(new PlanStep(move, inPlace.fence(partition, move, lost.getDetectionId(), lost.getDetection()), ""));
        turn.put(OpenPartition.newBuilder(partition).setSteps(steps).build());
    }

    static PartitionMember member(OpenPartition partition, String hostId) {
        return partition.getMembers().stream()
                .filter(member -> member.getLease().getHostId().equals(hostId))
                .findFirst()
                .orElseThrow(() -> new BrokenLog("plan of " + partition.getPartitionId() + " needs host " + hostId
                        + ", which it does not hold"));
    }

    /** Takes the final outcome of a command of this segment; one that is known already changes nothing. */
    void outcome(String commandId, String outcome) {
        for (OpenPartition partition : turn.state.partitions.all()) {
            List<PlanStep> steps = new ArrayList<>(partition.getSteps());
            for (int index = 0; index < steps.size(); index++) {
                PlanStep step = steps.get(index);
                if (step.getCommandId().equals(commandId) && step.getOutcome().isEmpty()) {
                    steps.set(index, new PlanStep(step.getMove(), commandId, outcome));
                    stayAfterFailure(step.getMove(), outcome);
                    OpenPartition told =
                            OpenPartition.newBuilder(partition).setSteps(steps).build();
                    new Restarts(turn).startedElsewhere(told);
                    advance(told);
                    return;
                }
            }
        }
    }

    /** What could not be moved is not tried again at once: another VM may do. */
    private void stayAfterFailure(PlannedMove move, String outcome) {
        if (!outcome.equals(SUCCEEDED) && !InPlace.movesNothing(move)) {
            Instant until = HostPartitions.after(turn, turn.state.settings().vmHoldMillis());
            String what = move.getResumes() ? "its resumption was " : "its last move was ";
            turn.state.holds.put(move.getVmId(), new VmHold(move.getVmId(), until, what + outcome));
        }
    }

    private void end(OpenPartition partition) {
        List<PlanStep> steps = partition.getSteps();
        String outcomes = steps.stream().map(Applying::outcomeOf).collect(Collectors.joining(", "));
        boolean notProven = steps.stream()
                .anyMatch(step -> step.getMove().getAction() == ActionKind.FENCE
                        && step.getMove().getTargetHostId().equals(partition.getInitiator())
                        && Goal.kindOf(partition) == DetectionKind.HOST_CRASH
                        && !step.getOutcome().equals(SUCCEEDED)
                        && !step.getOutcome().equals(DROPPED));
        if (notProven) {
            String host = turn.state.hosts.get(partition.getInitiator()).getLabel();
            closing.close(
                    partition,
                    PartitionEnd.INFEASIBLE,
                    "%s is not proven to be down; a person can vouch for it with: godwit host confirm-down %s --reason …"
                            .formatted(host, host));
            return;
        }
        boolean failed = steps.stream()
                .anyMatch(step -> !step.getOutcome().equals(SUCCEEDED)
                        && !step.getOutcome().equals(DROPPED));
        boolean dropped = steps.stream().anyMatch(step -> step.getOutcome().equals(DROPPED));
        closing.close(
                partition, failed ? PartitionEnd.FAILED : dropped ? early(partition) : PartitionEnd.SOLVED, outcomes);
    }

    private static String outcomeOf(PlanStep step) {
        PlannedMove move = step.getMove();
        if (InPlace.movesNothing(move)) {
            return InPlace.words(move) + " " + step.getOutcome();
        }
        if (!move.getResumes()) {
            return move.getVmId() + " " + step.getOutcome();
        }
        boolean runs = step.getOutcome().equals(SUCCEEDED) || step.getOutcome().equals(DROPPED);
        return move.getVmId() + " resumption " + step.getOutcome()
                + (runs ? "" : ", look for it on " + move.getTargetHostId() + ", where it may be paused");
    }

    /** Why a plan whose moves succeeded was not carried out to its end. */
    private PartitionEnd early(OpenPartition partition) {
        return Modes.commanded(turn.state, partition) ? PartitionEnd.YIELDED : PartitionEnd.MODE_OFF;
    }
}
