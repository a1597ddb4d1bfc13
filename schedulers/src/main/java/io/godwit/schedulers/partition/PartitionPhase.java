package io.godwit.schedulers.partition;

import io.godwit.schemas.events.OpenPartition;

/** Where a host partition is in its life, as far as others can see it between two inputs or within one. */
enum PartitionPhase {
    /** Not yet, or no longer. */
    NONE,
    /** Takes hosts of its own segment and asks the planner. */
    GROWING,
    /** Waits for hosts that it asked other segments for. */
    ASKING,
    /** Waits for a plan that is computed outside the transaction. */
    SOLVING,
    /** Has a plan, and keeps its hosts until each command has a final outcome. */
    APPLYING;

    static PartitionPhase of(OpenPartition partition) {
        if (partition == null) {
            return NONE;
        } else if (partition.getPlan() != null) {
            return APPLYING;
        } else if (partition.getSolving() != null) {
            return SOLVING;
        }
        return partition.getAsked().isEmpty() ? GROWING : ASKING;
    }
}
