package io.godwit.schedulers.partition;

/**
 * Why a VM may not leave its host now.
 *
 * @param says in a few words, as in "is paused"
 */
public record Staying(Cause cause, String says) {
    /** What keeps it there. */
    public enum Cause {
        /** It is not running, or nobody knows whether it is. */
        STATE,
        /** It has just come, or failed to move. */
        HOLD,
        /** A budget of moves is spent: its own, or its host's, its rack's or its site's. */
        BUDGET
    }
}
