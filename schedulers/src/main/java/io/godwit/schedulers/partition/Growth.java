package io.godwit.schedulers.partition;

import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.OpenPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Which hosts a host partition takes next: the nearest that have the room, by coordinates or on the ring. */
final class Growth {
    private final Turn turn;
    private final Room room;
    private final Goal goal;
    private final Taking taking;
    private final Neighbours neighbours;

    Growth(Turn turn, Room room, Goal goal, Taking taking, Neighbours neighbours) {
        this.turn = turn;
        this.room = room;
        this.goal = goal;
        this.taking = taking;
        this.neighbours = neighbours;
    }

    /** Takes hosts, up to so many held in all, or asks others for them; in the end those without the room too. */
    void acquire(OpenPartition partition, int wanted) {
        OpenPartition grown = turn.state.settings().policy() == Policy.DVMS
                ? alongTheRing(partition, wanted)
                : nearest(partition, wanted);
        if (grown.getAsked().isEmpty() && Goal.urgent(grown.getSince(), turn.now())) {
            takeFree(grown, wanted, free(grown));
        }
    }

    private List<HostFacts> free(OpenPartition partition) {
        List<HostFacts> free = room.free(partition.getInitiator());
        return switch (Goal.kindOf(partition)) {
            // into an empty host would only change which one is empty
            case UNDERLOAD ->
                free.stream().filter(facts -> !facts.getVms().isEmpty()).toList();
            case OVERLOAD, HEADROOM, HOST_CRASH, VM_CRASH, CUSTOM, UNKNOWN -> free;
        };
    }

    private OpenPartition takeFree(OpenPartition partition, int wanted, List<HostFacts> free) {
        OpenPartition grown = partition;
        for (HostFacts facts : free) {
            if (grown.getMembers().size() < wanted && !Taking.holds(grown, facts)) {
                grown = taking.take(grown, facts.getHostId());
            }
        }
        return grown;
    }

    /** Free hosts with room here, then those of the nearest segment until it has none left, then of the next. */
    private OpenPartition nearest(OpenPartition partition, int wanted) {
        Room.Need need = needOf(partition);
        List<HostFacts> roomy = free(partition).stream()
                .filter(facts -> room.hasRoom(facts, need))
                .toList();
        OpenPartition grown = takeFree(partition, wanted, roomy);
        int missing = wanted - grown.getMembers().size();
        List<Integer> nearest = neighbours.nearestSegments(grown.getInitiator(), grown.getDeclined());
        if (missing <= 0 || nearest.isEmpty() || ownSegmentAlone(grown)) {
            return grown;
        }
        List<Integer> lenders = new ArrayList<>();
        grown.getMembers().forEach(member -> lenders.add(member.getSegment()));
        List<Integer> questions = new ArrayList<>();
        while (questions.size() < missing) {
            int least = Collections.min(
                    nearest, Comparator.comparingInt(segment -> Collections.frequency(lenders, segment)));
            lenders.add(least);
            questions.add(least);
            taking.askForOne(grown, least, "", need);
        }
        return taking.asked(grown, questions, grown.getRing());
    }

    /** Host after host clockwise, whichever segment owns it; those without the room are passed by. */
    private OpenPartition alongTheRing(OpenPartition partition, int wanted) {
        Room.Need need = needOf(partition);
        List<HostFacts> free = free(partition);
        Ring ring = neighbours.ring();
        OpenPartition grown = partition;
        int steps = partition.getRing();
        List<Integer> questions = new ArrayList<>();
        while (grown.getMembers().size() + questions.size() < wanted && steps < ring.size()) {
            steps++;
            Ring.Seat seat = ring.after(partition.getInitiator(), steps);
            if (seat.segment() != turn.segment) {
                // one question at a time to each segment, so that answers can be told apart
                if (ownSegmentAlone(partition)) {
                    continue;
                } else if (questions.contains(seat.segment())) {
                    steps--;
                    break;
                }
                questions.add(seat.segment());
                taking.askForOne(grown, seat.segment(), seat.hostId(), need);
            } else {
                for (HostFacts facts : free) {
                    if (facts.getHostId().equals(seat.hostId())
                            && room.hasRoom(facts, need)
                            && !Taking.holds(grown, facts)) {
                        grown = taking.take(grown, seat.hostId());
                    }
                }
            }
        }
        return taking.asked(grown, questions, steps);
    }

    private Room.Need needOf(OpenPartition partition) {
        return goal.need(Goal.kindOf(partition), room.facts(partition.getInitiator()));
    }

    /** Emptying does not trouble others. */
    private static boolean ownSegmentAlone(OpenPartition partition) {
        return switch (Goal.kindOf(partition)) {
            case UNDERLOAD -> true;
            case OVERLOAD, HEADROOM, HOST_CRASH, VM_CRASH, CUSTOM, UNKNOWN -> false;
        };
    }
}
