package io.godwit.schedulers.partition;

import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.List;

/** How host partitions get hosts: those of the own segment at once, those of others by questions. */
final class Taking {
    private final Turn turn;
    private final Room room;

    Taking(Turn turn, Room room) {
        this.turn = turn;
        this.room = room;
    }

    /** Takes a free host of the own segment. */
    OpenPartition take(OpenPartition partition, String hostId) {
        Lease lease = Leases.take(
                turn, hostId, partition.getPartitionId(), turn.segment, partition.getSince(), partition.getInitiator());
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
        return with(partition, List.of(new PartitionMember(lease, turn.segment, null)));
    }

    /** Notes hosts that were taken or lent; one that is a member already is not added twice. */
    OpenPartition with(OpenPartition partition, List<PartitionMember> come) {
        List<PartitionMember> members = new ArrayList<>(partition.getMembers());
        come.stream().filter(member -> !knows(partition, member.getLease())).forEach(members::add);
        OpenPartition grown = OpenPartition.newBuilder(partition)
                .setMembers(members)
                .setHostsHeldMax(Math.max(partition.getHostsHeldMax(), members.size()))
                .build();
        turn.put(grown);
        return grown;
    }

    static boolean holds(OpenPartition partition, Lease lease) {
        return partition.getMembers().stream()
                .anyMatch(member -> member.getLease().equals(lease));
    }

    /** Whether it holds a lease, or held it and gave it back: a grant that comes again is not a new one. */
    static boolean knows(OpenPartition partition, Lease lease) {
        return holds(partition, lease) || partition.getReturned().contains(lease);
    }

    static OpenPartition returned(OpenPartition partition, List<Lease> leases) {
        List<Lease> returned = new ArrayList<>(partition.getReturned());
        returned.addAll(leases);
        return OpenPartition.newBuilder(partition).setReturned(returned).build();
    }

    static boolean holds(OpenPartition partition, String hostId) {
        return partition.getMembers().stream()
                .anyMatch(member -> member.getLease().getHostId().equals(hostId));
    }

    /** Asks a segment for one host that has the room, which it chooses unless one is named. */
    void askForOne(OpenPartition partition, int segment, String hostId, Room.Need need) {
        ask(partition, segment, hostId, need, 1, -1);
    }

    /** Asks a segment for all hosts that are free there; as a manager, the leader for those of the roomiest group. */
    void askForAll(OpenPartition partition, int segment) {
        ask(partition, segment, "", new Room.Need(0, 0), 0, -1);
    }

    private void ask(OpenPartition partition, int segment, String hostId, Room.Need need, int hosts, int group) {
        turn.emit(
                Topic.HOST_PARTITIONS,
                segment,
                hostId.isEmpty() ? partition.getInitiator() : hostId,
                new MemberAsked(
                        turn.decision(),
                        partition.getPartitionId(),
                        hostId,
                        partition.getSince(),
                        partition.getInitiator(),
                        segment,
                        need.millicores(),
                        need.bytes(),
                        hosts,
                        group,
                        turn.segment));
    }

    /** Waits for these segments, besides those that were asked before. */
    OpenPartition asked(OpenPartition partition, List<Integer> segments, int ring) {
        List<Integer> asked = new ArrayList<>(partition.getAsked());
        asked.addAll(segments);
        OpenPartition waiting = OpenPartition.newBuilder(partition)
                .setAsked(asked)
                .setRing(ring)
                .setAskedAt(turn.now())
                .build();
        turn.put(waiting);
        return waiting;
    }
}
