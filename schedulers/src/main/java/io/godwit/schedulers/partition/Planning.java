package io.godwit.schedulers.partition;

import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.Move;
import io.godwit.schedulers.planner.PlacementProblem;
import io.godwit.schedulers.planner.PlanJudge;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanStep;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.RejectedMove;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Asks the planner for the hosts that a host partition holds, and decides by the site's mode what becomes of its answer. */
final class Planning {
    private final Turn turn;
    private final Room room;
    private final Planner planner;
    private final Closing closing;
    private final Applying applying;

    Planning(Turn turn, Room room, Planner planner, Closing closing) {
        this.turn = turn;
        this.room = room;
        this.planner = planner;
        this.closing = closing;
        this.applying = new Applying(turn, closing);
    }

    Applying applying() {
        return applying;
    }

    /** What the planner is asked and what it said. */
    private record Asked(PlacementProblem problem, Answer answer) {}

    /** Ends a growing host partition whose reason has gone: mode, detection, data, or the overload itself. */
    boolean answeredWithoutSearch(OpenPartition partition) {
        String initiator = partition.getInitiator();
        if (turn.state.mode().equals("off")) {
            closing.close(partition, PartitionEnd.MODE_OFF, "the site's mode is off");
            return true;
        }
        if (turn.state.detections.get(Detections.key(initiator, partition.getDetectionId())) == null) {
            closing.close(partition, PartitionEnd.DETECTION_ENDED, "the detection ended before there was a plan");
            return true;
        }
        if (turn.usableSample(initiator) == null) {
            String reason = "the newest sample of " + initiator + " is too old to decide upon";
            decided(partition, PlanAnswer.INFEASIBLE, 0, "none", "", reason);
            closing.close(partition, PartitionEnd.INFEASIBLE, reason);
            return true;
        }
        HostFacts facts = room.facts(initiator);
        if (!room.violated(facts)) {
            String reason = "demand is %d of %d mc by the newest sample"
                    .formatted(Room.demandMillicores(facts), facts.getCpuCapacityMillicores());
            decided(partition, PlanAnswer.VIABLE, 0, "none", "", reason);
            closing.close(partition, PartitionEnd.VIABLE, reason);
            return true;
        }
        return false;
    }

    /** Asks the planner; true if it had an answer, false if more hosts are needed. */
    boolean plan(OpenPartition partition) {
        OpenPartition asking = OpenPartition.newBuilder(partition)
                .setPlanned(partition.getMembers().size())
                .build();
        turn.state.partitions.put(asking.getPartitionId(), asking);
        Asked asked = ask(asking);
        return switch (asked.answer()) {
            case Answer.Viable _ -> {
                String reason = "no held host gives more than it can";
                decided(asking, PlanAnswer.VIABLE, 0, "none", asked.problem().digest(), reason);
                closing.close(asking, PartitionEnd.VIABLE, reason);
                yield true;
            }
            case Answer.Plan plan -> {
                carryOut(asking, asked.problem(), plan);
                yield true;
            }
            case Answer.Infeasible _, Answer.Refused _ -> false;
        };
    }

    private Asked ask(OpenPartition partition) {
        List<HostFacts> hosts =
                partition.getMembers().stream().map(this::factsOf).toList();
        PlacementProblem problem =
                Problems.of(partition.getInitiator(), hosts, turn.state.constraints(), turn.state.settings());
        long headroom = hosts.stream().mapToLong(room::headroomMillicores).sum();
        if (headroom < 0) { // cheap and necessary, so no search is begun without it
            return new Asked(
                    problem,
                    new Answer.Infeasible("%d hosts lack %d mc in sum".formatted(hosts.size(), -headroom), 0, false));
        }
        Answer answer = planner.plan(problem);
        if (answer instanceof Answer.Plan plan) {
            List<String> faults = PlanJudge.check(problem, plan);
            if (!faults.isEmpty()) {
                return new Asked(problem, new Answer.Refused(plan, faults));
            }
        }
        return new Asked(problem, answer);
    }

    private HostFacts factsOf(PartitionMember member) {
        return member.getFacts() == null ? room.facts(member.getLease().getHostId()) : member.getFacts();
    }

    /** The whole region that is free is in, and there is no plan: said with its reason; the detection waits. */
    void infeasible(OpenPartition partition) {
        Asked asked = ask(partition);
        String why = switch (asked.answer()) {
            case Answer.Infeasible none -> none.reason();
            case Answer.Viable _ -> "no held host gives more than it can";
            case Answer.Plan _ -> "no other host is free";
            case Answer.Refused refused ->
                "the judge turned the plan down: " + refused.faults().getFirst();
        };
        long nodes = asked.answer() instanceof Answer.Infeasible none ? none.nodesSearched() : 0;
        int held = partition.getMembers().size();
        String reason = "no plan with the %d hosts that are free: %s%s"
                .formatted(held, why, partition.getRefused().isEmpty() ? "" : "; elsewhere: " + partition.getRefused());
        decided(partition, PlanAnswer.INFEASIBLE, nodes, "none", asked.problem().digest(), reason);
        closing.close(partition, PartitionEnd.INFEASIBLE, reason);
    }

    private void decided(
            OpenPartition partition, PlanAnswer answer, long nodes, String engine, String digest, String reason) {
        decided(partition, answer, List.of(), List.of(), nodes, engine, digest, reason);
    }

    private Decision decided(
            OpenPartition partition,
            PlanAnswer answer,
            List<PlannedMove> moves,
            List<RejectedMove> rejected,
            long nodes,
            String engine,
            String digest,
            String reason) {
        Decision decision = turn.decision();
        turn.emit(
                partition.getInitiator(),
                new PlanDecided(
                        decision,
                        partition.getPartitionId(),
                        partition.getDetectionId(),
                        partition.getDetection(),
                        answer,
                        turn.state.mode(),
                        moves,
                        rejected,
                        partition.getMembers().stream()
                                .map(PartitionMember::getLease)
                                .toList(),
                        nodes,
                        engine,
                        digest,
                        reason));
        return decision;
    }

    private void carryOut(OpenPartition partition, PlacementProblem problem, Answer.Plan plan) {
        List<PlannedMove> moves = plan.moves().stream().map(Planning::planned).toList();
        List<RejectedMove> rejected = plan.rejected().stream()
                .map(rejection -> new RejectedMove(rejection.vmId(), rejection.why()))
                .toList();
        HostFacts initiator = room.facts(partition.getInitiator());
        String reason = "%d move%s relieve%s %s (%d of %d mc) with %d hosts held"
                .formatted(
                        moves.size(),
                        moves.size() == 1 ? "" : "s",
                        moves.size() == 1 ? "s" : "",
                        initiator.getLabel(),
                        Room.demandMillicores(initiator),
                        initiator.getCpuCapacityMillicores(),
                        partition.getMembers().size());
        Decision decision = decided(
                partition,
                PlanAnswer.PLAN,
                moves,
                rejected,
                plan.nodesSearched(),
                plan.engine(),
                problem.digest(),
                reason);
        if (!turn.state.mode().equals("auto")) {
            closing.close(
                    partition, PartitionEnd.ADVISED, reason + "; nothing is commanded in mode " + turn.state.mode());
            return;
        }
        Set<String> needed = new TreeSet<>(Set.of(partition.getInitiator()));
        moves.forEach(move -> needed.addAll(Set.of(move.getSourceHostId(), move.getTargetHostId())));
        OpenPartition lean = closing.release(
                partition, member -> !needed.contains(member.getLease().getHostId()));
        OpenPartition applied = OpenPartition.newBuilder(lean)
                .setPlan(decision)
                .setSteps(moves.stream().map(move -> new PlanStep(move, "", "")).toList())
                .build();
        turn.state.partitions.put(applied.getPartitionId(), applied);
        applying.advance(applied);
    }

    private static PlannedMove planned(Move move) {
        return new PlannedMove(
                move.vmId(),
                move.sourceHostId(),
                move.targetHostId(),
                move.after(),
                move.estimatedMillis(),
                move.why());
    }
}
