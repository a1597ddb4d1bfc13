package io.godwit.executors.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.executors.Commands;
import io.godwit.executors.fencing.Fencer;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.membership.MembershipProof;
import io.godwit.executors.migration.Patience;
import io.godwit.executors.migration.Stall;
import io.godwit.executors.simulated.FakeDataCentre;
import io.godwit.executors.simulated.SimulatedFencer;
import io.godwit.executors.simulated.SimulatedHypervisor;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandProgressed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One segment's commands over a log of two lists; a restart is a new engine on the same log. */
class CommandEngineTest {
    private static final Patience PATIENCE = new Patience(
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            Stall.THROTTLE,
            Duration.ofSeconds(30));

    private Patience patience = PATIENCE;
    private static final long SECOND = 1_000_000_000L;

    private final FakeDataCentre dataCentre = new FakeDataCentre();
    private final Hypervisor hypervisor = new SimulatedHypervisor(dataCentre, "executor-1");
    private final Fencer fencer = new SimulatedFencer(dataCentre);
    private final FakeRegion region = new FakeRegion();
    private final List<MigrateVm> commands = new ArrayList<>();
    private final List<SpecificRecord> outcomes = new ArrayList<>();
    private MembershipProof proof = proof();
    private CommandEngine engine;
    private long nanos = 1;

    /** Two hosts h1 … h9; "x…" hosts are unknown. */
    private static final class FakeRegion implements Region {
        boolean off;
        long epoch;
        Map<String, Long> downAt = Map.of();

        @Override
        public Optional<HostAddress> host(String hostId) {
            return Optional.of(new HostAddress(hostId, "s/r/" + hostId, 0, "simulated:" + hostId));
        }

        @Override
        public boolean member(String hostId) {
            return hostId.startsWith("h");
        }

        @Override
        public long oldestEpoch(String hostId) {
            return epoch;
        }

        @Override
        public boolean down(String hostId, long sinceMillis) {
            return downAt.getOrDefault(hostId, 0L) > sinceMillis;
        }

        @Override
        public boolean off(int segment) {
            return off;
        }

        @Override
        public CompletableFuture<String> definition(Position vmDefined) {
            return CompletableFuture.completedFuture("<domain/>");
        }

        @Override
        public CompletableFuture<Long> logTimeMicros(int segment) {
            return CompletableFuture.completedFuture(1L);
        }
    }

    @AfterEach
    void close() {
        hypervisor.close();
    }

    @Test
    void a_move_is_accepted_carried_out_and_told_once_in_this_order() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        assertEquals(List.of("accepted c1"), told());
        dataCentre.finish("c1");
        until(() -> outcomes.size() == 2);
        CommandSucceeded succeeded = assertInstanceOf(CommandSucceeded.class, outcomes.getLast());
        assertEquals(31, succeeded.getDowntimeMillis());
        assertEquals(1 << 30, succeeded.getTransferredBytes());
        assertEquals(1, engine.floorAfter(0, List.of()));
        restart(false);
        settle();
        assertEquals(2, outcomes.size());
    }

    @Test
    void a_command_that_stands_in_the_log_twice_is_carried_out_once() {
        command("c1", "vm1", "h1", "h2");
        commands.add(commands.getFirst());
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        dataCentre.finish("c1");
        until(() -> outcomes.size() == 2);
        commands.add(commands.getFirst());
        engine.read(Commands.at(0, 2), commands.getFirst());
        settle();
        assertEquals(List.of("accepted c1", "succeeded c1"), told());
    }

    @Test
    void a_vm_that_a_move_left_paused_is_resumed_by_its_own_command_alone_and_once() {
        commands.add(MigrateVm.newBuilder(Commands.migrate("c1", "vm1", "h1", "h2"))
                .setStaysPaused(true)
                .build());
        dataCentre.place("vm1", "h1");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        dataCentre.finish("c1");
        until(() -> outcomes.size() == 2);
        restart(false);
        settle();
        assertEquals(VmState.PAUSED, dataCentre.where("vm1").get("h2"));
        engine.read(Commands.at(0, 1), Commands.resume("c2", "vm1", "h2", Commands.EPOCH));
        until(() -> outcomes.size() == 4);
        assertEquals(VmState.RUNNING, dataCentre.where("vm1").get("h2"));
        engine.read(Commands.at(0, 2), Commands.resume("c2", "vm1", "h2", Commands.EPOCH));
        settle();
        assertEquals(List.of("accepted c1", "succeeded c1", "accepted c2", "succeeded c2"), told());
    }

    @Test
    void killed_between_a_resumption_and_its_outcome_the_next_one_sees_that_it_runs() {
        dataCentre.place("vm1", "h2");
        dataCentre.pause("vm1");
        start(false);
        engine.read(Commands.at(0, 0), Commands.resume("c2", "vm1", "h2", Commands.EPOCH));
        outcomes.addAll(untilPending().stream().map(Append::outcome).toList());
        dataCentre.act(ActionKind.RESUME, "vm1", "h2");
        restart(false);
        engine.read(Commands.at(0, 0), Commands.resume("c2", "vm1", "h2", Commands.EPOCH));
        until(() -> outcomes.size() == 2);
        assertEquals(List.of("accepted c2", "succeeded c2"), told());
    }

    @Test
    void killed_before_the_acceptance_is_committed_it_begins_from_the_command() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        untilPending();
        restart(false); // nothing of the pending acceptance is in the log
        until(() -> dataCentre.begun().contains("c1"));
        assertEquals(List.of("accepted c1"), told());
    }

    @Test
    void killed_between_acceptance_and_call_it_looks_and_then_begins() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        outcomes.addAll(untilPending().stream().map(Append::outcome).toList());
        restart(false);
        until(() -> dataCentre.begun().contains("c1"));
        dataCentre.finish("c1");
        until(() -> outcomes.size() == 2);
        assertEquals(List.of("accepted c1", "succeeded c1"), told());
    }

    @Test
    void killed_during_the_copy_it_adopts_the_migration_and_tells_its_end() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        restart(false);
        until(() -> engine.counts().moving() == 1);
        dataCentre.finish("c1");
        until(() -> outcomes.size() == 2);
        CommandSucceeded succeeded = assertInstanceOf(CommandSucceeded.class, outcomes.getLast());
        assertEquals(31, succeeded.getDowntimeMillis());
    }

    @Test
    void killed_during_the_copy_it_concludes_what_ended_meanwhile() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        dataCentre.finish("c1");
        restart(false);
        until(() -> outcomes.size() == 2);
        assertEquals(List.of("accepted c1", "succeeded c1"), told());
    }

    @Test
    void killed_before_the_final_outcome_is_committed_it_tells_it_once() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        dataCentre.finish("c1");
        untilPending();
        restart(false);
        until(() -> outcomes.size() == 2);
        settle();
        assertEquals(List.of("accepted c1", "succeeded c1"), told());
    }

    @Test
    void what_a_dead_host_leaves_unclear_is_concluded_once_it_is_proven_to_be_down() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        dataCentre.pause("vm1");
        dataCentre.lose("h2");
        dataCentre.fail("c1", "connection lost");
        until(() -> engine.counts().unclear() == 1);
        nanos += 100 * SECOND;
        settle();
        assertEquals(List.of("accepted c1"), told(), "the copy on h2 may run");
        region.downAt = Map.of("h2", 0L); // before the command: it has come back since
        settle();
        assertEquals(List.of("accepted c1"), told());
        region.downAt = Map.of("h2", Long.MAX_VALUE);
        until(() -> outcomes.size() == 2);
        CommandFailed failed = assertInstanceOf(CommandFailed.class, outcomes.getLast());
        assertTrue(failed.getDetail().startsWith("is paused on the source"), failed::getDetail);
        assertEquals("h1", failed.getSeenOn());
    }

    @Test
    void a_call_that_hangs_in_a_host_that_is_proven_to_be_down_is_not_waited_for() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        dataCentre.lose("h1");
        settle();
        assertEquals(List.of("accepted c1"), told());
        region.downAt = Map.of("h1", Long.MAX_VALUE);
        until(() -> outcomes.size() == 2);
        CommandFailed failed = assertInstanceOf(CommandFailed.class, outcomes.getLast());
        assertEquals("source-lost", failed.getReason(), failed::toString);
        dataCentre.fail("c1", "connection lost");
        settle();
        assertEquals(2, outcomes.size());
    }

    @Test
    void a_successor_leaves_the_accepted_commands_of_a_predecessor_alone_for_a_session_and_a_margin() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        dataCentre.finish("c1");
        restart(true);
        settle();
        nanos += 3 * SECOND;
        settle();
        assertEquals(List.of("accepted c1"), told());
        nanos += SECOND;
        until(() -> outcomes.size() == 2);
    }

    @Test
    void a_successor_begins_what_nobody_accepted_at_once() {
        command("c1", "vm1", "h1", "h2");
        start(true);
        until(() -> dataCentre.begun().contains("c1"));
    }

    @Test
    void without_proof_of_membership_no_migration_is_begun() {
        proof = new MembershipProof(Duration.ofSeconds(3), Duration.ofMillis(500));
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> outcomes.size() == 1);
        settle();
        assertEquals(Set.of(), dataCentre.begun());
        proof.offsetsTaken(nanos);
        until(() -> dataCentre.begun().contains("c1"));
    }

    @Test
    void a_segment_that_goes_and_comes_back_while_a_call_runs_is_followed_on() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        engine.revoke(0);
        assign(false);
        assertEquals(1, engine.counts().moving());
        dataCentre.finish("c1");
        until(() -> outcomes.size() == 2);
        assertEquals(List.of("accepted c1", "succeeded c1"), told());
    }

    @Test
    void a_third_move_of_a_host_waits_and_says_so() {
        command("c1", "vm1", "h1", "h2");
        command("c2", "vm2", "h1", "h3");
        command("c3", "vm3", "h1", "h4");
        start(false);
        until(() -> dataCentre.begun().size() == 2);
        settle();
        assertEquals(1, engine.counts().queued());
        nanos += 2 * SECOND;
        until(() -> told().contains("progressed c3"));
        dataCentre.finish("c1");
        until(() -> dataCentre.begun().contains("c3"));
    }

    @Test
    void the_mode_off_refuses_what_is_not_accepted_and_lets_the_rest_end() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        region.off = true;
        command("c2", "vm2", "h3", "h4");
        engine.read(Commands.at(0, 1), commands.getLast());
        until(() -> outcomes.size() == 2);
        assertEquals(
                "mode-off",
                assertInstanceOf(CommandRefused.class, outcomes.getLast()).getReason());
        dataCentre.finish("c1");
        until(() -> outcomes.size() == 3);
        assertEquals(List.of("accepted c1", "refused c2", "succeeded c1"), told());
    }

    @Test
    void an_epoch_older_than_one_granted_or_commanded_since_is_refused() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        MigrateVm stale = Commands.migrate("c2", "vm2", "h1", "h3", Commands.EPOCH - 1);
        dataCentre.place("vm2", "h1");
        engine.read(Commands.at(0, 1), stale);
        until(() -> outcomes.size() == 2);
        assertEquals(
                "stale-epoch",
                assertInstanceOf(CommandRefused.class, outcomes.getLast()).getReason());
    }

    @Test
    void a_host_that_the_inventory_does_not_show_after_a_while_is_refused() {
        command("c1", "vm1", "x1", "h2");
        start(false);
        settle();
        assertEquals(List.of(), told());
        nanos += 2 * SECOND;
        until(() -> outcomes.size() == 1);
        assertEquals(
                "unknown-host",
                assertInstanceOf(CommandRefused.class, outcomes.getLast()).getReason());
    }

    @Test
    void a_failed_migration_is_told_with_the_hypervisors_words() {
        command("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.begun().contains("c1"));
        dataCentre.fail("c1", "no memory on h2");
        until(() -> outcomes.size() == 2);
        CommandFailed failed = assertInstanceOf(CommandFailed.class, outcomes.getLast());
        assertEquals("hypervisor-error", failed.getReason());
        assertEquals("no memory on h2", failed.getDetail());
        assertEquals("h1", failed.getSeenOn());
    }

    @Test
    void a_command_for_post_copy_is_asked_for_as_such_and_guests_are_held_back_by_default() {
        dataCentre.place("vm1", "h1");
        commands.add(MigrateVm.newBuilder(Commands.migrate("c1", "vm1", "h1", "h2"))
                .setMode(MigrationMode.POST_COPY)
                .build());
        command("c2", "vm2", "h3", "h4");
        start(false);
        until(() -> dataCentre.begun().size() == 2);
        assertTrue(dataCentre.asked("c1").postCopy());
        assertFalse(dataCentre.asked("c2").postCopy());
        assertTrue(dataCentre.asked("c2").autoConverge());
    }

    @Test
    void a_guest_is_held_back_where_the_command_says_so_and_never_where_it_forbids_it() {
        patience = stalling(Stall.WAIT);
        dataCentre.place("vm1", "h1");
        commands.add(MigrateVm.newBuilder(Commands.migrate("c1", "vm1", "h1", "h2"))
                .setMode(MigrationMode.AUTO_CONVERGE)
                .build());
        dataCentre.place("vm3", "h5");
        commands.add(MigrateVm.newBuilder(Commands.migrate("c3", "vm3", "h5", "h6"))
                .setMode(MigrationMode.AUTO_CONVERGE)
                .setHoldBackForbidden(true)
                .build());
        command("c2", "vm2", "h3", "h4");
        start(false);
        until(() -> dataCentre.begun().size() == 3);
        assertTrue(dataCentre.asked("c1").autoConverge());
        assertFalse(dataCentre.asked("c2").autoConverge());
        assertFalse(dataCentre.asked("c3").autoConverge());
    }

    @Test
    void a_stalled_move_is_asked_to_go_on_by_post_copy_and_that_is_told() {
        patience = stalling(Stall.POST_COPY);
        stalls("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> dataCentre.switched().contains("c1"));
        dataCentre.finish("c1");
        until(() -> told().contains("succeeded c1"));
        assertTrue(said("goes on by post-copy"), () -> "told " + outcomes);
        CommandSucceeded succeeded = assertInstanceOf(CommandSucceeded.class, outcomes.getLast());
        assertEquals(MigrationMode.POST_COPY, succeeded.getMode());
        assertEquals(FakeDataCentre.SWITCHED_AFTER_MILLIS, succeeded.getSwitchedAfterMillis());
    }

    @Test
    void a_stalled_move_is_called_off_where_that_is_the_policy() {
        patience = stalling(Stall.ABORT);
        stalls("c1", "vm1", "h1", "h2");
        start(false);
        until(() -> told().contains("failed c1"));
        assertTrue(said("is called off"), () -> "told " + outcomes);
        CommandFailed failed = assertInstanceOf(CommandFailed.class, outcomes.getLast());
        assertEquals("time-out", failed.getReason());
        assertEquals("h1", failed.getSeenOn());
    }

    private static Patience stalling(Stall stall) {
        Duration soon = Duration.ofMillis(10);
        return new Patience(PATIENCE.move(), PATIENCE.look(), soon, stall, soon);
    }

    private void stalls(String id, String vmId, String source, String target) {
        dataCentre.place(vmId, source);
        commands.add(MigrateVm.newBuilder(Commands.migrate(id, vmId, source, target))
                .setEstimatedMillis(0L)
                .setPostCopyAllowed(true)
                .build());
    }

    private boolean said(String words) {
        return outcomes.stream()
                .anyMatch(outcome -> outcome instanceof CommandProgressed progressed
                        && progressed.getDetail().contains(words));
    }

    @Test
    void a_command_that_others_have_passed_keeps_the_floor_until_it_ends() {
        command("c1", "vm1", "h1", "h2");
        command("c2", "vm2", "h3", "h4");
        start(false);
        until(() -> dataCentre.begun().size() == 2);
        dataCentre.finish("c2");
        until(() -> told().contains("succeeded c2"));
        assertEquals(0, engine.floorAfter(0, List.of()));
        restart(false);
        dataCentre.finish("c1");
        until(() -> told().contains("succeeded c1"));
        assertEquals(2, engine.floorAfter(0, List.of()));
        assertEquals(4, outcomes.size());
    }

    @Test
    void what_a_predecessor_was_told_must_be_folded_again_while_an_older_command_is_open() {
        command("c1", "vm1", "h1", "h2");
        command("c2", "vm2", "h3", "h4");
        start(false);
        until(() -> dataCentre.begun().size() == 2);
        dataCentre.finish("c2");
        until(() -> told().contains("succeeded c2"));
        restart(false);
        until(() -> engine.counts().moving() == 1);
        assertEquals(0, engine.outcomesFloor(0)); // else the next process begins both anew
        dataCentre.finish("c1");
        until(() -> told().contains("succeeded c1"));
        engine.appendedUpTo(0, outcomes.size());
        assertEquals(outcomes.size(), engine.outcomesFloor(0));
    }

    private void command(String id, String vmId, String source, String target) {
        dataCentre.place(vmId, source);
        commands.add(Commands.migrate(id, vmId, source, target));
    }

    private void start(boolean foreign) {
        engine = new CommandEngine(
                "executor-1",
                new Limits(2, 8, 0),
                patience,
                hypervisor,
                fencer,
                region,
                proof,
                () -> nanos,
                () -> nanos / 1_000_000);
        assign(foreign);
    }

    /** A process that is killed hears no answers any more; what it began goes on. */
    private void restart(boolean foreign) {
        engine.revoke(0);
        start(foreign);
    }

    private void assign(boolean foreign) {
        Ledger ledger = new Ledger(0);
        outcomes.forEach(outcome -> ledger.fold(outcome, 0));
        engine.assign(0, ledger, 0, outcomes.size(), foreign);
        for (int offset = 0; offset < commands.size(); offset++) {
            engine.read(Commands.at(0, offset), commands.get(offset));
        }
    }

    private void step() {
        List<Append> appends = engine.step();
        appends.forEach(append -> outcomes.add(append.outcome()));
        engine.committed(appends);
    }

    /** Steps until it holds; answers come from other threads, and looks are half a second of our own clock apart. */
    private void until(BooleanSupplier holds) {
        long deadline = System.nanoTime() + 20 * SECOND;
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, () -> "not reached; told " + told() + ", " + engine.counts());
            step();
            nanos += 100_000;
            Thread.onSpinWait();
        }
    }

    /** Steps without committing until something is to be appended. */
    private List<Append> untilPending() {
        long deadline = System.nanoTime() + 20 * SECOND;
        List<Append> pending = engine.step();
        while (pending.isEmpty()) {
            assertTrue(System.nanoTime() - deadline < 0, () -> "nothing was decided; " + engine.counts());
            pending = engine.step();
            nanos += 100_000;
        }
        return pending;
    }

    /** Enough steps for everything that could happen without time passing. */
    private void settle() {
        for (int i = 0; i < 2_000; i++) {
            step();
        }
    }

    private List<String> told() {
        return outcomes.stream()
                .map(outcome -> outcome.getClass()
                                .getSimpleName()
                                .substring("Command".length())
                                .toLowerCase(Locale.ROOT)
                        + " "
                        + outcome.get(outcome.getSchema().getField("commandId").pos()))
                .toList();
    }

    private MembershipProof proof() {
        MembershipProof always = new MembershipProof(Duration.ofSeconds(3), Duration.ofMillis(500));
        always.offsetsTaken(Long.MAX_VALUE / 4);
        return always;
    }
}
