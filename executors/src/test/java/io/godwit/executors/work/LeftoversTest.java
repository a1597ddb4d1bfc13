package io.godwit.executors.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.executors.Commands;
import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.Mended;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.MoveProgress;
import io.godwit.executors.migration.Sighting;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.MigrationMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class LeftoversTest {
    private static final HostAddress H1 = new HostAddress("h1", "s/r/h1", 0, "qemu://h1/system");
    private static final HostAddress H2 = new HostAddress("h2", "s/r/h2", 0, "qemu://h2/system");
    private static final Move MOVE = new Move("c1", "vm1", H1, H2, false, false, false, false, 0);

    private final Leftovers leftovers = new Leftovers();
    private final Hosts hosts = new Hosts();

    @Test
    void a_move_is_looked_after_until_nothing_is_left_of_it() {
        leftovers.suspect(0, MOVE);
        hosts.answer = Mended.DONE;
        sweepUpTo(4);
        assertEquals(List.of("c1 at 0 s"), hosts.asked);
        hosts.answer = Mended.CLEAN;
        sweepUpTo(1000);
        assertEquals(List.of("c1 at 0 s", "c1 at 5 s"), hosts.asked);
    }

    @Test
    void hosts_that_stay_silent_are_asked_ever_more_seldom() {
        leftovers.suspect(0, MOVE);
        hosts.answer = Mended.NOT_YET;
        sweepUpTo(160);
        assertEquals(
                List.of("c1 at 0 s", "c1 at 5 s", "c1 at 15 s", "c1 at 35 s", "c1 at 75 s", "c1 at 155 s"),
                hosts.asked);
    }

    @Test
    void nothing_is_touched_while_a_command_concerns_the_vm_or_after_its_segment_went() {
        leftovers.suspect(0, MOVE);
        leftovers.sweep(hosts, 0, (_, vmId) -> !vmId.equals("vm1"), () -> true);
        leftovers.revoke(0);
        sweepUpTo(1000);
        assertEquals(List.of(), hosts.asked);
    }

    @Test
    void a_successor_learns_from_the_log_which_moves_ended_while_a_host_was_silent() {
        Ledger ledger = new Ledger(0);
        ledger.fold(failed("c1", "vm1", "source-lost"), 1);
        ledger.fold(failed("c2", "vm2", "target-lost"), 2);
        ledger.fold(failed("c3", "vm3", "hypervisor-error"), 3);
        ledger.fold(
                new CommandSucceeded(
                        "c4", Commands.at(0, 0), "e", "vm2", "h2", "h1", 1L, 1L, 1L, MigrationMode.PRE_COPY, -1L, 0L),
                4);
        assertEquals(
                List.of("c1"),
                ledger.lost().stream().map(CommandFailed::getCommandId).toList());
    }

    private static CommandFailed failed(String id, String vmId, String reason) {
        return new CommandFailed(id, Commands.at(0, 0), "e", vmId, "h1", "h2", reason, "", "");
    }

    private void sweepUpTo(long seconds) {
        for (long second = 0; second <= seconds; second++) {
            hosts.second = second;
            leftovers.sweep(hosts, TimeUnit.SECONDS.toNanos(second), (_, _) -> true, () -> true);
        }
    }

    /** Answers a request to mend at once, and nothing else. */
    private static final class Hosts implements Hypervisor {
        private final List<String> asked = new ArrayList<>();
        private Mended answer = Mended.CLEAN;
        private long second;

        @Override
        public CompletableFuture<Mended> mend(Move move, BooleanSupplier permitted) {
            asked.add("%s at %d s".formatted(move.commandId(), second));
            return CompletableFuture.completedFuture(answer);
        }

        @Override
        public boolean takes(String uri) {
            return true;
        }

        @Override
        public CompletableFuture<MoveEnd> migrate(Move move, BooleanSupplier permitted) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<MoveEnd> act(Act act, BooleanSupplier permitted) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<MoveEnd> adopt(Move move) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Optional<MoveProgress>> progress(Move move) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Sighting> where(Move move) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void startPostCopy(Move move, BooleanSupplier permitted) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void abort(Move move, BooleanSupplier permitted) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
