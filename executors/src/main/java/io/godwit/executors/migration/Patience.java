package io.godwit.executors.migration;

import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import java.time.Duration;

/**
 * How long a migration may take, what is done about one that stalls, and how long its end may be unclear.
 *
 * @param move from the call on; then it is called off
 * @param look from the first look after the call's end on; then the look is believed, where that is safe
 * @param progress least time between two reports of one command
 * @param stall what is done about a move that takes twice as long as was expected, and this long at least
 * @param stalledAfter how long that is
 */
public record Patience(Duration move, Duration look, Duration progress, Stall stall, Duration stalledAfter) {
    /** Whether a move may begin as pre-copy and go on by post-copy. */
    public boolean switches(MigrateVm command) {
        return stall == Stall.POST_COPY && command.getPostCopyAllowed() && !command.getStaysPaused();
    }

    /** Whether a guest that dirties memory too fast is held back: as the command says, else as is done about stalls. */
    public boolean holdsBack(MigrateVm command) {
        if (command.getHoldBackForbidden() || command.getMode() == MigrationMode.AUTO_CONVERGE) {
            return !command.getHoldBackForbidden();
        }
        return switch (stall) {
            case THROTTLE -> true;
            case POST_COPY -> !switches(command);
            case ABORT, WAIT -> false;
        };
    }

    /** What is done about a stall of this move: what cannot be done about it, as it is forbidden, ends in calling it off. */
    Stall about(MigrateVm command) {
        return switch (stall) {
            case POST_COPY -> switches(command) ? Stall.POST_COPY : heldBackOrNot(command);
            case THROTTLE -> heldBackOrNot(command);
            case ABORT, WAIT -> stall;
        };
    }

    private Stall heldBackOrNot(MigrateVm command) {
        return holdsBack(command) ? Stall.THROTTLE : Stall.ABORT;
    }

    boolean stalls(MigrateVm command, long elapsedMillis) {
        return elapsedMillis > Math.max(stalledAfter.toMillis(), 2 * command.getEstimatedMillis());
    }
}
