package io.godwit.ops.judges;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PlannedMove;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * A command that brings a VM to a host: by a move, or by its start there after the crash of the one that it ran on.
 *
 * @param staysPaused whether it takes no CPU there until it is resumed
 */
record Bringing(
        String commandId,
        String partitionId,
        String vmId,
        String sourceHostId,
        String targetHostId,
        boolean staysPaused) {
    /** Empty: the event brings no VM anywhere. */
    static Optional<Bringing> of(SpecificRecord event) {
        return switch (event) {
            case MigrateVm order ->
                Optional.of(new Bringing(
                        order.getCommandId(),
                        order.getPartitionId(),
                        order.getVmId(),
                        order.getSourceHostId(),
                        order.getTargetHostId(),
                        order.getStaysPaused()));
            case ActOnVm order
            when order.getAction() == ActionKind.START && !order.getFromHostId().isEmpty() ->
                Optional.of(new Bringing(
                        order.getCommandId(),
                        order.getPartitionId(),
                        order.getVmId(),
                        order.getFromHostId(),
                        order.getHostId(),
                        false));
            default -> Optional.empty();
        };
    }

    /** Whether a step of a plan does. */
    static boolean by(PlannedMove step) {
        return switch (step.getAction()) {
            case UNKNOWN, MIGRATE -> !step.getResumes();
            case START -> !step.getSourceHostId().equals(step.getTargetHostId());
            case STOP, SUSPEND, RESUME, SAVE, SNAPSHOT, RESTORE, REMOVE, FENCE -> false;
        };
    }
}
