package io.godwit.ops.simulate;

import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.MoveProgress;
import io.godwit.executors.migration.Sighting;
import io.godwit.executors.simulated.SimulatedMoves;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.model.Happening;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Moves VMs of the model on the virtual clock: answers at once, but for the ends of migrations. */
final class VirtualHypervisor implements Hypervisor {
    private final DataCentre dataCentre;
    private final Runnable answered;

    /** @param answered called when a migration that was waited for has ended */
    VirtualHypervisor(DataCentre dataCentre, Runnable answered) {
        this.dataCentre = dataCentre;
        this.answered = answered;
    }

    @Override
    public boolean takes(String uri) {
        return uri.startsWith("simulated:");
    }

    @Override
    public CompletableFuture<MoveEnd> migrate(Move move, BooleanSupplier permitted) {
        return permitted.getAsBoolean() ? begin(move) : CompletableFuture.completedFuture(MoveEnd.notMade());
    }

    @Override
    public CompletableFuture<MoveEnd> act(Act act, BooleanSupplier permitted) {
        if (!permitted.getAsBoolean()) {
            return CompletableFuture.completedFuture(MoveEnd.notMade());
        }
        MoveEnd[] end = {MoveEnd.moved(-1, -1)};
        dataCentre.change(model -> {
            try {
                String wrong = model.act(act.action(), act.vmId(), act.host().hostId());
                end[0] = wrong.isEmpty() ? end[0] : MoveEnd.failed(wrong);
            } catch (HostUnreachable unreachable) {
                end[0] = MoveEnd.failed(unreachable.getMessage());
            }
        });
        return CompletableFuture.completedFuture(end[0]);
    }

    @Override
    public CompletableFuture<MoveEnd> adopt(Move move) {
        return begin(move);
    }

    private CompletableFuture<MoveEnd> begin(Move move) {
        try {
            Optional<Happening> end = dataCentre.model().migrate(SimulatedMoves.ask(move));
            if (end.isPresent()) {
                return CompletableFuture.completedFuture(endOf(end.get()));
            }
            CompletableFuture<MoveEnd> waiting = new CompletableFuture<>();
            dataCentre.await(move.commandId(), happening -> {
                waiting.complete(endOf(happening));
                answered.run();
            });
            return waiting;
        } catch (HostUnreachable unreachable) {
            return CompletableFuture.completedFuture(MoveEnd.failed(unreachable.getMessage()));
        }
    }

    private static MoveEnd endOf(Happening end) {
        return switch (end) {
            case Happening.MigrationEnded ended -> SimulatedMoves.end(ended.result());
            case Happening.SourceLost lost -> MoveEnd.failed(lost.detail());
            case Happening.Told _ -> throw new IllegalStateException("a host's word ends no migration");
        };
    }

    @Override
    public CompletableFuture<Optional<MoveProgress>> progress(Move move) {
        return CompletableFuture.completedFuture(
                dataCentre.model().progress(move.commandId()).map(SimulatedMoves::progress));
    }

    @Override
    public CompletableFuture<Sighting> where(Move move) {
        return CompletableFuture.completedFuture(SimulatedMoves.sighting(
                move,
                dataCentre.model().progress(move.commandId()),
                dataCentre.model().where(move.vmId()),
                this::reachable));
    }

    private boolean reachable(HostAddress host) {
        try {
            dataCentre.model().checkReachable(host.hostId());
            return true;
        } catch (HostUnreachable unreachable) {
            return false;
        }
    }

    @Override
    public void startPostCopy(Move move, BooleanSupplier permitted) {
        if (permitted.getAsBoolean()) {
            dataCentre.change(model -> model.startPostCopy(move.commandId()));
        }
    }

    @Override
    public void abort(Move move, BooleanSupplier permitted) {
        if (permitted.getAsBoolean()) {
            dataCentre.change(model -> model.cancel(move.commandId()));
        }
    }

    @Override
    public void close() {}
}
