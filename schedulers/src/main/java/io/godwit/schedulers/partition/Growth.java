package io.godwit.schedulers.partition;

import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.VmActionAsked;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Which hosts a host partition takes next: the nearest that have the room, by coordinates or on the ring. */
final class Growth {
    /**
     * CPU that hosts on the ring keep free beyond the room needed, as a share of the initiator's capacity, on the first round.
     */
    private static final int RESERVE_PERMILLE = 100;

    private final Turn turn;
    private final Room room;
    private final Goal goal;
    private final Taking taking;
    private final Neighbours neighbours;
    private final Mending mending;
    private final Requests requests;
    private final Actions actions;

    Growth(Turn turn, Room room, Goal goal, Taking taking, Neighbours neighbours) {
        this.turn = turn;
        this.room = room;
        this.goal = goal;
        this.taking = taking;
        this.neighbours = neighbours;
        this.mending = new Mending(turn, room);
        this.requests = new Requests(turn);
        this.actions = new Actions(turn);
    }

    /** Takes hosts, up to so many held in all, or asks others for them; in the end those without the room too. */
    void acquire(OpenPartition partition, int wanted) {
        if (named(partition)) {
            takeNamed(partition, requests.of(partition).orElseThrow());
            return;
        }
        OpenPartition grown = turn.state.settings().policy() == Policy.DVMS
                ? alongTheRing(partition, wanted)
                : nearest(partition, wanted);
        if (grown.getAsked().isEmpty()
                && grown.getMembers().size() < wanted
                && Goal.urgent(grown.getSince(), turn.now())) {
            takeFree(grown, wanted, free(grown));
        }
    }

    /** Whether a person named the target of the VM, so that no other host is of use. */
    boolean named(OpenPartition partition) {
        return requests.of(partition)
                .filter(asked -> !asked.getTargetHostId().isEmpty())
                .isPresent();
    }

    private void takeNamed(OpenPartition partition, VmActionAsked asked) {
        String target = asked.getTargetHostId();
        if (Taking.holds(partition, target)) {
            return;
        }
        if (asked.getTargetSegment() != turn.segment) {
            if (!partition.getDeclined().contains(asked.getTargetSegment())) {
                taking.askForOne(partition, asked.getTargetSegment(), target, needOf(partition));
                OpenPartition _ = taking.asked(partition, List.of(asked.getTargetSegment()), partition.getRing());
            }
            return;
        }
        boolean free =
                room.lendable(true).stream().anyMatch(spare -> spare.hostId().equals(target));
        if (free) {
            OpenPartition _ = taking.take(partition, target);
        } else {
            turn.put(OpenPartition.newBuilder(partition)
                    .setRefused("host %s is held, overloaded, drained or not sampled".formatted(target))
                    .build());
        }
    }

    private List<Room.Spare> free(OpenPartition partition) {
        List<Room.Spare> free = room.free(partition.getInitiator());
        return switch (Goal.kindOf(partition)) {
            // into an empty host would only change which one is empty
            case UNDERLOAD -> free.stream().filter(spare -> !spare.empty()).toList();
            case CONSTRAINT -> {
                HostFacts broken = room.facts(partition.getInitiator());
                yield free.stream()
                        .filter(spare -> mending.helps(broken, spare.hostId()))
                        .limit(goal.membersMax(DetectionKind.CONSTRAINT))
                        .toList();
            }
            case OVERLOAD, HEADROOM, HOST_CRASH, VM_CRASH, CUSTOM, REQUEST, DRAIN, RETURN, UNKNOWN -> free;
        };
    }

    private OpenPartition takeFree(OpenPartition partition, int wanted, List<Room.Spare> free) {
        OpenPartition grown = partition;
        for (Room.Spare spare : free) {
            if (grown.getMembers().size() < wanted && !Taking.holds(grown, spare.hostId())) {
                grown = taking.take(grown, spare.hostId());
            }
        }
        return grown;
    }

    /** Free hosts with room here, then those of the nearest segment until it has none left, then of the next. */
    private OpenPartition nearest(OpenPartition partition, int wanted) {
        Room.Need need = needOf(partition);
        List<Room.Spare> roomy =
                free(partition).stream().filter(spare -> spare.has(need)).toList();
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

    /**
     * Host after host clockwise, whichever segment owns it; those without the room are passed by. Once round for hosts that
     * stay well below what they have, so that the first one on the way is not overloaded next, then for any with the room.
     */
    private OpenPartition alongTheRing(OpenPartition partition, int wanted) {
        Room.Need bare = needOf(partition);
        HostFacts initiator = room.facts(partition.getInitiator());
        Room.Need ample = new Room.Need(
                bare.millicores() + initiator.getCpuCapacityMillicores() * RESERVE_PERMILLE / 1000, bare.bytes());
        List<Room.Spare> free = free(partition);
        Ring ring = neighbours.ring();
        OpenPartition grown = partition;
        int steps = partition.getRing();
        List<Integer> questions = new ArrayList<>();
        while (grown.getMembers().size() + questions.size() < wanted && steps < 2 * ring.size()) {
            Room.Need need = steps < ring.size() ? ample : bare;
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
                for (Room.Spare spare : free) {
                    if (spare.hostId().equals(seat.hostId())
                            && spare.has(need)
                            && !Taking.holds(grown, spare.hostId())) {
                        grown = taking.take(grown, seat.hostId());
                    }
                }
            }
        }
        return taking.asked(grown, questions, steps);
    }

    private Room.Need needOf(OpenPartition partition) {
        return requests.of(partition)
                .map(VmActionAsked::getVmId)
                .or(() -> actions.vm(partition))
                .map(vmId -> room.needOfVm(partition.getInitiator(), vmId))
                .orElseGet(() -> {
                    DetectionKind kind = Goal.kindOf(partition);
                    boolean all = Requests.asked(kind) || kind == DetectionKind.HOST_CRASH;
                    return goal.need(kind, room.facts(partition.getInitiator(), all));
                });
    }

    /** Emptying and mending do not trouble others. */
    private static boolean ownSegmentAlone(OpenPartition partition) {
        return switch (Goal.kindOf(partition)) {
            case UNDERLOAD, CONSTRAINT -> true;
            case OVERLOAD, HEADROOM, HOST_CRASH, VM_CRASH, CUSTOM, REQUEST, DRAIN, RETURN, UNKNOWN -> false;
        };
    }
}
