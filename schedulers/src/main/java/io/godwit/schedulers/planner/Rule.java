package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.BitSet;

/** One constraint on placements, by index: how it is looked up, how it is kept on the way, and what the solver is told. */
interface Rule {
    /** Whether a placement is as it demands. */
    boolean holds(int[] place);

    /**
     * Whether it bears the VM's arrival, with the VM still on its source and all others at rest. Where it is broken anyway:
     * whether it gets no worse.
     */
    boolean letsIn(int[] place, int vm, int target);

    /** Whether one of a plan's steps must have ended before a later one begins, so that it holds in between. */
    boolean makesWait(int[] placeBeforeLater, Step earlier, Step later);

    /** VMs some of which have to move where it does not hold. */
    BitSet culprits(int[] place);

    /** Demands it of the end state. */
    void post(PlacementModel model);
}
