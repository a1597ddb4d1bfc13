package io.godwit.schedulers.partition;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.PlacementProblem;
import io.godwit.schedulers.planner.PlanJudge;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OpenProposal;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.PlanStep;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.ProposalState;
import io.godwit.schemas.events.RejectedMove;
import io.godwit.schemas.events.SolveAnswered;
import io.godwit.schemas.events.SolveAsked;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.events.VmFact;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Asks the planner for the hosts that a host partition holds, and decides by the site's mode what becomes of its answer. */
final class Planning {
    private static final String NO_ENGINE = "none";
    private static final String NOTHING_TO_DO = "no held host gives more than it can";

    private final Turn turn;
    private final Room room;
    private final Goal goal;
    private final Planner planner;
    private final Closing closing;
    private final Applying applying;
    private final Trails trails;
    private final Requests requests;
    private final Restarts restarts;
    private final Proposals proposals;
    private final Actions actions;

    Planning(Turn turn, Room room, Goal goal, Planner planner, Closing closing) {
        this.turn = turn;
        this.room = room;
        this.goal = goal;
        this.planner = planner;
        this.closing = closing;
        this.applying = new Applying(turn, room, closing);
        this.trails = new Trails(turn);
        this.requests = new Requests(turn);
        this.restarts = new Restarts(turn);
        this.proposals = new Proposals(turn);
        this.actions = new Actions(turn);
    }

    Applying applying() {
        return applying;
    }

    /** What the planner is asked and what it said. */
    private record Asked(PlacementProblem problem, Answer answer) {}

    /** A plan that was found, here or outside the transaction. */
    private record Found(
            List<PlannedMove> moves,
            List<RejectedMove> rejected,
            long nodes,
            String engine,
            String digest,
            String caveat) {}

    /** Ends a growing host partition whose reason has gone: mode, detection, data, or what was to be done. */
    boolean answeredWithoutSearch(OpenPartition partition) {
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
            decided(partition, PlanAnswer.INFEASIBLE, 0, "", reason);
            closing.close(partition, PartitionEnd.INFEASIBLE, reason);
            return true;
        }
        boolean ahead = Goal.kindOf(partition) == DetectionKind.CUSTOM
                ? actions.ahead(partition)
                : goal.ahead(Goal.kindOf(partition), initiator);
        if (!ahead) {
            String reason = nothingAhead(Goal.kindOf(partition), initiator);
            decided(partition, PlanAnswer.VIABLE, 0, "", reason);
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
        carryOut(partition, new Found(steps, List.of(), 0, NO_ENGINE, "", ""));
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
            decided(partition, PlanAnswer.INFEASIBLE, 0, "", flapping.get());
            closing.close(partition, PartitionEnd.ADVISED, flapping.get()); // so that it is not said all the time
        } else if (restarts.memoryBytes(vmId) > free) {
            String reason = "the host has %d bytes of memory free and the VM needs %d"
                    .formatted(Math.max(0, free), restarts.memoryBytes(vmId));
            decided(partition, PlanAnswer.INFEASIBLE, 0, "", reason);
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
        carryOut(
                partition,
                new Found(
                        Planned.moves(plan),
                        Planned.rejected(plan),
                        plan.nodesSearched(),
                        plan.engine(),
                        asked.problem().digest(),
                        Planned.caveat(plan)));
    }

    private void viable(OpenPartition partition, String digest) {
        decided(partition, PlanAnswer.VIABLE, 0, digest, NOTHING_TO_DO);
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
                decided(heard, PlanAnswer.INFEASIBLE, answer.getNodesSearched(), digest, reason);
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
        carryOut(
                partition,
                new Found(
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
        decided(partition, PlanAnswer.INFEASIBLE, nodes, asked.problem().digest(), reason);
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

    private void decided(OpenPartition partition, PlanAnswer answer, long nodes, String digest, String reason) {
        Found nothing = new Found(List.of(), List.of(), nodes, NO_ENGINE, digest, "");
        decided(turn.decision(), partition, answer, nothing, List.of(), reason, "");
    }

    private void decided(
            Decision decision,
            OpenPartition partition,
            PlanAnswer answer,
            Found found,
            List<String> returns,
            String reason,
            String proposalId) {
        turn.emit(
                partition.getInitiator(),
                new PlanDecided(
                        decision,
                        partition.getPartitionId(),
                        partition.getDetectionId(),
                        partition.getDetection(),
                        answer,
                        Modes.word(Modes.of(turn.state, partition.getTerms())),
                        found.moves(),
                        found.rejected(),
                        partition.getMembers().stream()
                                .map(PartitionMember::getLease)
                                .toList(),
                        found.nodes(),
                        found.engine(),
                        found.digest(),
                        reason,
                        partition.getDetections(),
                        returns,
                        proposalId));
    }

    private void carryOut(OpenPartition partition, Found asPlanned) {
        Found asFound = Goal.kindOf(partition) == DetectionKind.HOST_CRASH
                ? new Found(
                        restarts.started(
                                partition,
                                asPlanned.moves(),
                                asPlanned.moves().size() + " VMs wait to be started elsewhere"),
                        asPlanned.rejected(),
                        asPlanned.nodes(),
                        asPlanned.engine(),
                        asPlanned.digest(),
                        asPlanned.caveat())
                : asPlanned;
        List<String> returns = new ArrayList<>();
        Found found = new Found(
                asFound.moves().stream().map(move -> noted(move, returns)).toList(),
                asFound.rejected(),
                asFound.nodes(),
                asFound.engine(),
                asFound.digest(),
                asFound.caveat());
        List<PlannedMove> moved = found.moves().stream()
                .filter(move -> !move.getResumes() && move.getAction() != ActionKind.FENCE)
                .toList();
        long paused = moved.stream().filter(PlannedMove::getStaysPaused).count();
        String reason = reason(partition, moved.size())
                + (paused == 0 ? "" : "; " + paused + (paused == 1 ? " VM is" : " VMs are") + " paused meanwhile")
                + (found.caveat().isEmpty() ? "" : "; " + found.caveat());
        Decision decision = turn.decision();
        boolean asksFirst = Modes.asksFirst(turn.state, partition);
        Optional<OpenProposal> same = asksFirst ? proposals.same(partition, found.moves()) : Optional.empty();
        String proposalId = asksFirst ? same.map(OpenProposal::getProposalId).orElse(Proposals.idOf(decision)) : "";
        decided(decision, partition, PlanAnswer.PLAN, found, returns, reason, proposalId);
        boolean approved = same.filter(proposal -> proposal.getState() == ProposalState.APPROVED)
                .isPresent();
        if (asksFirst && !approved) {
            proposals.propose(partition, proposalId, found.moves());
            closing.close(
                    partition,
                    PartitionEnd.ADVISED,
                    "%s; it waits for a person: godwit approve %s".formatted(reason, proposalId));
            return;
        }
        if (!approved && !Modes.commanded(turn.state, partition)) {
            String mode = Modes.word(Modes.of(turn.state, partition.getTerms()));
            closing.close(partition, PartitionEnd.ADVISED, reason + "; nothing is commanded in mode " + mode);
            return;
        }
        if (approved) {
            proposals.granted(partition);
        }
        if (Goal.kindOf(partition) == DetectionKind.HEADROOM) {
            new Budgets(turn).noteForHeadroom(moved.size());
        }
        Set<String> needed = new TreeSet<>(Set.of(partition.getInitiator()));
        found.moves().forEach(move -> needed.addAll(List.of(move.getSourceHostId(), move.getTargetHostId())));
        OpenPartition lean = closing.release(
                partition, member -> !needed.contains(member.getLease().getHostId()));
        OpenPartition applied = OpenPartition.newBuilder(lean)
                .setPlan(decision)
                .setApproved(approved)
                .setSteps(found.moves().stream()
                        .map(move -> new PlanStep(move, "", ""))
                        .toList())
                .build();
        turn.put(applied);
        applying.advance(applied);
    }

    private String reason(OpenPartition partition, int moves) {
        String verb = moves == 1 ? "s" : "";
        String what = moves + " move" + (moves == 1 ? "" : "s");
        int held = partition.getMembers().size();
        if (partition.getScope().equals(Scope.SITE)) {
            return "%s relieve%s the site with %d hosts held".formatted(what, verb, held);
        }
        HostFacts initiator = room.facts(partition.getInitiator());
        switch (Goal.kindOf(partition)) {
            case HOST_CRASH -> {
                return "%d VMs of %s start elsewhere, as it crashed, with %d hosts held"
                        .formatted(moves, initiator.getLabel(), held);
            }
            case VM_CRASH -> {
                return "the VM starts again on " + initiator.getLabel();
            }
            case RETURN -> {
                return "%d old copies of VMs leave %s".formatted(moves, initiator.getLabel());
            }
            case CUSTOM -> {
                if (Actions.of(partition.getTerms()) == DetectionAction.SNAPSHOT) {
                    return "%d snapshot%s at %s, as a rule asks"
                            .formatted(moves, moves == 1 ? "" : "s", initiator.getLabel());
                }
            }
            case OVERLOAD, UNDERLOAD, HEADROOM, CONSTRAINT, REQUEST, DRAIN, UNKNOWN -> {} // moves
        }
        String aim = switch (Goal.kindOf(partition)) {
            case UNDERLOAD -> "empt%s".formatted(moves == 1 ? "ies" : "y");
            case HEADROOM -> "give%s headroom to".formatted(verb);
            case CONSTRAINT -> "mend%s broken constraints at".formatted(verb);
            case REQUEST -> "as was asked at";
            case CUSTOM -> "as a rule asks at";
            case DRAIN -> "drain%s".formatted(verb);
            case OVERLOAD, HOST_CRASH, VM_CRASH, RETURN, UNKNOWN -> "relieve%s".formatted(verb);
        };
        return "%s %s %s (%d of %d mc) with %d hosts held"
                .formatted(
                        what,
                        aim,
                        initiator.getLabel(),
                        Room.demandMillicores(initiator),
                        initiator.getCpuCapacityMillicores(),
                        held);
    }

    /** A VM that goes back to where it came from a moment ago may be played with by two hosts, so that is said. */
    private PlannedMove noted(PlannedMove move, List<String> returns) {
        Optional<Instant> left = trails.leftWithinHold(move.getVmId(), move.getTargetHostId());
        if (left.isEmpty() || move.getResumes() || InPlace.movesNothing(move)) {
            return move;
        }
        returns.add(move.getVmId());
        long seconds = Duration.between(left.get(), turn.now()).toSeconds();
        return PlannedMove.newBuilder(move)
                .setWhy(move.getWhy() + "; returns to a host that it left " + seconds + " s ago")
                .build();
    }
}
