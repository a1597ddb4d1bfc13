package io.godwit.schedulers.partition;

import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
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

/**
 * The life of the host partitions of one segment up to their plan: opened at the detecting host, grown by the nearest hosts
 * to 2, 3, 5, 9, … hosts until the planner has an answer.
 */
final class HostPartitions {
    private final Turn turn;
    private final Room room;
    private final Planning planning;
    private final Closing closing;

    HostPartitions(Turn turn, Planner planner) {
        this.turn = turn;
        this.room = new Room(turn);
        this.closing = new Closing(turn);
        this.planning = new Planning(turn, room, planner, closing);
    }

    Planning planning() {
        return planning;
    }

    Closing closing() {
        return closing;
    }

    /** Looks at every open detection that no host partition answers, the oldest first. */
    void considerAll() {
        turn.state.detections.all().stream()
                .filter(open -> open.getPartitionId().isEmpty())
                .sorted(Comparator.comparing(HostPartitions::ageOf))
                .forEach(this::consider);
    }

    /** Opens a host partition for a detection if its host is free, known and fresh, and its time has come. */
    void consider(OpenDetection open) {
        String hostId = open.getBegan().getHostId();
        String key = Detections.key(open.getBegan());
        boolean answered = turn.state.detections.get(key) == null
                || !turn.state.detections.get(key).getPartitionId().isEmpty();
        if (answered || !Detections.actedUpon(open) || turn.state.mode().equals("off") || !due(open)) {
            return;
        }
        var host = turn.state.hosts.get(hostId);
        if (host == null || host.getLeft() || Detections.crashed(turn.state, hostId)) {
            return;
        }
        if (turn.usableSample(hostId) == null || (open.getAnswers() > 0 && !room.violated(room.facts(hostId)))) {
            return;
        }
        if (freeFor(hostId, ageOf(open)) && turn.considersFirst(key)) {
            open(open);
        }
    }

    private boolean due(OpenDetection open) {
        boolean shownAndChanged = !open.getAdvisedVms().isEmpty()
                && turn.state.sample(open.getBegan().getHostId()) != null
                && !open.getAdvisedVms()
                        .equals(Detections.vmsDigest(turn.state, open.getBegan().getHostId()));
        return shownAndChanged || !turn.now().isBefore(open.getRetryAfter());
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
            turn.state.leases.put(
                    hostId, HostLease.newBuilder(lease).setYieldAsked(true).build());
            turn.emit(
                    Topic.HOST_PARTITIONS,
                    lease.getHolderSegment(),
                    hostId,
                    new YieldAsked(turn.decision(), lease.getHolder(), hostId, older));
        }
    }

    private void open(OpenDetection open) {
        var began = open.getBegan();
        Decision decision = turn.decision();
        String id = "p-" + decision.getSegment() + "-" + decision.getSequence();
        Position position = new Position(Topic.DETECTIONS.stage(), turn.segment, open.getOffset(), "", "");
        Lease lease = Leases.take(turn, began.getHostId(), id, turn.segment, began.getSince(), began.getHostId());
        turn.state.partitions.put(
                id,
                OpenPartition.newBuilder()
                        .setPartitionId(id)
                        .setInitiator(began.getHostId())
                        .setDetectionId(began.getId())
                        .setDetection(position)
                        .setSince(began.getSince())
                        .setMembers(List.of(new PartitionMember(lease, turn.segment, null)))
                        .setHostsHeldMax(1)
                        .setAsked(List.of())
                        .setRing(0)
                        .setRefusals(0)
                        .setRefused("")
                        .setPlan(null)
                        .setSteps(List.of())
                        .setPlanned(0)
                        .setKind(began.getKind())
                        .build());
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
                        "nearest"));
        grow(id);
    }

    /**
     * Takes a host partition as far as it gets now: to a plan, to its end, or to questions that other segments must answer
     * first. Checks before each step that the detection still holds.
     */
    void grow(String partitionId) {
        while (true) {
            OpenPartition partition = turn.state.partitions.get(partitionId);
            if (partition == null
                    || partition.getPlan() != null
                    || !partition.getAsked().isEmpty()) {
                return;
            }
            if (planning.answeredWithoutSearch(partition)) {
                return;
            }
            int held = partition.getMembers().size();
            int planned = partition.getPlanned();
            int wanted = Math.max(2, planned == 0 ? 2 : 2 * planned - 1);
            if (held < wanted) {
                acquire(partition, wanted);
                partition = turn.state.partitions.get(partitionId);
                if (!partition.getAsked().isEmpty()) {
                    return;
                }
            }
            if (partition.getMembers().size() > planned
                    && partition.getMembers().size() > 1) {
                if (planning.plan(partition)) {
                    return;
                }
            } else if (!someoneYields(partition)) {
                planning.infeasible(partition);
                return;
            }
        }
    }

    /** Free hosts with room here, then questions to the other segments in turn, then whatever is free here. */
    private void acquire(OpenPartition partition, int wanted) {
        HostFacts initiator = room.facts(partition.getInitiator());
        Room.Need need = room.needOf(initiator);
        List<HostFacts> free = room.free(partition.getInitiator());
        OpenPartition grown = partition;
        for (HostFacts facts : free) {
            if (grown.getMembers().size() < wanted && room.hasRoom(facts, need)) {
                grown = take(grown, facts.getHostId());
            }
        }
        int missing = wanted - grown.getMembers().size();
        if (missing > 0 && !ringExhausted(grown)) {
            ask(grown, need, Math.min(missing, turn.segments - 1 - grown.getRefusals()));
            return;
        }
        for (HostFacts facts : free) {
            boolean member = grown.getMembers().stream()
                    .anyMatch(held -> held.getLease().getHostId().equals(facts.getHostId()));
            if (grown.getMembers().size() < wanted && !member) {
                grown = take(grown, facts.getHostId());
            }
        }
    }

    private boolean ringExhausted(OpenPartition partition) {
        return partition.getRefusals() >= turn.segments - 1;
    }

    private OpenPartition take(OpenPartition partition, String hostId) {
        Lease lease = Leases.take(
                turn, hostId, partition.getPartitionId(), turn.segment, partition.getSince(), partition.getInitiator());
        OpenPartition grown = withMember(partition, new PartitionMember(lease, turn.segment, null));
        turn.emit(
                hostId,
                new MemberGranted(
                        turn.decision(),
                        partition.getPartitionId(),
                        turn.segment,
                        lease,
                        room.facts(hostId),
                        false,
                        partition.getSince(),
                        partition.getInitiator()));
        return grown;
    }

    private OpenPartition withMember(OpenPartition partition, PartitionMember member) {
        List<PartitionMember> members = new ArrayList<>(partition.getMembers());
        members.add(member);
        OpenPartition grown = OpenPartition.newBuilder(partition)
                .setMembers(members)
                .setHostsHeldMax(Math.max(partition.getHostsHeldMax(), members.size()))
                .build();
        turn.state.partitions.put(partition.getPartitionId(), grown);
        return grown;
    }

    private void ask(OpenPartition partition, Room.Need need, int questions) {
        List<Integer> asked = new ArrayList<>(partition.getAsked());
        int ring = partition.getRing();
        for (int question = 0; question < questions; question++) {
            ring = ring % (turn.segments - 1) + 1;
            int other = (turn.segment + ring) % turn.segments;
            asked.add(other);
            turn.emit(
                    Topic.HOST_PARTITIONS,
                    other,
                    partition.getInitiator(),
                    new MemberAsked(
                            turn.decision(),
                            partition.getPartitionId(),
                            "",
                            partition.getSince(),
                            partition.getInitiator(),
                            other,
                            need.millicores(),
                            need.bytes(),
                            1,
                            -1,
                            -1));
        }
        turn.state.partitions.put(
                partition.getPartitionId(),
                OpenPartition.newBuilder(partition)
                        .setAsked(asked)
                        .setRing(ring)
                        .build());
    }

    /** Takes a host that another segment lent. */
    void granted(OpenPartition partition, MemberGranted grant) {
        OpenPartition answered = without(partition, grant.getDecision().getSegment(), 0, "");
        withMember(
                answered,
                new PartitionMember(grant.getLease(), grant.getDecision().getSegment(), grant.getFacts()));
        grow(partition.getPartitionId());
    }

    void refused(OpenPartition partition, int bySegment, String reason) {
        OpenPartition answered = without(partition, bySegment, partition.getRefusals() + 1, reason);
        turn.state.partitions.put(partition.getPartitionId(), answered);
        grow(partition.getPartitionId());
    }

    private static OpenPartition without(OpenPartition partition, int answered, int refusals, String reason) {
        List<Integer> asked = new ArrayList<>(partition.getAsked());
        asked.remove(Integer.valueOf(answered));
        return OpenPartition.newBuilder(partition)
                .setAsked(asked)
                .setRefusals(refusals)
                .setRefused(reason)
                .build();
    }

    /** Nothing is free any more: younger host partitions of this segment that have no plan yet give way, one at a time. */
    private boolean someoneYields(OpenPartition partition) {
        Age age = new Age(partition.getSince(), partition.getInitiator());
        for (HostFacts held : room.lendable(false)) {
            HostLease lease = turn.state.leases.get(held.getHostId());
            boolean younger = age.olderThan(new Age(lease.getSince(), lease.getInitiator()));
            if (younger && lease.getHolderSegment() == turn.segment && yields(lease.getHolder(), held.getHostId())) {
                return true;
            }
        }
        return false;
    }

    private static Age ageOf(OpenDetection open) {
        return new Age(open.getBegan().getSince(), open.getBegan().getHostId());
    }

    /** Never before now. */
    static Instant after(Turn turn, long millis) {
        return turn.now().plusMillis(millis);
    }
}
