package io.godwit.executors.fencing;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.migration.MoveEnd;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Port to what takes a host's power away and proves that it is gone. Does not block. Adapters: none, command, simulated. */
public interface Fencer {
    /**
     * Takes the power of a host away; does nothing to one that has none.
     *
     * @param permitted asked immediately before; false: nothing is done
     * @return {@link MoveEnd#proven} with what proves that the host is down, or failed with why there is no proof; always done
     *     in the end, never failed
     */
    CompletableFuture<MoveEnd> fence(HostAddress host, BooleanSupplier permitted);
}
