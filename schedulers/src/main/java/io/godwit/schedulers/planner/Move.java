package io.godwit.schedulers.planner;

import io.godwit.schemas.events.MigrationMode;
import java.util.List;

/**
 * One step of a plan: a live migration, or the resumption of a VM that one left paused. A VM may move twice in one plan, by
 * way of a third host.
 *
 * @param mode how its memory is moved
 * @param after indexes of moves of the same plan that must have succeeded before this one starts: they free the room that
 *     it takes; all smaller than its own index, ascending
 * @param estimatedMillis how long it should take, {@link MigrationTime}; above 0
 * @param why what it is good for, in a few words with numbers
 * @param action what it does; one that resumes has the same host as source and target
 */
public record Move(
        String vmId,
        String sourceHostId,
        String targetHostId,
        MigrationMode mode,
        List<Integer> after,
        long estimatedMillis,
        String why,
        Action action) {
    /** A migration during which the VM runs. */
    public Move(
            String vmId,
            String sourceHostId,
            String targetHostId,
            MigrationMode mode,
            List<Integer> after,
            long estimatedMillis,
            String why) {
        this(vmId, sourceHostId, targetHostId, mode, after, estimatedMillis, why, Action.MOVE);
    }

    public Move {
        after = List.copyOf(after);
    }
}
