package io.godwit.executors.migration;

/** How one host holds a VM. */
public enum Presence {
    RUNNING,
    /** Paused by whomever, or on its way in or out. */
    PAUSED,
    /** Runs, or would, with a part of its memory on the other host of a post-copy that has not ended or broke off. */
    HALF,
    /** Defined, but shut off or crashed. */
    OFF,
    ABSENT,
    /** The host cannot be asked. */
    UNREACHABLE,
    /** Nor that, and it is proven to have been down since the command was accepted: what ran there does not run. */
    DOWN
}
