package io.godwit.executors.simulated;

import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.MoveProgress;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.monitors.hosts.simulated.DataCentre;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves VMs of a simulated data centre, which may be in process or behind a socket; so no call is made in the caller's thread. */
public final class SimulatedHypervisor implements Hypervisor {
    private static final Logger LOG = LoggerFactory.getLogger(SimulatedHypervisor.class);

    private final DataCentre dataCentre;
    private final String prober;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** @param prober slot of this executor, as the data centre knows who asks */
    public SimulatedHypervisor(DataCentre dataCentre, String prober) {
        this.dataCentre = dataCentre;
        this.prober = prober;
    }

    @Override
    public boolean takes(String uri) {
        return uri.startsWith("simulated:");
    }

    @Override
    public CompletableFuture<MoveEnd> migrate(Move move, BooleanSupplier permitted) {
        return CompletableFuture.runAsync(() -> {}, threads)
                .thenComposeAsync(
                        _ -> permitted.getAsBoolean()
                                ? begin(move)
                                : CompletableFuture.completedFuture(MoveEnd.notMade()),
                        threads)
                .exceptionally(SimulatedHypervisor::broken);
    }

    @Override
    public CompletableFuture<MoveEnd> act(Act act, BooleanSupplier permitted) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            if (!permitted.getAsBoolean()) {
                                return MoveEnd.notMade();
                            }
                            String wrong = dataCentre.tryToAct(
                                    act.action(), act.vmId(), act.host().hostId());
                            return wrong.isEmpty() ? MoveEnd.moved(-1, -1) : MoveEnd.failed(wrong);
                        },
                        threads)
                .exceptionally(SimulatedHypervisor::broken);
    }

    /** The data centre finds the migration of a command id again, however often it is asked for. */
    @Override
    public CompletableFuture<MoveEnd> adopt(Move move) {
        return CompletableFuture.runAsync(() -> {}, threads)
                .thenComposeAsync(_ -> begin(move), threads)
                .exceptionally(SimulatedHypervisor::broken);
    }

    @Override
    public CompletableFuture<Optional<MoveProgress>> progress(Move move) {
        return CompletableFuture.supplyAsync(
                () -> dataCentre.progress(move.commandId()).map(SimulatedMoves::progress), threads);
    }

    @Override
    public CompletableFuture<Sighting> where(Move move) {
        return CompletableFuture.supplyAsync(
                        () -> SimulatedMoves.sighting(
                                move,
                                dataCentre.progress(move.commandId()),
                                dataCentre.where(move.vmId()),
                                this::reachable),
                        threads)
                .exceptionally(_ -> new Sighting(Presence.UNREACHABLE, Presence.UNREACHABLE, false));
    }

    @Override
    public void startPostCopy(Move move, BooleanSupplier permitted) {
        threads.execute(() -> ask(move, permitted, dataCentre::startPostCopy));
    }

    @Override
    public void abort(Move move, BooleanSupplier permitted) {
        threads.execute(() -> ask(move, permitted, dataCentre::cancel));
    }

    private static void ask(Move move, BooleanSupplier permitted, Consumer<String> ask) {
        if (!permitted.getAsBoolean()) {
            return;
        }
        try {
            ask.accept(move.commandId());
        } catch (RuntimeException away) { // the data centre's process is gone for now; the move's end will tell
            LOG.atWarn()
                    .addKeyValue("command", move.commandId())
                    .addKeyValue("why", away.getMessage())
                    .log("a running migration could not be changed");
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private CompletableFuture<MoveEnd> begin(Move move) {
        return dataCentre.migrate(SimulatedMoves.ask(move)).thenApply(SimulatedMoves::end);
    }

    private boolean reachable(HostAddress host) {
        try {
            dataCentre.roundTripMicros(prober, host.hostId());
            return true;
        } catch (Exception unreachable) { // the data centre's word for a host that does not answer
            return false;
        }
    }

    private static MoveEnd broken(Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        return MoveEnd.failed(root.getMessage() == null ? root.toString() : root.getMessage());
    }
}
