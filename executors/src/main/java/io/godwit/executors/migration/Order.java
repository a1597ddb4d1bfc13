package io.godwit.executors.migration;

import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.Position;

/**
 * A command and where it stands.
 *
 * @param readAtMillis when this process read it, by its clock
 */
public record Order(MigrateVm command, Position position, long readAtMillis) {
    public String commandId() {
        return command.getCommandId();
    }

    public String vmId() {
        return command.getVmId();
    }

    public String sourceHostId() {
        return command.getSourceHostId();
    }

    public String targetHostId() {
        return command.getTargetHostId();
    }
}
