package io.godwit.schedulers.planner;

/** What a step of a plan does to its VM. */
public enum Action {
    /** It migrates, and runs all the while. */
    MOVE,
    /** It migrates, running on the source during the copy, and is paused once it is on the target: there it holds memory and asks for no CPU. */
    MOVE_PAUSED,
    /** It goes on where it is paused; source and target are the same host. */
    RESUME
}
