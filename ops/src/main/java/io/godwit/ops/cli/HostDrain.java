package io.godwit.ops.cli;

import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code godwit host drain|undrain|confirm-down}: what a person asks of a host. */
final class HostDrain {
    private HostDrain() {}

    @Command(
            name = "drain",
            description = "Empties a host by live migrations, and keeps it empty until undrain. Lists first what cannot"
                    + " move, and why.")
    static final class Drain extends Asking {
        @Parameters(paramLabel = "HOST", description = "Its id, label (site/rack/name) or name.")
        String named;

        @Override
        Question question(RegionState state, String requestId) {
            Host host = HostCommands.find(state, named);
            state.vms().stream()
                    .filter(vm -> vm.hostId().equals(host.id()))
                    .forEach(vm -> hindrance(vm.state())
                            .ifPresent(why -> System.err.println("stays: " + vm.name() + " " + why)));
            return new Question(host, new DrainAsked(requestId, host.id(), Operator.name(), reason));
        }
    }

    /** Why a VM does not leave by itself; empty: it does. */
    static Optional<String> hindrance(VmState state) {
        return switch (state) {
            case RUNNING, BLOCKED -> Optional.empty();
            case SHUT_OFF, CRASHED -> Optional.of("is off; it stays defined there and does not hold the drain up");
            case PAUSED, SUSPENDED -> Optional.of("is paused; resume it, and it moves");
            case MIGRATING_IN -> Optional.of("is just arriving; it moves after that");
            case UNKNOWN -> Optional.of("is in no state that is known: " + VmState.UNKNOWN);
        };
    }

    /** A word about a host. */
    abstract static class Word extends Noting {
        @Parameters(paramLabel = "HOST", description = "Its id, label (site/rack/name) or name.")
        String named;

        /** The record to append, where the state of the region allows it. */
        abstract SpecificRecord record(RegionState state, Host host);

        @Override
        final Asking.Question word(RegionState state) {
            Host host = HostCommands.find(state, named);
            return new Asking.Question(host, record(state, host));
        }
    }

    @Command(name = "undrain", description = "Lets a drained host take VMs again; a drain that is not done ends.")
    static final class Undrain extends Word {
        @Override
        SpecificRecord record(RegionState state, Host host) {
            if (state.requests().drain(host.id()).isEmpty()) {
                throw new Refused(host.label() + " is not being drained; nothing was asked");
            }
            return new DrainEnded(host.id(), Operator.name(), reason);
        }

        @Override
        String told(Asking.Question word) {
            return word.label() + " takes VMs again";
        }
    }

    @Command(
            name = "confirm-down",
            description = "Vouches that a crashed host is down and stays down: its VMs are started elsewhere then, and"
                    + " commands that wait for it end. If it is not, VMs may run twice and lose data.")
    static final class ConfirmDown extends Word {
        @Override
        SpecificRecord record(RegionState state, Host host) {
            if (host.crash().isEmpty()) {
                throw new Refused(host.label()
                        + " is not called crashed; its VMs are started elsewhere only once it is, see: godwit detection"
                        + " list");
            }
            return new DownConfirmed(host.id(), Operator.name(), reason);
        }

        @Override
        String told(Asking.Question word) {
            return "noted that " + word.label() + " is down; see its VMs with: godwit vm list";
        }
    }
}
