package io.godwit.executors.work;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.Order;
import io.godwit.executors.migration.Patience;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import java.util.Optional;

/** What orders mean at the hosts: ids become addresses, limits and patience become bounds of the call. */
final class Moves {
    private final Region region;
    private final Patience patience;
    private final Limits limits;

    Moves(Region region, Patience patience, Limits limits) {
        this.region = region;
        this.patience = patience;
        this.limits = limits;
    }

    /** Empty: the inventory does not show one of the hosts. */
    Optional<Move> of(Order order) {
        Optional<HostAddress> source = region.host(order.sourceHostId());
        Optional<HostAddress> target = region.host(order.targetHostId());
        if (source.isEmpty() || target.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (order) {
                    case Order.ToMove move -> of(move.command(), source.get(), target.get());
                    case Order.ToResume _, Order.ToAct _, Order.ToFence _ ->
                        Move.nowhere(order.commandId(), order.vmId(), source.get());
                });
    }

    /** Enough of a move that has ended to look for what it left. */
    Optional<Move> cleanUp(CommandFailed lost) {
        Optional<HostAddress> source = region.host(lost.getSourceHostId());
        Optional<HostAddress> target = region.host(lost.getTargetHostId());
        return source.isEmpty() || target.isEmpty()
                ? Optional.empty()
                : Optional.of(new Move(
                        lost.getCommandId(),
                        lost.getVmId(),
                        source.get(),
                        target.get(),
                        false,
                        false,
                        false,
                        false,
                        0));
    }

    /** Site and rack of a host, from its label; empty: it is not known. */
    String rackOf(String hostId) {
        return region.host(hostId)
                .map(HostAddress::label)
                .map(label -> label.substring(0, Math.max(0, label.lastIndexOf('/'))))
                .orElse("");
    }

    private Move of(MigrateVm command, HostAddress source, HostAddress target) {
        return new Move(
                command.getCommandId(),
                command.getVmId(),
                source,
                target,
                command.getMode() == MigrationMode.POST_COPY,
                patience.switches(command),
                patience.holdsBack(command),
                command.getStaysPaused(),
                limits.bandwidth(command.getBytesPerSecondMax()));
    }
}
