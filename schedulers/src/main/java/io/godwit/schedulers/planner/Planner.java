package io.godwit.schedulers.planner;

/** Answers a placement problem. Without state: one instance may serve many threads. */
public interface Planner {
    /** The answer depends on the problem alone, not on the order in which its hosts and VMs were given. */
    Answer plan(PlacementProblem problem);
}
