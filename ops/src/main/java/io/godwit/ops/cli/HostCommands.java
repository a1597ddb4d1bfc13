package io.godwit.ops.cli;

import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code godwit host …}: the hosts of a site. */
@Command(
        name = "host",
        description = "The hosts of a site.",
        subcommands = {
            HostCommands.ListHosts.class,
            HostCommands.ShowHost.class,
            HostAdd.class,
            HostCheckCommand.class,
            HostDrain.Drain.class,
            HostDrain.Undrain.class,
            HostDrain.ConfirmDown.class
        })
public final class HostCommands {
    @Command(name = "list", description = "Every host: how loaded it is and when it was sampled last.")
    static final class ListHosts extends AskState implements Runnable {
        @Override
        public void run() {
            list(
                    List.of("host", "state", "cpu", "memory", "vms", "segment", "sampled", "position"),
                    (state, rows) -> state.hosts().stream().map(rows::host));
        }
    }

    @Command(name = "show", description = "One host and the VMs on it.")
    static final class ShowHost extends AskState implements Runnable {
        @Parameters(paramLabel = "HOST", description = "Its id, label (site/rack/name) or name.")
        String named;

        @Override
        public void run() {
            one(state -> rows -> rows.host(find(state, named)));
        }
    }

    static Host find(RegionState state, String named) {
        return state.host(named)
                .orElseThrow(() -> new Failed("no host, or more than one, is called " + named
                        + "; name it by label or id, as in: godwit host list"));
    }
}
