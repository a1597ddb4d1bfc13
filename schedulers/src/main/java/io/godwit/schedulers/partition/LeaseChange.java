package io.godwit.schedulers.partition;

import io.godwit.schemas.events.HostLease;

/** Every change that a lease knows. */
enum LeaseChange {
    LENT(Phase.FREE, Phase.HELD, "lent under the next epoch"),
    ASKED_BACK(Phase.HELD, Phase.ASKED_BACK, "an older host partition needs the host: its holder is asked to yield"),
    RETURNED(Phase.HELD, Phase.FREE, "MemberReleased of this holder and epoch"),
    YIELDED(Phase.ASKED_BACK, Phase.FREE, "MemberReleased of this holder and epoch");

    /** What a lease is. Nothing expires: there is no way back but a release. */
    enum Phase {
        FREE,
        HELD,
        ASKED_BACK;

        static Phase of(HostLease lease) {
            if (lease == null || lease.getHolder().isEmpty()) {
                return FREE;
            }
            return lease.getYieldAsked() ? ASKED_BACK : HELD;
        }
    }

    final Phase from;
    final Phase to;
    final String cause;

    LeaseChange(Phase from, Phase to, String cause) {
        this.from = from;
        this.to = to;
        this.cause = cause;
    }

    /** @throws BrokenLog if a lease cannot change so, or its epoch would not grow with each holder */
    static LeaseChange between(HostLease before, HostLease after) {
        Phase from = Phase.of(before);
        Phase to = Phase.of(after);
        long epochBefore = before == null ? 0 : before.getLease().getEpoch();
        long step = after.getLease().getEpoch() - epochBefore;
        for (LeaseChange change : values()) {
            if (change.from == from && change.to == to && step == (change == LENT ? 1 : 0)) {
                return change;
            }
        }
        throw new BrokenLog("the lease of " + after.getLease().getHostId() + " was to go from " + from + ", epoch "
                + epochBefore + ", to " + to + ", epoch " + after.getLease().getEpoch()
                + ", which its life does not know");
    }
}
