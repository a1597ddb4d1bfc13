package io.godwit.executors.hypervisor;

import io.godwit.executors.migration.Mended;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.MoveProgress;
import io.godwit.executors.migration.Objection;
import io.godwit.executors.migration.Sighting;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * Port to the hosts of one kind, for moving VMs and acting on them. No method blocks; what a future holds comes from another
 * thread. Futures of looks and progress always end; that of a migration ends when the hypervisor lets the call go, which may be never.
 */
public interface Hypervisor extends AutoCloseable {
    /** Whether this adapter is meant by the URI of a host. */
    boolean takes(String uri);

    /**
     * Migrates, or finds again what was begun under the same command id and still runs.
     *
     * @param permitted asked immediately before the native call; false: the call is not made
     * @return done when the call has come back; never failed
     */
    CompletableFuture<MoveEnd> migrate(Move move, BooleanSupplier permitted);

    /**
     * Does something to a VM where it is, and nothing to one that is so already. A guest that is asked to shut down may take
     * its time after that.
     *
     * @param permitted asked immediately before the native call; false: the call is not made
     * @return done when the call has come back, whatever it said; never failed
     */
    CompletableFuture<MoveEnd> act(Act act, BooleanSupplier permitted);

    /** Follows a migration that somebody else began, to its end; begins none. */
    CompletableFuture<MoveEnd> adopt(Move move);

    /** How a migration goes on; empty where nothing is known of it. */
    CompletableFuture<Optional<MoveProgress>> progress(Move move);

    /** Looks at both hosts; never failed. */
    CompletableFuture<Sighting> where(Move move);

    /** What speaks against a move by what both hosts say of themselves, before it is begun; never failed. */
    default CompletableFuture<Optional<Objection>> objection(Move move) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /**
     * Puts right what a broken move left: one copy goes on where that is safe, and nothing of the VM stays on the other host.
     * Looks by itself, and changes nothing while a migration of the VM runs or a host is silent; never failed.
     *
     * @param permitted asked before anything is changed
     */
    default CompletableFuture<Mended> mend(Move move, BooleanSupplier permitted) {
        return CompletableFuture.completedFuture(Mended.CLEAN);
    }

    /** Lets a running migration go on by post-copy; whether it does is told by its progress and its end. */
    void startPostCopy(Move move, BooleanSupplier permitted);

    /** Calls a running migration off; what became of it is told by its end and a look. */
    void abort(Move move, BooleanSupplier permitted);

    /** Ends connections; running migrations go on. */
    @Override
    void close();
}
