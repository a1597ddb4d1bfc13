package io.godwit.executors.migration;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ResumeVm;

/** A command and where it stands. */
public sealed interface Order {
    String commandId();

    String vmId();

    /** Acting host. */
    String sourceHostId();

    /** The same as the source where nothing is moved. */
    String targetHostId();

    Position position();

    /** When this process read it, by its clock. */
    long readAtMillis();

    /** It is about one host alone. */
    sealed interface InPlace extends Order {
        String hostId();

        @Override
        default String sourceHostId() {
            return hostId();
        }

        @Override
        default String targetHostId() {
            return hostId();
        }
    }

    /** A VM is to be moved. */
    record ToMove(MigrateVm command, Position position, long readAtMillis) implements Order {
        @Override
        public String commandId() {
            return command.getCommandId();
        }

        @Override
        public String vmId() {
            return command.getVmId();
        }

        @Override
        public String sourceHostId() {
            return command.getSourceHostId();
        }

        @Override
        public String targetHostId() {
            return command.getTargetHostId();
        }
    }

    /** Something is to be done to a VM where it is. */
    record ToAct(ActOnVm command, Position position, long readAtMillis) implements InPlace {
        @Override
        public String commandId() {
            return command.getCommandId();
        }

        @Override
        public String vmId() {
            return command.getVmId();
        }

        @Override
        public String hostId() {
            return command.getHostId();
        }
    }

    /** A host is to be down, and that is to be proven. */
    record ToFence(FenceHost command, Position position, long readAtMillis) implements InPlace {
        @Override
        public String commandId() {
            return command.getCommandId();
        }

        /** Empty: it is about a host. */
        @Override
        public String vmId() {
            return "";
        }

        @Override
        public String hostId() {
            return command.getHostId();
        }
    }

    /** A VM that a move left paused is to go on where it is. */
    record ToResume(ResumeVm command, Position position, long readAtMillis) implements InPlace {
        @Override
        public String commandId() {
            return command.getCommandId();
        }

        @Override
        public String vmId() {
            return command.getVmId();
        }

        @Override
        public String hostId() {
            return command.getHostId();
        }
    }
}
