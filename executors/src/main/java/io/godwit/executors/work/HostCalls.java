package io.godwit.executors.work;

import io.godwit.executors.fencing.Fencer;
import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.Objection;
import io.godwit.executors.migration.Order;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.schemas.events.ActOnVm;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Which call an order is: of the hypervisor or of the fencer, before it is begun and then. */
final class HostCalls {
    private final Hypervisor hypervisor;
    private final Fencer fencer;
    private final Region region;

    HostCalls(Hypervisor hypervisor, Fencer fencer, Region region) {
        this.hypervisor = hypervisor;
        this.fencer = fencer;
        this.region = region;
    }

    /** Where the VM is; a host that is to be fenced is thought to be dead, and not asked. */
    CompletableFuture<Sighting> where(Order order, Move move) {
        return order instanceof Order.ToFence
                ? CompletableFuture.completedFuture(new Sighting(Presence.UNREACHABLE, Presence.UNREACHABLE, false))
                : hypervisor.where(move);
    }

    /** What the hosts of a move have against it. */
    CompletableFuture<Optional<Objection>> objection(Order order, Move move) {
        return order instanceof Order.ToMove
                ? hypervisor.objection(move)
                : CompletableFuture.completedFuture(Optional.empty());
    }

    /** Begins the call, while it is permitted. */
    CompletableFuture<MoveEnd> begin(Order order, Move move, BooleanSupplier permitted) {
        return switch (order) {
            case Order.ToMove _ -> hypervisor.migrate(move, permitted);
            case Order.ToResume resume ->
                hypervisor.act(Act.resume(resume.commandId(), resume.vmId(), move.target()), permitted);
            case Order.ToAct act -> act(act.command(), move.target(), permitted);
            case Order.ToFence _ -> fencer.fence(move.target(), permitted);
        };
    }

    private CompletableFuture<MoveEnd> act(ActOnVm command, HostAddress host, BooleanSupplier permitted) {
        CompletableFuture<String> definition = command.getDefinition() == null
                ? CompletableFuture.completedFuture("")
                : region.definition(command.getDefinition());
        return definition.thenCompose(xml -> hypervisor.act(
                new Act(
                        command.getCommandId(),
                        command.getVmId(),
                        host,
                        command.getAction(),
                        command.getSnapshot(),
                        command.getForce(),
                        xml,
                        command.getFromHostId(),
                        region.ownerElsewhere(command.getVmId(), command.getHostId())),
                permitted));
    }
}
