package io.godwit.schedulers.partition;

import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.HostsGranted;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberRefused;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Answers other segments that ask for a host of this one. */
final class Lending {
    private final Turn turn;
    private final Room room;
    private final HostPartitions partitions;

    Lending(Turn turn, HostPartitions partitions) {
        this.turn = turn;
        this.room = new Room(turn);
        this.partitions = partitions;
    }

    /** Lends the free host with the most headroom that has the room, or all; else a younger holder is asked to give way. */
    void answer(MemberAsked asked) {
        if (Goal.urgent(asked.getSince(), turn.now())) {
            turn.state.helpAskedAt(turn.now());
        }
        if (asked.getHosts() == 0) {
            answerWithAll(asked);
        } else {
            answerWithOne(asked);
        }
    }

    /** Lends all that is free, or what of a group is; as the leader, passes a manager's question on. */
    private void answerWithAll(MemberAsked asked) {
        boolean ofManager = turn.state.settings().policy() == Policy.HIERARCHICAL;
        if (ofManager && asked.getGroup() < 0) {
            passOn(asked);
            return;
        }
        List<List<String>> groups = ofManager
                ? room.groups()
                : List.of(turn.state.hosts.all().stream()
                        .map(KnownHost::getHostId)
                        .toList());
        int group = Math.max(0, asked.getGroup());
        List<HostFacts> free = group < groups.size() ? room.freeOf(groups.get(group)) : List.of();
        List<OpenDetection> overloads = room.overloadsOf(free);
        int holderSegment = holderSegment(asked);
        List<PartitionMember> members = new ArrayList<>();
        for (HostFacts facts : free) {
            Lease lease = lend(asked, facts);
            turn.emit(facts.getHostId(), granted(asked, lease, facts, false));
            members.add(new PartitionMember(lease, turn.segment, facts));
        }
        turn.emit(
                Topic.HOST_PARTITIONS,
                holderSegment,
                asked.getInitiator(),
                new HostsGranted(
                        turn.decision(),
                        asked.getPartitionId(),
                        members,
                        overloads,
                        free.isEmpty() ? "segment %d has no free host".formatted(turn.segment) : ""));
    }

    private void passOn(MemberAsked asked) {
        int holderSegment = holderSegment(asked);
        Neighbours.Group roomiest = partitions.managers().roomiest(asked.getInitiator(), holderSegment);
        if (roomiest == null) {
            turn.emit(
                    Topic.HOST_PARTITIONS,
                    holderSegment,
                    asked.getInitiator(),
                    new HostsGranted(
                            turn.decision(),
                            asked.getPartitionId(),
                            List.of(),
                            List.of(),
                            "the leader knows of no other group with a free host"));
            return;
        }
        MemberAsked ofGroup = MemberAsked.newBuilder(asked)
                .setDecision(asked.getDecision())
                .setSegment(roomiest.segment())
                .setGroup(roomiest.number())
                .setHolderSegment(holderSegment)
                .build();
        if (roomiest.segment() == turn.segment) {
            answerWithAll(ofGroup);
        } else {
            turn.emit(
                    Topic.HOST_PARTITIONS,
                    roomiest.segment(),
                    asked.getInitiator(),
                    MemberAsked.newBuilder(ofGroup).setDecision(turn.decision()).build());
        }
    }

    private static int holderSegment(MemberAsked asked) {
        return asked.getHolderSegment() < 0 ? asked.getDecision().getSegment() : asked.getHolderSegment();
    }

    private Lease lend(MemberAsked asked, HostFacts facts) {
        return Leases.take(
                turn,
                facts.getHostId(),
                asked.getPartitionId(),
                holderSegment(asked),
                asked.getSince(),
                asked.getInitiator());
    }

    private void answerWithOne(MemberAsked asked) {
        Room.Need need = new Room.Need(asked.getNeededMillicores(), asked.getNeededBytes());
        Predicate<Room.Spare> wanted =
                spare -> (asked.getHostId().isEmpty() || spare.hostId().equals(asked.getHostId())) && spare.has(need);
        Optional<Room.Spare> free = room.lendable(true).stream().filter(wanted).findFirst();
        if (free.isPresent()) {
            grant(asked, room.facts(free.get().hostId()));
            return;
        }
        Age age = new Age(asked.getSince(), asked.getInitiator());
        List<Room.Spare> held = room.lendable(false).stream().filter(wanted).toList();
        for (Room.Spare spare : held) {
            HostLease lease = turn.state.leases.get(spare.hostId());
            if (age.olderThan(new Age(lease.getSince(), lease.getInitiator()))) {
                if (lease.getHolderSegment() != turn.segment) {
                    partitions.askToYield(lease, asked.getPartitionId());
                } else if (partitions.yields(lease.getHolder(), spare.hostId())) {
                    grant(asked, room.facts(spare.hostId()));
                    return;
                }
            }
        }
        String heldBy = held.isEmpty()
                ? null
                : turn.state.leases.get(held.getFirst().hostId()).getHolder();
        String reason = held.isEmpty()
                ? "segment %d has no host with %d mc and %d bytes free"
                        .formatted(turn.segment, need.millicores(), need.bytes())
                : "segment %d has %d such hosts, all held".formatted(turn.segment, held.size());
        turn.emit(
                Topic.HOST_PARTITIONS,
                asked.getDecision().getSegment(),
                asked.getInitiator(),
                new MemberRefused(turn.decision(), asked.getPartitionId(), asked.getHostId(), reason, heldBy));
    }

    private void grant(MemberAsked asked, HostFacts facts) {
        int holderSegment = holderSegment(asked);
        Lease lease = lend(asked, facts);
        turn.emit(facts.getHostId(), granted(asked, lease, facts, false));
        turn.emit(Topic.HOST_PARTITIONS, holderSegment, asked.getInitiator(), granted(asked, lease, facts, true));
    }

    private MemberGranted granted(MemberAsked asked, Lease lease, HostFacts facts, boolean answer) {
        return new MemberGranted(
                turn.decision(),
                asked.getPartitionId(),
                holderSegment(asked),
                lease,
                facts,
                answer,
                asked.getSince(),
                asked.getInitiator());
    }
}
