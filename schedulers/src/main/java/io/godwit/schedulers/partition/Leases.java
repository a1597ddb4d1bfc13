package io.godwit.schedulers.partition;

import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.OpenDetection;
import java.time.Instant;

/** Who holds the hosts of the own segment. Epochs only grow; nothing expires. */
final class Leases {
    private Leases() {}

    /** Lends a free host under its next epoch. */
    static Lease take(Turn turn, String hostId, String holder, int holderSegment, Instant since, String initiator) {
        HostLease before = turn.state.leases.get(hostId);
        if (before != null && !before.getHolder().isEmpty()) {
            throw new BrokenLog(
                    "host " + hostId + " was to be lent to " + holder + " while " + before.getHolder() + " holds it");
        }
        Lease lease = new Lease(hostId, before == null ? 1 : before.getLease().getEpoch() + 1);
        turn.put(new HostLease(
                lease,
                holder,
                holderSegment,
                since,
                initiator,
                false,
                before == null ? Instant.EPOCH : before.getFreshAfter()));
        return lease;
    }

    /** Ends a lease; a release of another epoch or holder changes nothing. */
    static void free(Turn turn, String holder, Lease lease, boolean moved, int movesOut, int movesIn) {
        HostLease held = turn.state.leases.get(lease.getHostId());
        if (held != null && held.getHolder().equals(holder) && held.getLease().getEpoch() == lease.getEpoch()) {
            turn.put(new HostLease(
                    held.getLease(),
                    "",
                    turn.segment,
                    Instant.EPOCH,
                    "",
                    false,
                    moved ? turn.now() : held.getFreshAfter()));
            new Budgets(turn).note(lease.getHostId(), movesOut, movesIn);
            crashIsDue(turn, lease.getHostId());
            turn.freed();
        }
    }

    /** A crash that waited for the host's holder need not wait any longer. */
    private static void crashIsDue(Turn turn, String hostId) {
        for (OpenDetection open : turn.state.detections.under(hostId)) {
            if (open.getBegan().getKind() == DetectionKind.HOST_CRASH) {
                turn.state.detections.put(
                        Detections.key(open.getBegan()),
                        OpenDetection.newBuilder(open).setRetryAfter(turn.now()).build());
            }
        }
    }
}
