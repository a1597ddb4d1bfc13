package io.godwit.schedulers.partition;

import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.HostsGranted;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberLost;
import io.godwit.schemas.events.MemberRefused;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.YieldAsked;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The life of the host partitions of one segment up to their plan: opened at the detecting host, and grown as the policy
 * says until the planner has an answer.
 */
final class HostPartitions {
    /** Nothing grows beyond so many hosts before the planner was asked for them. */
    private static final int NEIGHBOURHOOD = 16;

    private final Turn turn;
    private final Room room;
    private final Goal goal;
    private final WhatCanWait canWait;
    private final Taking taking;
    private final Neighbours neighbours;
    private final Growth growth;
    private final Deciding deciding;
    private final Unsearched unsearched;
    private final Planning planning;
    private final Closing closing;
    private final Managers managers;
    private final WholeSite wholeSite;
    private final Requests requests;
    private final Restarts restarts;
    private final Actions actions;

    HostPartitions(Turn turn, Planner planner) {
        this.turn = turn;
        this.room = new Room(turn);
        this.goal = new Goal(turn, room);
        this.canWait = new WhatCanWait(turn, room);
        this.taking = new Taking(turn, room);
        this.neighbours = new Neighbours(turn, room);
        this.growth = new Growth(turn, room, goal, taking, neighbours);
        this.closing = new Closing(turn);
        this.requests = new Requests(turn);
        this.restarts = new Restarts(turn);
        this.actions = new Actions(turn);
        this.deciding = new Deciding(turn, room, closing);
        this.unsearched = new Unsearched(turn, goal, closing, deciding);
        this.planning = new Planning(turn, room, goal, planner, closing, deciding);
        this.managers = new Managers(turn, room, taking, neighbours);
        this.wholeSite = new WholeSite(turn, room, taking, planning, closing);
    }

    Applying applying() {
        return deciding.applying();
    }

    Planning planning() {
        return planning;
    }

    Closing closing() {
        return closing;
    }

    Managers managers() {
        return managers;
    }

    Neighbours neighbours() {
        return neighbours;
    }

    WholeSite wholeSite() {
        return wholeSite;
    }

    /** Looks at every open detection that no host partition answers, the most urgent and oldest first. */
    void considerAll() {
        turn.state.detections.all().stream()
                .filter(open -> open.getPartitionId().isEmpty() && Actions.asks(open) && due(open))
                .sorted(Comparator.comparing(HostPartitions::ageOf))
                .forEach(this::consider);
    }

    /** Opens a host partition for a detection if its host is free, known and fresh, and its time has come. */
    void consider(OpenDetection open) {
        String hostId = open.getBegan().getHostId();
        String key = Detections.key(open.getBegan());
        DetectionKind kind = open.getBegan().getKind();
        boolean answered = turn.state.detections.get(key) == null
                || !turn.state.detections.get(key).getPartitionId().isEmpty();
        if (answered || Proposals.rejected(open) || turn.state.mode().equals("off") || !due(open)) {
            return;
        }
        var host = turn.state.hosts.get(hostId);
        boolean dead = kind == DetectionKind.HOST_CRASH; // nobody samples it, and it is answered all the same
        if (host == null || host.getLeft() || (!dead && turn.usableSample(hostId) == null)) {
            return;
        }
        if (dead && held(hostId)) {
            fenceWhereHeld(open);
            return;
        }
        boolean done = open.getAnswers() > 0 && kind != DetectionKind.CUSTOM && !goal.ahead(kind, hostId);
        if (done || (!dead && Detections.crashed(turn.state, hostId)) || !actedUpon(open)) {
            return;
        }
        if (freeFor(hostId, ageOf(open)) && turn.considersFirst(key)) {
            open(open);
        }
    }

    private boolean held(String hostId) {
        HostLease lease = turn.state.leases.get(hostId);
        return lease != null && !lease.getHolder().isEmpty();
    }

    /**
     * A plan may wait for commands that end only once its crashed host is seen or proven to be down, so its holder fences it. It
     * is asked again while the host stays held: what was refused may be possible later, as fencing is disarmed for a while.
     */
    private void fenceWhereHeld(OpenDetection open) {
        String hostId = open.getBegan().getHostId();
        boolean commanded = Modes.commanded(
                turn.state, DetectionKind.HOST_CRASH, open.getBegan().getTerms(), false);
        if (!restarts.mayFence(hostId) || !commanded) {
            return;
        }
        turn.state.detections.put(
                Detections.key(open.getBegan()),
                OpenDetection.newBuilder(open)
                        .setRetryAfter(after(turn, turn.state.settings().retryMillis()))
                        .build());
        HostLease lease = turn.state.leases.get(hostId);
        MemberLost lost = new MemberLost(
                turn.decision(),
                lease.getHolder(),
                lease.getLease(),
                "the host crashed: " + open.getBegan().getId(),
                open.getBegan().getId(),
                new Position(Topic.DETECTIONS.stage(), turn.segment, open.getOffset(), "", ""));
        turn.emit(Topic.HOST_PARTITIONS, lease.getHolderSegment(), hostId, lost);
        if (lease.getHolderSegment() == turn.segment) {
            lost(lost);
        }
    }

    /** Whether the policy answers such a detection at its host, and nothing that is more urgent stands before it. */
    private boolean actedUpon(OpenDetection open) {
        String hostId = open.getBegan().getHostId();
        Policy policy = turn.state.settings().policy();
        // which empties it in any case
        boolean draining = requests.draining(hostId) || Actions.drained(turn.state, hostId);
        return switch (open.getBegan().getKind()) {
            case OVERLOAD ->
                switch (policy) {
                    case STATIC, CENTRALIZED -> false;
                    case HIERARCHICAL -> managers.free(hostId);
                    case DVMS, DVMS_LOCAL -> true;
                };
            case UNDERLOAD -> !draining && canWait.mayEmpty(hostId);
            case HEADROOM -> !draining && canWait.mayRelieveEarly();
            case CONSTRAINT -> !draining && canWait.mayMend();
            case REQUEST, DRAIN -> true;
            case HOST_CRASH, VM_CRASH, RETURN -> restarts.actedUpon(open);
            case CUSTOM -> actions.ahead(open);
            case UNKNOWN -> false;
        };
    }

    private boolean due(OpenDetection open) {
        return !turn.now().isBefore(open.getRetryAfter()) || shownAndChanged(open);
    }

    private boolean shownAndChanged(OpenDetection open) {
        return !open.getAdvisedVms().isEmpty()
                && turn.state.sample(open.getBegan().getHostId()) != null
                && !open.getAdvisedVms()
                        .equals(Detections.vmsDigest(turn.state, open.getBegan().getHostId()));
    }

    /** Whether a host is free now for an asker of this age; a younger holder that still grows has to give way. */
    private boolean freeFor(String hostId, Age age) {
        HostLease lease = turn.state.leases.get(hostId);
        if (lease == null || lease.getHolder().isEmpty()) {
            return true;
        }
        if (!age.olderThan(new Age(lease.getSince(), lease.getInitiator()))) {
            return false;
        }
        if (lease.getHolderSegment() == turn.segment) {
            return yields(lease.getHolder(), hostId);
        }
        askToYield(lease, "detection at " + hostId);
        return false;
    }

    /** An own host partition gives way if it has no plan yet. */
    boolean yields(String partitionId, String hostId) {
        OpenPartition partition = turn.state.partitions.get(partitionId);
        if (partition == null || partition.getPlan() != null) {
            return false;
        }
        closing.close(partition, PartitionEnd.YIELDED, "an older host partition needs " + hostId);
        return true;
    }

    void askToYield(HostLease lease, String older) {
        if (!lease.getYieldAsked()) {
            String hostId = lease.getLease().getHostId();
            turn.put(HostLease.newBuilder(lease).setYieldAsked(true).build());
            turn.emit(
                    Topic.HOST_PARTITIONS,
                    lease.getHolderSegment(),
                    hostId,
                    new YieldAsked(turn.decision(), lease.getHolder(), hostId, older));
        }
    }

    private void open(OpenDetection open) {
        var began = open.getBegan();
        boolean ofManager =
                turn.state.settings().policy() == Policy.HIERARCHICAL && began.getKind() == DetectionKind.OVERLOAD;
        String scope = ofManager ? Scope.GROUP : Scope.NEAREST;
        Decision decision = turn.decision();
        String id = "p-" + decision.getSegment() + "-" + decision.getSequence();
        Topic seenIn = switch (began.getKind()) {
            case HEADROOM, CONSTRAINT, RETURN -> Topic.OBSERVATIONS;
            case REQUEST, DRAIN -> Topic.REQUESTS;
            case OVERLOAD, UNDERLOAD, HOST_CRASH, VM_CRASH, CUSTOM, UNKNOWN -> Topic.DETECTIONS;
        };
        Position position = new Position(seenIn.stage(), turn.segment, open.getOffset(), "", "");
        Instant age = Goal.age(began.getKind(), began.getSince());
        Lease lease = Leases.take(turn, began.getHostId(), id, turn.segment, age, began.getHostId());
        OpenPartition opened = fresh(id, began.getHostId(), age, scope)
                .setDetectionId(began.getId())
                .setDetection(position)
                .setKind(began.getKind())
                .setTerms(began.getTerms())
                .setMembers(List.of(new PartitionMember(lease, turn.segment, null)))
                .setHostsHeldMax(1)
                .build();
        turn.put(opened);
        turn.state.detections.put(
                Detections.key(began),
                OpenDetection.newBuilder(open).setPartitionId(id).build());
        turn.emit(
                began.getHostId(),
                new PartitionOpened(
                        decision,
                        id,
                        began.getHostId(),
                        began.getId(),
                        position,
                        began.getKind(),
                        began.getSince(),
                        List.of(lease),
                        scope));
        grow(id);
    }

    /** A host partition that holds nothing yet. */
    static OpenPartition.Builder fresh(String id, String initiator, Instant age, String scope) {
        return OpenPartition.newBuilder()
                .setPartitionId(id)
                .setInitiator(initiator)
                .setSince(age)
                .setScope(scope)
                .setMembers(List.of())
                .setHostsHeldMax(0)
                .setAsked(List.of())
                .setRing(0)
                .setRefusals(0)
                .setRefused("")
                .setPlan(null)
                .setSteps(List.of())
                .setPlanned(0);
    }

    /**
     * Takes a host partition as far as it gets now: to a plan, to its end, or to questions that others must answer first.
     * Checks before each step that there is still something to do.
     */
    void grow(String partitionId) {
        while (true) {
            OpenPartition partition = turn.state.partitions.get(partitionId);
            if (PartitionPhase.of(partition) != PartitionPhase.GROWING || unsearched.answered(partition)) {
                return;
            }
            if (unsearched.actsInPlace(partition)) {
                return;
            }
            switch (partition.getScope()) {
                case Scope.SITE -> {
                    wholeSite.solve(partition);
                    return;
                }
                case Scope.GROUP -> managers.acquire(partition);
                default -> acquire(partition);
            }
            OpenPartition grown = turn.state.partitions.get(partitionId);
            if (!grown.getAsked().isEmpty()) {
                return;
            }
            int held = grown.getMembers().size();
            if (held > partition.getPlanned() && held > 1) {
                switch (planning.plan(grown)) {
                    case NOTHING -> {
                        return;
                    }
                    case ROOMIER_HOSTS -> {
                        // hosts with room were taken first, so none that is left would help
                        if (held >= NEIGHBOURHOOD && !grown.getScope().equals(Scope.GROUP)) {
                            planning.infeasible(grown);
                            return;
                        }
                    }
                    case MORE_HOSTS -> {} // until none is left
                }
            } else if (growth.named(grown) || !someoneYields(grown)) {
                planning.infeasible(grown);
                return;
            }
        }
    }

    private void acquire(OpenPartition partition) {
        int planned = partition.getPlanned();
        int twice = Math.max(2, 2 * planned - 1);
        int next = planned < NEIGHBOURHOOD ? Math.min(twice, NEIGHBOURHOOD) : twice;
        int wanted = Math.min(next, goal.membersMax(Goal.kindOf(partition)));
        if (partition.getMembers().size() < wanted) {
            growth.acquire(partition, wanted);
        }
    }

    /** Takes a host that another segment lent; one that is not waited for goes back at once. */
    void granted(MemberGranted grant) {
        OpenPartition partition = turn.state.partitions.get(grant.getPartitionId());
        int lender = grant.getDecision().getSegment();
        if (partition != null && Taking.knows(partition, grant.getLease())) {
            return; // told twice
        }
        if (partition == null || !partition.getAsked().contains(lender)) {
            giveBack(grant.getPartitionId(), lender, List.of(grant.getLease()));
            return;
        }
        PartitionMember member = new PartitionMember(grant.getLease(), lender, grant.getFacts());
        OpenPartition _ = taking.with(answered(partition, lender, ""), List.of(member));
        grow(partition.getPartitionId());
    }

    /** Takes the hosts that a segment lent at once. */
    void granted(HostsGranted grant) {
        OpenPartition partition = turn.state.partitions.get(grant.getPartitionId());
        int lender = grant.getDecision().getSegment();
        boolean led = partition != null && partition.getScope().equals(Scope.GROUP);
        boolean awaited = partition != null
                && (led ? !partition.getAsked().isEmpty() : partition.getAsked().contains(lender));
        if (!awaited) {
            List<Lease> come = grant.getMembers().stream()
                    .map(PartitionMember::getLease)
                    .filter(lease -> partition == null || !Taking.knows(partition, lease))
                    .toList();
            giveBack(grant.getPartitionId(), lender, come);
            return;
        }
        int asked = led ? partition.getAsked().getFirst() : lender; // the leader passed the question on
        OpenPartition heard = answered(partition, asked, grant.getReason());
        OpenPartition grown = taking.with(heard, grant.getMembers());
        turn.put(Detections.answeredToo(grown, grant.getDetections(), lender));
        grow(partition.getPartitionId());
    }

    private void giveBack(String partitionId, int lender, List<Lease> leases) {
        leases.forEach(lease -> closing.giveBack(partitionId, lender, lease));
        OpenPartition partition = turn.state.partitions.get(partitionId);
        if (partition != null) {
            turn.put(Taking.returned(partition, leases));
        }
    }

    void refused(MemberRefused refused) {
        OpenPartition partition = turn.state.partitions.get(refused.getPartitionId());
        int bySegment = refused.getDecision().getSegment();
        if (partition != null && partition.getAsked().contains(bySegment)) {
            OpenPartition heard = answered(declined(partition, List.of(bySegment)), bySegment, refused.getReason());
            turn.put(OpenPartition.newBuilder(heard)
                    .setContended(partition.getContended() || refused.getHeldBy() != null)
                    .build());
            grow(refused.getPartitionId());
        }
    }

    private static OpenPartition answered(OpenPartition partition, int bySegment, String reason) {
        List<Integer> asked = new ArrayList<>(partition.getAsked());
        asked.remove(Integer.valueOf(bySegment));
        return OpenPartition.newBuilder(partition)
                .setAsked(asked)
                .setRefused(reason)
                .build();
    }

    private static OpenPartition declined(OpenPartition partition, List<Integer> segments) {
        SortedSet<Integer> declined = new TreeSet<>(partition.getDeclined());
        declined.addAll(segments);
        return OpenPartition.newBuilder(partition)
                .setRefusals(declined.size())
                .setDeclined(List.copyOf(declined))
                .build();
    }

    /** What waits for others longer than it may, as the ticks tell: they are passed over, and a plan is asked for anew. */
    void waitNoLonger() {
        DecisionSettings settings = turn.state.settings();
        for (OpenPartition partition : turn.state.partitions.all()) {
            switch (PartitionPhase.of(partition)) {
                case ASKING -> {
                    if (!turn.now().isBefore(partition.getAskedAt().plusMillis(settings.answerWithinMillis()))) {
                        passOver(partition, settings.answerWithinMillis());
                    }
                }
                case SOLVING -> {
                    if (!turn.now().isBefore(partition.getSolvingSince().plusMillis(settings.solveWithinMillis()))) {
                        wholeSite.solve(partition);
                    }
                }
                case NONE, GROWING, APPLYING -> {} // wait for nobody, or for outcomes, which always come
            }
        }
    }

    private void passOver(OpenPartition partition, long millis) {
        turn.put(OpenPartition.newBuilder(declined(partition, partition.getAsked()))
                .setAsked(List.of())
                .setRefused("segment %s did not answer within %d ms"
                        .formatted(partition.getAsked().getFirst(), millis))
                .build());
        grow(partition.getPartitionId());
    }

    /** A host of this segment was lost: who holds it goes on without it, or ends if it was its initiator. */
    void lost(String hostId, String reason) {
        for (OpenPartition partition : turn.state.partitions.all()) {
            if (partition.getInitiator().equals(hostId) && partition.getPlan() == null) {
                closing.close(partition, PartitionEnd.INITIATOR_LOST, reason);
            }
        }
        HostLease lease = turn.state.leases.get(hostId);
        if (lease == null || lease.getHolder().isEmpty()) {
            return;
        }
        if (lease.getHolderSegment() == turn.segment) {
            memberLost(lease.getHolder(), lease.getLease());
        } else {
            turn.emit(
                    Topic.HOST_PARTITIONS,
                    lease.getHolderSegment(),
                    hostId,
                    new MemberLost(turn.decision(), lease.getHolder(), lease.getLease(), reason, "", null));
        }
    }

    void lost(MemberLost lost) {
        memberLost(lost.getPartitionId(), lost.getLease());
        if (lost.getDetection() != null) {
            deciding.applying().fence(lost);
        }
    }

    /** One that grows gives the host back and asks the planner again; one with a plan waits for the outcomes. */
    private void memberLost(String partitionId, Lease lease) {
        OpenPartition partition = turn.state.partitions.get(partitionId);
        if (partition == null || partition.getPlan() != null || !Taking.holds(partition, lease)) {
            return;
        }
        OpenPartition smaller =
                closing.release(partition, member -> member.getLease().equals(lease));
        turn.put(OpenPartition.newBuilder(Taking.returned(smaller, List.of(lease)))
                .setPlanned(0)
                .setSolving(null)
                .setSolvingDigest("")
                .build());
        grow(partitionId);
    }

    /** Nothing is free any more: younger host partitions of this segment that have no plan yet give way, one at a time. */
    private boolean someoneYields(OpenPartition partition) {
        Age age = new Age(partition.getSince(), partition.getInitiator());
        for (Room.Spare held : room.lendable(false)) {
            HostLease lease = turn.state.leases.get(held.hostId());
            boolean younger = age.olderThan(new Age(lease.getSince(), lease.getInitiator()));
            if (younger && lease.getHolderSegment() == turn.segment && yields(lease.getHolder(), held.hostId())) {
                return true;
            }
        }
        return false;
    }

    /** Another policy came into force: what still grows was begun by another one. */
    void policyChanged(Policy policy) {
        wholeSite.policyChanged(policy);
        for (OpenPartition partition : turn.state.partitions.all()) {
            if (partition.getPlan() == null) {
                closing.close(partition, PartitionEnd.POLICY_CHANGED, "the policy is " + policy.text() + " now");
            }
        }
        considerAll();
    }

    private static Age ageOf(OpenDetection open) {
        return new Age(
                Goal.age(open.getBegan().getKind(), open.getBegan().getSince()),
                open.getBegan().getHostId());
    }

    /** Never before now. */
    static Instant after(Turn turn, long millis) {
        return turn.now().plusMillis(millis);
    }
}
