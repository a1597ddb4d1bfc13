package io.godwit.schedulers.partition;

import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.KnownHost;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether what can wait may be done now: emptying an underloaded host, relieving one before it is overloaded, or mending
 * broken constraints.
 */
final class WhatCanWait {
    /** After another segment asked for hosts, its overload counts as open for so long. */
    private static final Duration LATELY = Duration.ofSeconds(30);

    private final Turn turn;
    private final Room room;
    private final Budgets budgets;

    WhatCanWait(Turn turn, Room room) {
        this.turn = turn;
        this.room = room;
        this.budgets = new Budgets(turn);
    }

    boolean mayEmpty(String hostId) {
        DecisionSettings settings = turn.state.settings();
        return settings.emptyUnderloaded()
                && settings.policy().growsByHosts()
                && nobodyNeedsHelp()
                && leftAlone(hostId)
                && keepsReserve(hostId);
    }

    boolean mayRelieveEarly() {
        return turn.state.settings().policy().growsByHosts() && noOverload() && !budgets.headroomSpent();
    }

    boolean mayMend() {
        DecisionSettings settings = turn.state.settings();
        return settings.mendConstraints() && settings.policy().growsByHosts() && nobodyNeedsHelp();
    }

    /** Whether no overload is open here, and no other segment has asked for hosts of late. */
    boolean nobodyNeedsHelp() {
        return noOverload() && turn.now().isAfter(turn.state.helpAskedAt().plus(LATELY));
    }

    private boolean noOverload() {
        return turn.state.detections.all().stream()
                .noneMatch(open -> open.getBegan().getKind() == DetectionKind.OVERLOAD && Modes.counts(open));
    }

    /** No VM was moved from or to the host within the hold. */
    private boolean leftAlone(String hostId) {
        HostLease lease = turn.state.leases.get(hostId);
        Instant moved = lease == null ? Instant.EPOCH : lease.getFreshAfter();
        long hold = turn.state.settings().emptying().holdMillis();
        return moved.equals(Instant.EPOCH) || turn.now().isAfter(moved.plusMillis(hold));
    }

    /** With the host empty, enough hosts of the segment run VMs, and enough CPU of theirs stays free. */
    private boolean keepsReserve(String hostId) {
        Emptying emptying = turn.state.settings().emptying();
        long capacity = 0;
        long headroom = -turn.state.sample(hostId).use().millicores();
        int running = 0;
        for (KnownHost host : turn.state.hosts.all()) {
            boolean counts = Neighbours.belongs(host) && turn.usableSample(host.getHostId()) != null;
            if (counts && !host.getHostId().equals(hostId) && !room.inTrouble(host.getHostId())) {
                Room.Spare spare = room.spare(host.getHostId());
                capacity += turn.state.sample(host.getHostId()).sampled().getCpuCapacityMillicores();
                headroom += spare.millicores();
                running += spare.empty() ? 0 : 1;
            }
        }
        return running >= Math.max(1, budgets.share(emptying.hostsKept()))
                && headroom * 1000 >= capacity * emptying.reservePermille();
    }
}
