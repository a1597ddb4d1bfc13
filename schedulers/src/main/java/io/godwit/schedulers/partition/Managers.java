package io.godwit.schedulers.partition;

import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.log.Topic;
import java.util.List;

/**
 * The policy hierarchical: a manager holds its whole group for one overload after the other; what it cannot solve goes to
 * the leader, the scheduler of segment 0, which adds the group with the most headroom.
 */
final class Managers {
    /** Segment whose scheduler leads. */
    static final int LEADER = 0;

    private final Turn turn;
    private final Room room;
    private final Taking taking;
    private final Neighbours neighbours;

    Managers(Turn turn, Room room, Taking taking, Neighbours neighbours) {
        this.turn = turn;
        this.room = room;
        this.taking = taking;
        this.neighbours = neighbours;
    }

    /** Whether the manager of a host has nothing in hand. */
    boolean free(String hostId) {
        List<String> group = groupOf(hostId);
        return turn.state.partitions.all().stream().noneMatch(partition -> group.contains(partition.getInitiator()));
    }

    private List<String> groupOf(String hostId) {
        return room.groups().stream()
                .filter(group -> group.contains(hostId))
                .findFirst()
                .orElse(List.of(hostId));
    }

    /** The whole group at first; where there was no plan, one more group, once. */
    void acquire(OpenPartition partition) {
        OpenPartition grown = partition.getPlanned() == 0
                ? takeAll(partition, room.freeOf(groupOf(partition.getInitiator())))
                : partition;
        boolean alone = grown.getMembers().size() < 2;
        if (grown.getRing() == 0 && (alone || grown.getPlanned() > 0)) {
            askLeader(grown);
        }
    }

    private OpenPartition takeAll(OpenPartition partition, List<HostFacts> free) {
        List<OpenDetection> overloads = room.overloadsOf(free);
        OpenPartition grown = partition;
        for (HostFacts facts : free) {
            grown = taking.take(grown, facts.getHostId());
        }
        OpenPartition answering = Detections.answeredToo(grown, overloads, turn.segment);
        turn.put(answering);
        return answering;
    }

    private void askLeader(OpenPartition partition) {
        if (turn.segment != LEADER) {
            taking.askForAll(partition, LEADER);
            OpenPartition _ = taking.asked(partition, List.of(LEADER), 1);
            return;
        }
        OpenPartition asked = OpenPartition.newBuilder(partition).setRing(1).build();
        turn.put(asked);
        Neighbours.Group roomiest = roomiest(partition.getInitiator(), turn.segment);
        if (roomiest == null) {
            return;
        }
        if (roomiest.segment() == turn.segment) {
            OpenPartition _ = takeAll(asked, room.freeOf(room.groups().get(roomiest.number())));
        } else {
            MemberAsked question = new MemberAsked(
                    turn.decision(),
                    partition.getPartitionId(),
                    "",
                    partition.getSince(),
                    partition.getInitiator(),
                    roomiest.segment(),
                    0L,
                    0L,
                    0,
                    roomiest.number(),
                    turn.segment);
            turn.emit(Topic.HOST_PARTITIONS, roomiest.segment(), partition.getInitiator(), question);
            OpenPartition _ = taking.asked(asked, List.of(roomiest.segment()), 1);
        }
    }

    /** The leader's choice for a manager of another segment; null: there is none. */
    Neighbours.Group roomiest(String initiator, int askingSegment) {
        int own = askingSegment == turn.segment ? room.groups().indexOf(groupOf(initiator)) : -1;
        return neighbours.roomiest().stream()
                .filter(group -> group.segment() != askingSegment || (own >= 0 && group.number() != own))
                .findFirst()
                .orElse(null);
    }
}
