package io.godwit.ops.cli;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code godwit vm …}: the VMs of a site. */
@Command(
        name = "vm",
        description = "The VMs of a site.",
        subcommands = {
            VmCommands.ListVms.class,
            VmCommands.ShowVm.class,
            VmActions.Migrate.class,
            VmActions.Suspend.class,
            VmActions.Resume.class,
            VmActions.Stop.class,
            VmActions.Start.class,
            VmActions.Snapshot.class,
            VmActions.Restore.class
        })
public final class VmCommands {
    /** What these verbs share: since when each VM is where it is, however long ago it came. */
    abstract static class AskVms extends AskState {
        @Override
        final RegionState state(Log log) {
            RegionState state = super.state(log);
            StateRebuild.arrivals(log, moment(), state);
            return state;
        }
    }

    @Command(name = "list", description = "Every VM: where it is and what it asks for.")
    static final class ListVms extends AskVms implements Runnable {
        @Override
        public void run() {
            list(
                    List.of("vm", "host", "state", "cpu", "memory", "dirtyRate", "since"),
                    (state, rows) -> state.vms().stream().map(rows::vm));
        }
    }

    @Command(name = "show", description = "One VM.")
    static final class ShowVm extends AskVms implements Runnable {
        @Parameters(paramLabel = "VM", description = "Its id or name.")
        String named;

        @Override
        public void run() {
            one(state -> rows -> rows.vm(state.vm(named)
                    .orElseThrow(() -> new Failed("no VM, or more than one, is called " + named
                            + "; name it by id, as in: godwit vm list -o json"))));
        }
    }
}
