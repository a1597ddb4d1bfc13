package io.godwit.ops.cli;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Vm;
import io.godwit.schemas.units.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit vm migrate|suspend|resume|stop|start|snapshot|restore}: a person asks, the region's schedulers decide. */
final class VmActions {
    private VmActions() {}

    /** What all of them take. */
    abstract static class Action extends Asking {
        @Parameters(paramLabel = "VM", description = "Its id or name.")
        String named;

        @Option(
                names = "--within",
                paramLabel = "DURATION",
                defaultValue = "10m",
                description = "Given up where it could not begin so soon (default: ${DEFAULT-VALUE}).")
        String within;

        /** What is asked, for a VM on its host. */
        abstract VmActionAsked.Builder request(RegionState state);

        @Override
        final Question question(RegionState state, String requestId) {
            Vm vm = vm(state, named);
            Host host = HostCommands.find(state, vm.hostId());
            return new Question(
                    host,
                    request(state)
                            .setRequestId(requestId)
                            .setVmId(vm.id())
                            .setHostId(host.id())
                            .setWithinMillis(Durations.parse(within).toMillis())
                            .setBy(Operator.name())
                            .setReason(reason)
                            .build());
        }

        static VmActionAsked.Builder of(ActionKind action) {
            return VmActionAsked.newBuilder().setAction(action);
        }
    }

    @Command(name = "migrate", description = "Moves a running VM to a host that has room, or to a named one.")
    static final class Migrate extends Action {
        @Option(
                names = "--to",
                paramLabel = "HOST",
                description = "Target by id, label or name (default: the nearest with room).")
        String target;

        @Override
        VmActionAsked.Builder request(RegionState state) {
            VmActionAsked.Builder asked = of(ActionKind.MIGRATE);
            if (target != null) {
                Host host = HostCommands.find(state, target);
                asked.setTargetHostId(host.id()).setTargetSegment(host.segment());
            }
            return asked;
        }
    }

    @Command(name = "suspend", description = "Pauses a VM in memory, or saves its memory to disk and switches it off.")
    static final class Suspend extends Action {
        @Option(names = "--to-disk", description = "Managed save: the next start goes on from there.")
        boolean toDisk;

        @Override
        VmActionAsked.Builder request(RegionState state) {
            return of(toDisk ? ActionKind.SAVE : ActionKind.SUSPEND);
        }
    }

    @Command(name = "resume", description = "Lets a paused VM go on.")
    static final class Resume extends Action {
        @Override
        VmActionAsked.Builder request(RegionState state) {
            return of(ActionKind.RESUME);
        }
    }

    @Command(name = "stop", description = "Asks a VM to shut down.")
    static final class Stop extends Action {
        @Option(names = "--force", description = "Switches it off instead; what it had not written is lost.")
        boolean force;

        @Override
        VmActionAsked.Builder request(RegionState state) {
            return of(ActionKind.STOP).setForce(force);
        }
    }

    @Command(name = "start", description = "Starts a VM that is off on the host that holds it.")
    static final class Start extends Action {
        @Option(names = "--force", description = "Also where the host's memory is taken.")
        boolean force;

        @Override
        VmActionAsked.Builder request(RegionState state) {
            return of(ActionKind.START).setForce(force);
        }
    }

    /** What takes the name of a snapshot. */
    abstract static class OfSnapshot extends Action {
        @Option(names = "--name", required = true, description = "Name of the snapshot: 1 to 64 of A-Z a-z 0-9 . _ -")
        String name;

        final String checked() {
            if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
                throw new IllegalArgumentException("--name is \"" + name + "\"; give 1 to 64 of A-Z a-z 0-9 . _ -");
            }
            return name;
        }
    }

    @Command(name = "snapshot", description = "Takes a snapshot of a VM: its disks, and its memory if it runs.")
    static final class Snapshot extends OfSnapshot {
        @Override
        VmActionAsked.Builder request(RegionState state) {
            return of(ActionKind.SNAPSHOT).setSnapshot(checked());
        }
    }

    @Command(name = "restore", description = "Puts a VM back to a snapshot; what came after is lost.")
    static final class Restore extends OfSnapshot {
        @Override
        VmActionAsked.Builder request(RegionState state) {
            return of(ActionKind.RESTORE).setSnapshot(checked());
        }
    }
}
