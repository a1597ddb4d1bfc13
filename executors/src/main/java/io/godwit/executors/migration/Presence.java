package io.godwit.executors.migration;

/** How one host holds a VM. */
public enum Presence {
    RUNNING,
    /** Paused by whomever, or on its way in or out. */
    PAUSED,
    /** Defined, but shut off or crashed. */
    OFF,
    ABSENT,
    /** The host cannot be asked. */
    UNREACHABLE
}
