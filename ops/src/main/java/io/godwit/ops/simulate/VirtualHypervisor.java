package io.godwit.ops.simulate;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.MoveProgress;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationResult;
import io.godwit.monitors.hosts.simulated.model.DataCentreModel;
import io.godwit.monitors.hosts.simulated.model.Happening;
import io.godwit.schemas.events.VmState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Moves VMs of the model on the virtual clock: answers at once, but for the ends of migrations. */
final class VirtualHypervisor implements Hypervisor {
    private final DataCentreModel model;
    private final Runnable changed;
    private final Map<String, CompletableFuture<MoveEnd>> waiting = new HashMap<>();

    /** @param changed called after the model was told to begin something, so that its next moment may be an earlier one */
    VirtualHypervisor(DataCentreModel model, Runnable changed) {
        this.model = model;
        this.changed = changed;
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
    public CompletableFuture<MoveEnd> adopt(Move move) {
        return begin(move);
    }

    private CompletableFuture<MoveEnd> begin(Move move) {
        try {
            Optional<Happening> end = model.migrate(
                    move.commandId(),
                    move.vmId(),
                    move.source().hostId(),
                    move.target().hostId(),
                    move.bytesPerSecondMax());
            changed.run();
            return end.map(known -> CompletableFuture.completedFuture(endOf(known)))
                    .orElseGet(() -> waiting.computeIfAbsent(move.commandId(), _ -> new CompletableFuture<>()));
        } catch (HostUnreachable unreachable) {
            return CompletableFuture.completedFuture(MoveEnd.failed(unreachable.getMessage()));
        }
    }

    /** The model told that a migration has ended. */
    void ended(String commandId, Happening end) {
        CompletableFuture<MoveEnd> waiter = waiting.remove(commandId);
        if (waiter != null) {
            waiter.complete(endOf(end));
        }
    }

    private static MoveEnd endOf(Happening end) {
        return switch (end) {
            case Happening.MigrationEnded ended -> {
                MigrationResult result = ended.result();
                yield result.moved()
                        ? MoveEnd.moved(result.downtimeMillis(), result.transferredBytes())
                        : MoveEnd.failed(result.detail());
            }
            case Happening.SourceLost lost -> MoveEnd.failed(lost.detail());
            case Happening.Told _ -> throw new IllegalStateException("a host's word ends no migration");
        };
    }

    @Override
    public CompletableFuture<Optional<MoveProgress>> progress(Move move) {
        return CompletableFuture.completedFuture(model.progress(move.commandId())
                .map(progress -> new MoveProgress(progress.percent(), progress.transferredBytes())));
    }

    @Override
    public CompletableFuture<Sighting> where(Move move) {
        boolean running = model.progress(move.commandId())
                .map(progress -> !progress.ended())
                .orElse(false);
        Map<String, VmState> holders = model.where(move.vmId());
        return CompletableFuture.completedFuture(
                new Sighting(presence(move.source(), holders), presence(move.target(), holders), running));
    }

    private Presence presence(HostAddress host, Map<String, VmState> holders) {
        VmState state = holders.get(host.hostId());
        if (state == null) {
            return reachable(host) ? Presence.ABSENT : Presence.UNREACHABLE;
        }
        return switch (state) {
            case RUNNING, BLOCKED -> Presence.RUNNING;
            case PAUSED, SUSPENDED, MIGRATING_IN, UNKNOWN -> Presence.PAUSED;
            case SHUT_OFF, CRASHED -> Presence.OFF;
        };
    }

    private boolean reachable(HostAddress host) {
        try {
            model.checkReachable(host.hostId());
            return true;
        } catch (HostUnreachable unreachable) {
            return false;
        }
    }

    /** A simulated migration always ends: a copy that does not converge is cut short by the model itself. */
    @Override
    public void abort(Move move, BooleanSupplier permitted) {}

    @Override
    public void close() {}
}
