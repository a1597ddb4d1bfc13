package io.godwit.schedulers.partition;

import io.godwit.schemas.events.HostMoves;
import io.godwit.schemas.events.KnownHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Moves that the last hour saw, as far as this segment can count them, and which budgets they have used up. */
final class Budgets {
    private static final Duration HOUR = Duration.ofHours(1);

    /** Stands for all hosts that were relieved before they were overloaded; no id of a host begins so. */
    private static final String HEADROOM = "*headroom";

    private final Turn turn;

    Budgets(Turn turn) {
        this.turn = turn;
    }

    /** Notes moves that touched a host of the segment. */
    void note(String hostId, int out, int in) {
        if (out + in > 0) {
            HostMoves before = turn.state.moves.get(hostId);
            List<Instant> outs = before == null ? new ArrayList<>() : new ArrayList<>(before.getOut());
            List<Instant> ins = before == null ? new ArrayList<>() : new ArrayList<>(before.getIn());
            outs.addAll(Collections.nCopies(out, turn.now()));
            ins.addAll(Collections.nCopies(in, turn.now()));
            turn.state.moves.put(hostId, new HostMoves(hostId, outs, ins));
        }
    }

    void noteForHeadroom(int moves) {
        note(HEADROOM, moves, 0);
    }

    /** Forgets what is older than an hour. */
    void expire() {
        Instant hourAgo = turn.now().minus(HOUR);
        for (HostMoves moves : turn.state.moves.all()) {
            List<Instant> out = since(moves.getOut(), hourAgo);
            List<Instant> in = since(moves.getIn(), hourAgo);
            if (out.isEmpty() && in.isEmpty()) {
                turn.state.moves.remove(moves.getHostId());
            } else if (out.size() < moves.getOut().size()
                    || in.size() < moves.getIn().size()) {
                turn.state.moves.put(
                        moves.getHostId(), new HostMoves(moves.getHostId(), List.copyOf(out), List.copyOf(in)));
            }
        }
    }

    /** Those after a time, of times in their order. */
    private static List<Instant> since(List<Instant> times, Instant from) {
        int old = 0;
        while (old < times.size() && !times.get(old).isAfter(from)) {
            old++;
        }
        return times.subList(old, times.size());
    }

    /** Why no further VM may leave or enter a host now; empty: it may. */
    String spent(KnownHost host) {
        MovesPerHour most = turn.state.settings().movesPerHour();
        HostMoves own = most.host() > 0 ? turn.state.moves.get(host.getHostId()) : null;
        if (own != null && recent(own.getOut()) + recent(own.getIn()) >= most.host()) {
            return "its host's budget of " + most.host() + " moves an hour is spent";
        }
        if (most.rack() > 0 && out(host.getRack()) >= most.rack()) {
            return "the budget of rack " + host.getRack() + ", " + most.rack() + " moves an hour, is spent";
        }
        if (most.site() > 0 && out(null) >= share(most.site())) {
            return "the segment's share of the site's budget, " + share(most.site()) + " moves an hour, is spent";
        }
        return "";
    }

    boolean headroomSpent() {
        int most = turn.state.settings().movesPerHour().headroom();
        HostMoves moves = turn.state.moves.get(HEADROOM);
        return most > 0 && moves != null && recent(moves.getOut()) >= share(most);
    }

    private int recent(List<Instant> times) {
        return since(times, turn.now().minus(HOUR)).size();
    }

    /** What of a site's sum falls to one segment, rounded up. */
    int share(int ofSite) {
        return (ofSite + turn.segments - 1) / turn.segments;
    }

    /** Moves away from hosts of a rack, or of any. */
    private int out(String rack) {
        int sum = 0;
        for (HostMoves moves : turn.state.moves.all()) {
            KnownHost host = turn.state.hosts.get(moves.getHostId());
            if (host != null && (rack == null || host.getRack().equals(rack))) {
                sum += recent(moves.getOut());
            }
        }
        return sum;
    }
}
