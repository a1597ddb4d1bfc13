package io.godwit.schedulers.partition;

import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberRefused;
import io.godwit.schemas.log.Topic;
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

    /** Lends the free host with the most headroom that has the room; else a younger holder is asked to give way. */
    void answer(MemberAsked asked) {
        Room.Need need = new Room.Need(asked.getNeededMillicores(), asked.getNeededBytes());
        Predicate<HostFacts> wanted =
                facts -> (asked.getHostId().isEmpty() || facts.getHostId().equals(asked.getHostId()))
                        && room.hasRoom(facts, need);
        Optional<HostFacts> free = room.lendable(true).stream().filter(wanted).findFirst();
        if (free.isPresent()) {
            grant(asked, free.get());
            return;
        }
        Age age = new Age(asked.getSince(), asked.getInitiator());
        List<HostFacts> held = room.lendable(false).stream().filter(wanted).toList();
        for (HostFacts facts : held) {
            HostLease lease = turn.state.leases.get(facts.getHostId());
            if (age.olderThan(new Age(lease.getSince(), lease.getInitiator()))) {
                if (lease.getHolderSegment() != turn.segment) {
                    partitions.askToYield(lease, asked.getPartitionId());
                } else if (partitions.yields(lease.getHolder(), facts.getHostId())) {
                    grant(asked, facts);
                    return;
                }
            }
        }
        String heldBy = held.isEmpty()
                ? null
                : turn.state.leases.get(held.getFirst().getHostId()).getHolder();
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
        int holderSegment = asked.getDecision().getSegment();
        Lease lease = Leases.take(
                turn, facts.getHostId(), asked.getPartitionId(), holderSegment, asked.getSince(), asked.getInitiator());
        turn.emit(facts.getHostId(), granted(asked, lease, facts, false));
        turn.emit(Topic.HOST_PARTITIONS, holderSegment, asked.getInitiator(), granted(asked, lease, facts, true));
    }

    private MemberGranted granted(MemberAsked asked, Lease lease, HostFacts facts, boolean answer) {
        return new MemberGranted(
                turn.decision(),
                asked.getPartitionId(),
                asked.getDecision().getSegment(),
                lease,
                facts,
                answer,
                asked.getSince(),
                asked.getInitiator());
    }
}
