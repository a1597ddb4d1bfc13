package io.godwit.schedulers.planner;

import java.util.List;

/** What a planner says to a placement problem. */
public sealed interface Answer {
    /** No host of the problem gives more than it can and no constraint is broken: nothing to do, let the hosts go. */
    record Viable() implements Answer {}

    /**
     * Moves after which every host is within its limits, and which overload no host on the way.
     *
     * @param moves in order of estimated start, estimated end, VM id; at least one
     * @param nodesSearched search nodes that it took; 0 where greedy moves were enough
     * @param engine which part of the planner found it: "greedy", "repair" (VMs of overloaded hosts move), "full" (any VM
     *     moves)
     * @param rejected at most {@value #REJECTED_MAX} VMs of the overloaded host that stay, cheapest move first
     * @param stillBroken constraints that are broken now and stay so, in words, as no plan was found that repairs them;
     *     empty: all hold in the end
     */
    record Plan(List<Move> moves, long nodesSearched, String engine, List<Rejected> rejected, List<String> stillBroken)
            implements Answer {
        public static final int REJECTED_MAX = 5;

        public Plan {
            moves = List.copyOf(moves);
            rejected = List.copyOf(rejected);
            stillBroken = List.copyOf(stillBroken);
        }
    }

    /**
     * No plan with these hosts: hold more of them and ask again. It says nothing about larger sets of hosts.
     *
     * @param reason in one sentence with numbers
     * @param limitHit whether the search ended at one of its limits, so that even these hosts may have a plan
     * @param stuck whether no move could begin, or no order of moves was found for the placements that would do: it is room to
     *     move in that lacks, and fuller hosts will hardly help
     */
    record Infeasible(String reason, long nodesSearched, boolean limitHit, boolean stuck) implements Answer {
        public Infeasible(String reason, long nodesSearched, boolean limitHit) {
            this(reason, nodesSearched, limitHit, false);
        }
    }

    /**
     * A plan that the judge turned down, which only a fault of the planner can bring about: nothing of it is carried out.
     *
     * @param faults what is wrong with it, each in one sentence; at least one
     */
    record Refused(Plan plan, List<String> faults) implements Answer {
        public Refused {
            faults = List.copyOf(faults);
        }
    }

    /** A VM that could have moved and does not. */
    record Rejected(String vmId, String why) {}
}
