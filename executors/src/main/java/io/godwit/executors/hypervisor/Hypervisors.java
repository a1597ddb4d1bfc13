package io.godwit.executors.hypervisor;

import io.godwit.executors.migration.Mended;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.MoveProgress;
import io.godwit.executors.migration.Objection;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Several kinds of hosts behind one port; a move goes to the kind of its source, if that is the kind of its target too. */
public final class Hypervisors implements Hypervisor {
    private final List<Hypervisor> kinds;

    public Hypervisors(List<Hypervisor> kinds) {
        this.kinds = List.copyOf(kinds);
    }

    @Override
    public boolean takes(String uri) {
        return kinds.stream().anyMatch(kind -> kind.takes(uri));
    }

    @Override
    public CompletableFuture<MoveEnd> migrate(Move move, BooleanSupplier permitted) {
        return at(move, kind -> kind.migrate(move, permitted), MoveEnd.failed(mismatch(move)));
    }

    @Override
    public CompletableFuture<MoveEnd> act(Act act, BooleanSupplier permitted) {
        return kinds.stream()
                .filter(kind -> kind.takes(act.host().uri()))
                .findFirst()
                .map(kind -> kind.act(act, permitted))
                .orElseGet(() -> CompletableFuture.completedFuture(MoveEnd.failed(
                        "no adapter of this executor reaches " + act.host().uri())));
    }

    @Override
    public CompletableFuture<MoveEnd> adopt(Move move) {
        return at(move, kind -> kind.adopt(move), MoveEnd.failed(mismatch(move)));
    }

    @Override
    public CompletableFuture<Optional<MoveProgress>> progress(Move move) {
        return at(move, kind -> kind.progress(move), Optional.empty());
    }

    @Override
    public CompletableFuture<Sighting> where(Move move) {
        return at(move, kind -> kind.where(move), new Sighting(Presence.UNREACHABLE, Presence.UNREACHABLE, false));
    }

    @Override
    public CompletableFuture<Optional<Objection>> objection(Move move) {
        return at(move, kind -> kind.objection(move), Optional.empty());
    }

    @Override
    public CompletableFuture<Mended> mend(Move move, BooleanSupplier permitted) {
        return at(move, kind -> kind.mend(move, permitted), Mended.CLEAN);
    }

    @Override
    public void startPostCopy(Move move, BooleanSupplier permitted) {
        kindOf(move).ifPresent(kind -> kind.startPostCopy(move, permitted));
    }

    @Override
    public void abort(Move move, BooleanSupplier permitted) {
        kindOf(move).ifPresent(kind -> kind.abort(move, permitted));
    }

    @Override
    public void close() {
        kinds.forEach(Hypervisor::close);
    }

    private <T> CompletableFuture<T> at(Move move, Function<Hypervisor, CompletableFuture<T>> ask, T nobody) {
        return kindOf(move).map(ask).orElseGet(() -> CompletableFuture.completedFuture(nobody));
    }

    private Optional<Hypervisor> kindOf(Move move) {
        return kinds.stream()
                .filter(kind -> kind.takes(move.source().uri())
                        && kind.takes(move.target().uri()))
                .findFirst();
    }

    private static String mismatch(Move move) {
        return "no adapter of this executor reaches both %s and %s"
                .formatted(move.source().uri(), move.target().uri());
    }
}
