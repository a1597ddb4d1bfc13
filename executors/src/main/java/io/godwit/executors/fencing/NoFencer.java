package io.godwit.executors.fencing;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.migration.MoveEnd;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Proves nothing: a person has to look, and to say so. */
public final class NoFencer implements Fencer {
    @Override
    public CompletableFuture<MoveEnd> fence(HostAddress host, BooleanSupplier permitted) {
        return CompletableFuture.completedFuture(MoveEnd.failed(
                ("nothing here can fence a host (fencing.by is none); once you know that %s is down and stays"
                                + " down, say so with: godwit host confirm-down %s --reason …")
                        .formatted(host.label(), host.label())));
    }
}
