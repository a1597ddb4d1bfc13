package io.godwit.schedulers.partition;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.planner.BrokenPlaces;
import io.godwit.schemas.events.HostFacts;
import java.util.List;

/**
 * Hosts whose VMs break a constraint by being there, as after a new script or a move by hand. Only constraints that show on
 * one host count: the others need a look at all hosts of the site.
 */
final class Mending {
    private final Turn turn;
    private final Room room;

    Mending(Turn turn, Room room) {
        this.turn = turn;
        this.room = room;
    }

    /** Whether a VM that may be moved breaks a constraint here. */
    boolean ahead(HostFacts facts) {
        List<Constraint> seen = seenOn(List.of(facts));
        return !seen.isEmpty()
                && BrokenPlaces.any(Problems.of(facts.getHostId(), List.of(facts), seen, turn.state.settings(), false));
    }

    /** Whether such a VM of a host has a better place on another one of the own segment. */
    boolean helps(HostFacts broken, String hostId) {
        List<HostFacts> both = List.of(broken, room.facts(hostId));
        return !hostId.equals(broken.getHostId())
                && BrokenPlaces.mayGoTo(
                        Problems.of(broken.getHostId(), both, seenOn(both), turn.state.settings(), false), hostId);
    }

    private List<Constraint> seenOn(List<HostFacts> hosts) {
        return turn.state.constraints().concerning(hosts).stream()
                .filter(Mending::showsOnOneHost)
                .toList();
    }

    private static boolean showsOnOneHost(Constraint constraint) {
        return switch (constraint) {
            case Constraint.Spread _,
                    Constraint.Split _,
                    Constraint.Lonely _,
                    Constraint.Fence _,
                    Constraint.Ban _,
                    Constraint.Offline _ -> true;
            case Constraint.ResourceCapacity it -> it.hosts().size() == 1;
            case Constraint.RunningCapacity it -> it.hosts().size() == 1;
            case Constraint.Gather _,
                    Constraint.Among _,
                    Constraint.SplitAmong _,
                    Constraint.MaxOnline _,
                    Constraint.Online _,
                    Constraint.Root _,
                    Constraint.Quarantine _,
                    Constraint.Preserve _,
                    Constraint.Overbook _,
                    Constraint.Seq _,
                    Constraint.Precedence _,
                    Constraint.Serialize _,
                    Constraint.Sync _,
                    Constraint.Deadline _ -> false;
        };
    }
}
