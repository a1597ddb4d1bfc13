package io.godwit.schedulers.planner;

import java.util.List;

/** What a planner says to a placement problem. */
public sealed interface Answer {
    /** No host of the problem gives more than it can: nothing to do, let the hosts go. */
    record Viable() implements Answer {}

    /**
     * Moves after which every host is within its limits, and which overload no host on the way.
     *
     * @param moves in order of estimated start, estimated end, VM id; at least one
     * @param nodesSearched search nodes that it took; 0 where greedy moves were enough
     * @param engine which part of the planner found it: "greedy", "repair" (VMs of overloaded hosts move), "full" (any VM
     *     moves)
     * @param rejected at most {@value #REJECTED_MAX} VMs of the overloaded host that stay, cheapest move first
     */
    record Plan(List<Move> moves, long nodesSearched, String engine, List<Rejected> rejected) implements Answer {
        public static final int REJECTED_MAX = 5;

        public Plan {
            moves = List.copyOf(moves);
            rejected = List.copyOf(rejected);
        }
    }

    /**
     * No plan with these hosts: hold more of them and ask again. It says nothing about larger sets of hosts.
     *
     * @param reason in one sentence with numbers
     * @param limitHit whether the search ended at one of its limits, so that even these hosts may have a plan
     */
    record Infeasible(String reason, long nodesSearched, boolean limitHit) implements Answer {}

    /** A VM that could have moved and does not. */
    record Rejected(String vmId, String why) {}
}
