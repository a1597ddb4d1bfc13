package io.godwit.schedulers.partition;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.PlacementProblem;
import io.godwit.schedulers.planner.PlanJudge;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.SolveAnswered;
import io.godwit.schemas.events.SolveAsked;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.events.VmFact;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Asks the planner for the hosts that a host partition holds. */
final class Planning {
    private static final String NOTHING_TO_DO = "no held host gives more than it can";

    private final Turn turn;
    private final Room room;
    private final Goal goal;
    private final Planner planner;
    private final Closing closing;
    private final Deciding deciding;
    private final Requests requests;
    private final Restarts restarts;
    private final Actions actions;

    Planning(Turn turn, Room room, Goal goal, Planner planner, Closing closing, Deciding deciding) {
        this.turn = turn;
        this.room = room;
        this.goal = goal;
        this.planner = planner;
        this.closing = closing;
        this.requests = new Requests(turn);
        this.restarts = new Restarts(turn);
        this.actions = new Actions(turn);
        this.deciding = deciding;
    }

    /** What the planner is asked and what it said. */
    private record Asked(PlacementProblem problem, Answer answer) {}

    /** What is left to do once the planner was asked. */
    enum Next {
        NOTHING,
        MORE_HOSTS,
        /** Hosts without room would not help. */
        ROOMIER_HOSTS
    }

    Next plan(OpenPartition partition) {
        OpenPartition asking = OpenPartition.newBuilder(partition)
                .setPlanned(partition.getMembers().size())
                .build();
        turn.put(asking);
        Asked asked = ask(asking, false);
        return switch (asked.answer()) {
            case Answer.Viable _ -> {
                viable(asking, asked.problem().digest());
                yield Next.NOTHING;
            }
            case Answer.Plan plan -> {
                carryOut(asking, asked, plan);
                yield Next.NOTHING;
            }
            case Answer.Refused refused -> {
                refused(
                        asking,
                        asked.problem().digest(),
                        refused.plan().engine(),
                        Planned.moves(refused.plan()),
                        refused.faults());
                yield Next.MORE_HOSTS;
            }
            case Answer.Infeasible none -> none.stuck() ? Next.ROOMIER_HOSTS : Next.MORE_HOSTS;
        };
    }

    private void carryOut(OpenPartition partition, Asked asked, Answer.Plan plan) {
        deciding.carryOut(
                partition,
                new Deciding.Found(
                        Planned.moves(plan),
                        Planned.rejected(plan),
                        plan.nodesSearched(),
                        plan.engine(),
                        asked.problem().digest(),
                        Planned.caveat(plan)));
    }

    private void viable(OpenPartition partition, String digest) {
        deciding.decided(partition, PlanAnswer.VIABLE, 0, digest, NOTHING_TO_DO);
        closing.close(partition, PartitionEnd.VIABLE, NOTHING_TO_DO);
    }

    /** Nothing of such a plan is commanded; it tells of a fault of the planner, so it is an event of its own. */
    private void refused(
            OpenPartition partition, String digest, String engine, List<PlannedMove> moves, List<String> faults) {
        turn.emit(
                partition.getInitiator(),
                new PlanRefused(
                        turn.decision(),
                        partition.getPartitionId(),
                        partition.getDetectionId(),
                        digest,
                        engine,
                        moves,
                        faults));
    }

    /** @param lastResort whether no other host is left to ask for, so that VMs may be paused where that is allowed */
    private Asked ask(OpenPartition partition, boolean lastResort) {
        List<HostFacts> hosts = factsOf(partition);
        return ask(partition, lastResort, hosts, wanted(partition, hosts));
    }

    /** What shall hold afterwards, by the kind of the host partition. */
    private List<Constraint> wanted(OpenPartition partition, List<HostFacts> hosts) {
        String initiator = partition.getInitiator();
        DetectionKind kind = Goal.kindOf(partition);
        return switch (kind) {
            case UNDERLOAD -> Goal.emptied(kind, initiator, hosts);
            case DRAIN -> emptied(initiator, movable(initiator, hosts), hosts);
            case REQUEST ->
                requests.of(partition).map(Planning::elsewhere).stream().toList();
            case HOST_CRASH -> emptied(initiator, restarts.lost(initiator), hosts);
            case CUSTOM ->
                actions.empties(partition)
                        ? emptied(initiator, movable(initiator, hosts), hosts)
                        : List.of(leaves(actions.vm(partition).stream().toList(), initiator));
            case OVERLOAD, VM_CRASH, HEADROOM, CONSTRAINT, RETURN, UNKNOWN -> List.of();
        };
    }

    private static Constraint elsewhere(VmActionAsked asked) {
        List<String> vm = List.of(asked.getVmId());
        return asked.getTargetHostId().isEmpty()
                ? leaves(vm, asked.getHostId())
                : new Constraint.Fence(vm, List.of(asked.getTargetHostId()), Constraint.When.DISCRETE);
    }

    /** These VMs leave a host, and no other comes to it, not even for a moment. */
    private static List<Constraint> emptied(String hostId, List<String> leaving, List<HostFacts> hosts) {
        List<String> others = hosts.stream()
                .filter(facts -> !facts.getHostId().equals(hostId))
                .flatMap(facts -> facts.getVms().stream())
                .map(VmFact::getVmId)
                .toList();
        return List.of(
                leaves(leaving, hostId), new Constraint.Ban(others, List.of(hostId), Constraint.When.CONTINUOUS));
    }

    private static Constraint leaves(List<String> vmIds, String hostId) {
        return new Constraint.Ban(vmIds, List.of(hostId), Constraint.When.DISCRETE);
    }

    private static List<String> movable(String hostId, List<HostFacts> hosts) {
        return hosts.stream()
                .filter(facts -> facts.getHostId().equals(hostId))
                .flatMap(facts -> facts.getVms().stream())
                .filter(vm -> vm.getStaysBecause().isEmpty())
                .map(VmFact::getVmId)
                .toList();
    }

    private Asked ask(OpenPartition partition, boolean lastResort, List<HostFacts> hosts, List<Constraint> wanted) {
        PlacementProblem problem =
                goal.problem(Goal.kindOf(partition), partition.getInitiator(), hosts, lastResort, wanted);
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

    private List<HostFacts> factsOf(OpenPartition partition) {
        boolean asked = Requests.asked(Goal.kindOf(partition));
        return partition.getMembers().stream()
                .map(member -> member.getFacts() == null
                        ? own(partition, member.getLease().getHostId(), asked)
                        : member.getFacts())
                .toList();
    }

    /** A crashed host has only what is lost with it. */
    private HostFacts own(OpenPartition partition, String hostId, boolean asked) {
        boolean initiator = hostId.equals(partition.getInitiator());
        if (!initiator || Goal.kindOf(partition) != DetectionKind.HOST_CRASH) {
            return room.facts(hostId, asked && initiator);
        }
        HostFacts facts = room.facts(hostId, true);
        List<String> lost = restarts.lost(hostId);
        return HostFacts.newBuilder(facts)
                .setVms(facts.getVms().stream()
                        .filter(vm -> lost.contains(vm.getVmId()))
                        .toList())
                .build();
    }

    /** Asks for a plan for all hosts held, computed outside the transaction, unless there is nothing to do. */
    void solveOutside(OpenPartition partition) {
        List<HostFacts> hosts = factsOf(partition);
        Optional<HostFacts> worst = worst(hosts);
        if (worst.isEmpty()) {
            viable(partition, "");
            return;
        }
        PlacementProblem problem =
                goal.problem(Goal.kindOf(partition), worst.get().getHostId(), hosts, true, List.of());
        SolveAsked asked = new SolveAsked(
                turn.decision(),
                partition.getPartitionId(),
                partition.getMembers().stream().map(PartitionMember::getLease).toList(),
                problem.digest());
        turn.put(OpenPartition.newBuilder(partition)
                .setPlanned(hosts.size())
                .setSolving(asked.getDecision())
                .setSolvingDigest(asked.getSnapshotDigest())
                .setSolvingSince(turn.now())
                .build());
        turn.emit(partition.getInitiator(), asked);
        turn.solve(new SolveJob(turn.segment, partition.getInitiator(), asked, problem));
    }

    /** The host that lacks most, so that explanations start from it. */
    private Optional<HostFacts> worst(List<HostFacts> hosts) {
        return hosts.stream()
                .filter(room::violated)
                .min(Comparator.comparingLong(
                                (HostFacts facts) -> facts.getCpuCapacityMillicores() - Room.demandMillicores(facts))
                        .thenComparing(HostFacts::getHostId));
    }

    /** Takes the answer to a solve; one to a question that is no longer open changes nothing. */
    void answered(SolveAnswered answer) {
        OpenPartition partition = turn.state.partitions.get(answer.getPartitionId());
        boolean open = partition != null
                && answer.getAsked().equals(partition.getSolving())
                && answer.getSnapshotDigest().equals(partition.getSolvingDigest());
        if (!open) {
            return;
        }
        String digest = answer.getSnapshotDigest();
        OpenPartition heard = OpenPartition.newBuilder(partition)
                .setSolving(null)
                .setSolvingDigest("")
                .build();
        turn.put(heard);
        switch (answer.getAnswer()) {
            case VIABLE -> viable(heard, digest);
            case PLAN -> {
                if (answer.getFaults().isEmpty()) {
                    carryOutIfStillTrue(heard, answer);
                } else {
                    refused(heard, digest, answer.getEngine(), answer.getMoves(), answer.getFaults());
                    closing.close(heard, PartitionEnd.FAILED, "the judge refused the plan");
                }
            }
            case INFEASIBLE, UNKNOWN -> {
                String reason = "no plan with the %d free hosts of the site: %s"
                        .formatted(heard.getMembers().size(), answer.getReason());
                deciding.decided(heard, PlanAnswer.INFEASIBLE, answer.getNodesSearched(), digest, reason);
                closing.close(heard, PartitionEnd.INFEASIBLE, reason);
            }
        }
    }

    /** The hosts were held all the while, but demand has gone on: a VM that has gone is not moved any more. */
    private void carryOutIfStillTrue(OpenPartition partition, SolveAnswered answer) {
        Optional<String> gone = answer.getMoves().stream()
                .filter(move -> move.getAfter().isEmpty() && !runsThere(partition, move))
                .map(move -> "VM " + move.getVmId() + " is no longer at " + move.getSourceHostId())
                .findFirst();
        if (gone.isPresent()) {
            closing.close(partition, PartitionEnd.FAILED, "the plan is out of date: " + gone.get());
            return;
        }
        deciding.carryOut(
                partition,
                new Deciding.Found(
                        answer.getMoves(),
                        answer.getRejected(),
                        answer.getNodesSearched(),
                        answer.getEngine(),
                        answer.getSnapshotDigest(),
                        answer.getReason()));
    }

    private boolean runsThere(OpenPartition partition, PlannedMove move) {
        return factsOf(partition).stream()
                .filter(facts -> facts.getHostId().equals(move.getSourceHostId()))
                .flatMap(facts -> facts.getVms().stream())
                .anyMatch(vm -> vm.getVmId().equals(move.getVmId()));
    }

    /**
     * All hosts that could help are in, and there is no plan: said with its reason; the detection waits. Where VMs may be
     * paused, that is tried before.
     */
    void infeasible(OpenPartition partition) {
        boolean maySuspend = goal.maySuspend(Goal.kindOf(partition));
        Asked asked = ask(partition, maySuspend);
        if (maySuspend && asked.answer() instanceof Answer.Plan plan) {
            carryOut(partition, asked, plan);
            return;
        }
        if (inPart(partition) && carriedOutInPart(partition)) {
            return;
        }
        String why = switch (asked.answer()) {
            case Answer.Infeasible none -> none.reason();
            case Answer.Viable _ -> NOTHING_TO_DO;
            case Answer.Plan _ -> "no other host is free";
            case Answer.Refused refused ->
                "the judge turned the plan down: " + refused.faults().getFirst();
        };
        long nodes = asked.answer() instanceof Answer.Infeasible none ? none.nodesSearched() : 0;
        int held = partition.getMembers().size();
        String scope = turn.segments == 1 ? "" : " of %d segments".formatted(turn.segments);
        String reason = "no plan with the %d hosts%s that are free: %s%s"
                .formatted(
                        held,
                        scope,
                        why,
                        partition.getRefused().isEmpty() ? "" : "; elsewhere: " + partition.getRefused());
        deciding.decided(
                partition, PlanAnswer.INFEASIBLE, nodes, asked.problem().digest(), reason);
        closing.close(partition, PartitionEnd.INFEASIBLE, reason);
    }

    private boolean inPart(OpenPartition partition) {
        return switch (Goal.kindOf(partition)) {
            case DRAIN, HOST_CRASH -> true;
            case CUSTOM -> actions.empties(partition);
            case OVERLOAD, UNDERLOAD, VM_CRASH, HEADROOM, CONSTRAINT, REQUEST, RETURN, UNKNOWN -> false;
        };
    }

    /** Not all VMs find room: as many as do, those that come first before the others. */
    private boolean carriedOutInPart(OpenPartition partition) {
        List<HostFacts> hosts = factsOf(partition);
        String initiator = partition.getInitiator();
        List<String> vmIds = Goal.kindOf(partition) == DetectionKind.HOST_CRASH
                ? restarts.lost(initiator)
                : movable(initiator, hosts);
        List<String> leaving = new ArrayList<>();
        Asked best = null;
        for (String vmId : vmIds) {
            leaving.add(vmId);
            Asked asked = ask(partition, false, hosts, emptied(initiator, leaving, hosts));
            if (asked.answer() instanceof Answer.Plan) {
                best = asked;
            } else {
                leaving.removeLast();
            }
        }
        if (best == null || !(best.answer() instanceof Answer.Plan plan)) {
            return false;
        }
        carryOut(partition, best, plan);
        return true;
    }
}
