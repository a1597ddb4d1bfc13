package io.godwit.ceprules.child;

import io.godwit.ceprules.segment.RuleId;
import java.util.Optional;

/** The rules' JVM has ended, or was killed because a rule did not come to its end. */
final class ChildLost extends Exception {
    private static final long serialVersionUID = 1L;

    /** How it came to it. */
    enum Why {
        HUNG,
        STALLED,
        OUT_OF_MEMORY,
        ENDED
    }

    private final Why why;
    private final transient Optional<RuleId> atWork;

    /** @param atWork the rule that was at work */
    ChildLost(Why why, Optional<RuleId> atWork, String message) {
        super(message);
        this.why = why;
        this.atWork = atWork;
    }

    Why why() {
        return why;
    }

    Optional<RuleId> atWork() {
        return atWork;
    }
}
