package io.godwit.schedulers.planner;

/** Search nodes that are left: one count for all engines of one call, so that a replay stops at the same node. */
final class Budget {
    private final long limit;
    private long used;

    Budget(long limit) {
        this.limit = limit;
    }

    /** Takes one node; false if none is left. */
    boolean spend() {
        return spend(1);
    }

    /** Takes nodes that were searched already; false if there were fewer left. */
    boolean spend(long nodes) {
        used += nodes;
        return used <= limit;
    }

    long left() {
        return Math.max(0, limit - used);
    }

    long used() {
        return Math.min(used, limit);
    }
}
