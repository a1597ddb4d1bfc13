package io.godwit.executors.simulated;

import io.godwit.executors.fencing.Fencer;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.monitors.hosts.simulated.DataCentre;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** Has a simulated data centre take a host's power away; it boots again after a while. */
public final class SimulatedFencer implements Fencer {
    private final DataCentre dataCentre;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public SimulatedFencer(DataCentre dataCentre) {
        this.dataCentre = dataCentre;
    }

    @Override
    public CompletableFuture<MoveEnd> fence(HostAddress host, BooleanSupplier permitted) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            if (!permitted.getAsBoolean()) {
                                return MoveEnd.notMade();
                            }
                            dataCentre.fence(host.hostId());
                            return MoveEnd.proven("the data centre has taken the power of " + host.label() + " away");
                        },
                        threads)
                .exceptionally(away -> MoveEnd.failed("the data centre cannot be asked: " + away.getMessage()));
    }
}
