package io.godwit.ops.simulate;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.MoveProgress;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationAsk;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationResult;
import io.godwit.monitors.hosts.simulated.model.Happening;
import io.godwit.schemas.events.VmState;
import java.util.Map;
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
    public CompletableFuture<MoveEnd> adopt(Move move) {
        return begin(move);
    }

    private CompletableFuture<MoveEnd> begin(Move move) {
        try {
            Optional<Happening> end = dataCentre
                    .model()
                    .migrate(new MigrationAsk(
                            move.commandId(),
                            move.vmId(),
                            move.source().hostId(),
                            move.target().hostId(),
                            move.bytesPerSecondMax(),
                            move.postCopy(),
                            move.autoConverge()));
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
            case Happening.MigrationEnded ended -> {
                MigrationResult result = ended.result();
                yield result.moved()
                        ? MoveEnd.moved(
                                result.downtimeMillis(), result.transferredBytes(), result.switchedAfterMillis())
                        : MoveEnd.failed(result.detail());
            }
            case Happening.SourceLost lost -> MoveEnd.failed(lost.detail());
            case Happening.Told _ -> throw new IllegalStateException("a host's word ends no migration");
        };
    }

    @Override
    public CompletableFuture<Optional<MoveProgress>> progress(Move move) {
        return CompletableFuture.completedFuture(dataCentre
                .model()
                .progress(move.commandId())
                .map(progress -> new MoveProgress(
                        progress.percent(),
                        progress.transferredBytes(),
                        progress.switched(),
                        progress.throttledPermille() / 10)));
    }

    @Override
    public CompletableFuture<Sighting> where(Move move) {
        boolean running = dataCentre
                .model()
                .progress(move.commandId())
                .map(progress -> !progress.ended())
                .orElse(false);
        Map<String, VmState> holders = dataCentre.model().where(move.vmId());
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
