package io.godwit.executors.migration;

/** What is done about a move that takes much longer than was expected, as when its guest dirties memory as fast as is sent. */
public enum Stall {
    /**
     * The hypervisor holds the guest back, more and more, until the copy converges; it does so by itself from the start on. Where
     * the command forbids that, the move is called off.
     */
    THROTTLE,
    /** The VM goes on at the target and its memory follows; where the command forbids that, as by throttling. */
    POST_COPY,
    /** It is called off, and the VM stays. */
    ABORT,
    /** It goes on until the move's time-out. */
    WAIT
}
