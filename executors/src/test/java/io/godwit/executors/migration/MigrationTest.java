package io.godwit.executors.migration;

import static io.godwit.executors.migration.Presence.ABSENT;
import static io.godwit.executors.migration.Presence.DOWN;
import static io.godwit.executors.migration.Presence.HALF;
import static io.godwit.executors.migration.Presence.OFF;
import static io.godwit.executors.migration.Presence.PAUSED;
import static io.godwit.executors.migration.Presence.RUNNING;
import static io.godwit.executors.migration.Presence.UNREACHABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.executors.Commands;
import io.godwit.executors.migration.MigrationEvent.Failed;
import io.godwit.executors.migration.MigrationEvent.Refused;
import io.godwit.executors.migration.MigrationEvent.Succeeded;
import io.godwit.schemas.events.MigrateVm;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MigrationTest {
    private static final Patience PATIENCE = new Patience(
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            Stall.THROTTLE,
            Duration.ofSeconds(30));
    private static final long BEFORE_MICROS = Commands.START_BEFORE_MICROS - 1;
    private static final Order.ToMove ORDER =
            new Order.ToMove(Commands.migrate("c-0-1", "vm-1", "h1", "h2"), Commands.at(0, 7), 0);
    private static final Grounds FINE = new Grounds(true, true, 5, 5, BEFORE_MICROS, false);
    private static final Migration QUEUED = new Migration.Queued(ORDER, 0);
    private static final Migration INHERITED = new Migration.Inherited(ORDER, 1_000, 0);
    private static final Migration COPYING = new Migration.Copying(ORDER, 1_000, 1_000, 1_000, false, false);

    @Test
    void a_command_whose_vm_runs_on_the_source_alone_is_accepted() {
        assertEquals(new MigrationEvent.Accepted(9), begin(FINE, RUNNING, ABSENT));
    }

    @Test
    void a_stale_epoch_of_either_host_is_refused_and_an_equal_one_is_not() {
        assertEquals("stale-epoch", refused(new Grounds(true, true, 6, 5, BEFORE_MICROS, false)));
        assertEquals("stale-epoch", refused(new Grounds(true, true, 5, 6, BEFORE_MICROS, false)));
        assertEquals(List.of(), decide(QUEUED, new MigrationCommand.Weigh(FINE)));
    }

    @Test
    void a_command_is_refused_as_too_late_only_after_its_log_time() {
        assertEquals(List.of(), decide(QUEUED, new MigrationCommand.Weigh(at(Commands.START_BEFORE_MICROS))));
        assertEquals("too-late", refused(at(Commands.START_BEFORE_MICROS + 1)));
    }

    @Test
    void a_segment_without_observations_has_no_time_and_refuses_nothing_as_late() {
        assertEquals(List.of(), decide(QUEUED, new MigrationCommand.Weigh(at(0))));
    }

    @Test
    void an_unknown_host_and_the_mode_off_are_refused() {
        assertEquals("unknown-host", refused(new Grounds(false, true, 0, 0, 0, false)));
        assertEquals("unknown-host", refused(new Grounds(true, false, 0, 0, 0, false)));
        assertEquals("mode-off", refused(new Grounds(true, true, 0, 0, 0, true)));
    }

    @Test
    void a_vm_that_does_not_run_on_the_source_is_not_moved() {
        for (Presence source : List.of(ABSENT, OFF, PAUSED)) {
            assertEquals(
                    "vm-not-there",
                    assertInstanceOf(Refused.class, begin(FINE, source, ABSENT)).reason());
        }
        assertEquals(
                "vm-not-there",
                assertInstanceOf(Refused.class, begin(FINE, RUNNING, RUNNING)).reason());
    }

    @Test
    void a_host_that_cannot_be_asked_beforehand_fails_the_command() {
        assertEquals(
                "source-lost",
                assertInstanceOf(Failed.class, begin(FINE, UNREACHABLE, ABSENT)).reason());
        Failed failed = assertInstanceOf(Failed.class, begin(FINE, RUNNING, UNREACHABLE));
        assertEquals("target-lost", failed.reason());
        assertEquals("h1", failed.seenOn());
    }

    @Test
    void success_is_said_when_the_vm_was_seen_and_never_on_the_hypervisors_word() {
        Migration ending = returned(MoveEnd.moved(31, 1 << 20));
        assertEquals(new Succeeded(9_200, 31, 1 << 20, -1), look(ending, ABSENT, RUNNING, 10_200));
        assertEquals(
                "hypervisor-error",
                assertInstanceOf(Failed.class, look(ending, RUNNING, ABSENT, 10_200))
                        .reason());
    }

    @Test
    void a_call_that_failed_while_the_vm_arrived_all_the_same_is_a_success() {
        assertInstanceOf(
                Succeeded.class, look(returned(MoveEnd.failed("client socket is closed")), ABSENT, RUNNING, 2_000));
    }

    @Test
    void a_failed_call_is_told_with_the_hypervisors_words_and_where_the_vm_runs() {
        Migration ending = returned(MoveEnd.failed("no memory on the target"));
        assertEquals(
                new Failed("hypervisor-error", "no memory on the target", "h1"), look(ending, RUNNING, ABSENT, 2_000));
    }

    @Test
    void a_move_called_off_at_the_hypervisor_is_aborted_and_one_that_took_too_long_has_failed() {
        MoveEnd end = new MoveEnd(MoveEnd.Kind.ABORTED, "operation aborted", -1, -1, -1);
        assertInstanceOf(MigrationEvent.Aborted.class, look(returned(end), RUNNING, ABSENT, 2_000));
        List<MigrationEvent> late = decide(COPYING, new MigrationCommand.Pass(1_000 + 600_001));
        assertEquals(List.of(new MigrationEvent.AbortAsked(601_000 + 1)), late);
        Migration asked = Migration.evolve(COPYING, late.getFirst());
        assertEquals(List.of(), decide(asked, new MigrationCommand.Pass(700_000)));
        Migration ending = Migration.evolve(asked, new MigrationEvent.Returned(end, 700_000));
        assertEquals(
                "time-out",
                assertInstanceOf(Failed.class, look(ending, RUNNING, ABSENT, 700_001))
                        .reason());
    }

    @Test
    void what_may_clear_up_by_itself_is_looked_at_again_for_a_while_and_then_told() {
        Migration ending = returned(MoveEnd.failed("x"));
        record Case(Presence source, Presence target, String reason, String seenOn) {}
        for (Case unclear : List.of(
                new Case(ABSENT, ABSENT, "vm-gone", ""),
                new Case(OFF, ABSENT, "vm-gone", "h1"),
                new Case(PAUSED, ABSENT, "hypervisor-error", "h1"),
                new Case(RUNNING, PAUSED, "hypervisor-error", "h1"),
                new Case(ABSENT, PAUSED, "hypervisor-error", "h2"),
                new Case(UNREACHABLE, RUNNING, "source-lost", "h2"),
                new Case(UNREACHABLE, ABSENT, "source-lost", ""),
                new Case(RUNNING, UNREACHABLE, "target-lost", "h1"),
                new Case(ABSENT, UNREACHABLE, "target-lost", ""))) {
            assertInstanceOf(MigrationEvent.Unclear.class, look(ending, unclear.source(), unclear.target(), 30_999));
            Failed failed = assertInstanceOf(Failed.class, look(ending, unclear.source(), unclear.target(), 31_000));
            assertEquals(unclear.reason(), failed.reason(), unclear::toString);
            assertEquals(unclear.seenOn(), failed.seenOn(), unclear::toString);
        }
    }

    @Test
    void what_is_proven_of_a_host_that_is_down_needs_no_patience() {
        Migration ending = returned(MoveEnd.failed("x"));
        record Case(Presence source, Presence target, String reason, String seenOn) {}
        for (Case clear : List.of(
                new Case(DOWN, ABSENT, "source-lost", ""),
                new Case(DOWN, OFF, "source-lost", ""),
                new Case(DOWN, DOWN, "source-lost", ""),
                new Case(RUNNING, DOWN, "target-lost", "h1"),
                new Case(ABSENT, DOWN, "target-lost", ""))) {
            Failed failed = assertInstanceOf(Failed.class, look(ending, clear.source(), clear.target(), 2_000));
            assertEquals(clear.reason(), failed.reason(), clear::toString);
            assertEquals(clear.seenOn(), failed.seenOn(), clear::toString);
        }
        assertInstanceOf(Succeeded.class, look(ending, DOWN, RUNNING, 2_000));
        assertInstanceOf(MigrationEvent.Unclear.class, look(ending, DOWN, PAUSED, 2_000));
        assertEquals(
                "h2",
                assertInstanceOf(Failed.class, look(ending, DOWN, PAUSED, 31_000))
                        .seenOn());
    }

    @Test
    void what_could_mean_two_running_copies_is_never_concluded() {
        Migration ending = returned(MoveEnd.moved(1, 1));
        record Case(Presence source, Presence target) {}
        for (Case unclear : List.of(
                new Case(RUNNING, RUNNING),
                new Case(PAUSED, RUNNING),
                new Case(PAUSED, PAUSED),
                new Case(UNREACHABLE, PAUSED),
                new Case(PAUSED, UNREACHABLE),
                new Case(UNREACHABLE, UNREACHABLE),
                new Case(UNREACHABLE, DOWN),
                new Case(DOWN, UNREACHABLE),
                new Case(DOWN, HALF),
                new Case(HALF, DOWN))) {
            assertInstanceOf(
                    MigrationEvent.Unclear.class, look(ending, unclear.source(), unclear.target(), Long.MAX_VALUE / 2));
        }
    }

    @Test
    void after_a_restart_a_move_that_is_over_is_concluded_and_one_that_runs_is_adopted() {
        assertEquals(new Succeeded(4_000, -1, -1, -1), look(INHERITED, ABSENT, RUNNING, 5_000));
        assertEquals(
                List.of(new MigrationEvent.Adopted(5_000)),
                decide(INHERITED, new MigrationCommand.Look(new Sighting(RUNNING, PAUSED, true), 0, 5_000)));
    }

    @Test
    void after_a_restart_a_move_that_was_never_begun_is_begun_unless_it_is_too_late() {
        assertInstanceOf(MigrationEvent.Resumed.class, look(INHERITED, RUNNING, ABSENT, 5_000));
        Sighting seen = new Sighting(RUNNING, ABSENT, false);
        Failed failed = assertInstanceOf(
                Failed.class,
                decide(INHERITED, new MigrationCommand.Look(seen, Commands.START_BEFORE_MICROS + 1, 5_000))
                        .getFirst());
        assertEquals("time-out", failed.reason());
        assertEquals("h1", failed.seenOn());
    }

    @Test
    void a_copy_that_outlives_its_broken_call_is_followed() {
        Sighting running = new Sighting(RUNNING, PAUSED, true);
        List<MigrationEvent> events =
                decide(returned(MoveEnd.failed("x")), new MigrationCommand.Look(running, 0, 2_000));
        assertEquals(List.of(new MigrationEvent.Adopted(2_000)), events);
        assertInstanceOf(Migration.Copying.class, Migration.evolve(returned(MoveEnd.failed("x")), events.getFirst()));
    }

    @Test
    void progress_is_told_at_most_every_two_seconds() {
        MoveProgress half = MoveProgress.copying(50, 1 << 20);
        assertEquals(List.of(), decide(COPYING, new MigrationCommand.Report(half, 2_999)));
        List<MigrationEvent> told = decide(COPYING, new MigrationCommand.Report(half, 3_000));
        assertEquals(List.of(new MigrationEvent.Progressed(half, "copying", 3_000)), told);
        Migration after = Migration.evolve(COPYING, told.getFirst());
        assertEquals(List.of(), decide(after, new MigrationCommand.Report(half, 4_999)));
    }

    @Test
    void what_holds_a_guest_back_and_the_switch_over_are_told() {
        assertEquals("copying, the guest is held back by 40 %", told(new MoveProgress(50, 1, false, 40)));
        assertEquals("runs on the target, the rest of its memory follows", told(new MoveProgress(50, 1, true, 0)));
    }

    private static String told(MoveProgress progress) {
        return decide(COPYING, new MigrationCommand.Report(progress, 3_000)).getFirst()
                        instanceof MigrationEvent.Progressed(MoveProgress _, String detail, long _)
                ? detail
                : "";
    }

    @Test
    void a_stalled_move_goes_on_by_post_copy_once_where_its_command_allows_it() {
        MoveProgress half = MoveProgress.copying(50, 1);
        MigrateVm command =
                MigrateVm.newBuilder(ORDER.command()).setPostCopyAllowed(true).build();
        Migration copying = Migration.Copying.begun(new Order.ToMove(command, ORDER.position(), 0), 1_000, 1_000);
        Patience switching = patience(Stall.POST_COPY);
        assertEquals(
                1,
                Migration.decide(copying, new MigrationCommand.Report(half, 31_000), switching)
                        .size(),
                "at 30 s");
        List<MigrationEvent> events = Migration.decide(copying, new MigrationCommand.Report(half, 31_001), switching);
        assertEquals(
                List.of(
                        new MigrationEvent.SwitchAsked(31_001),
                        new MigrationEvent.Progressed(half, "stalled for 30 s: goes on by post-copy", 31_001)),
                events);
        Migration after = Migration.evolve(copying, events.getFirst());
        assertEquals(List.of(), stalled(after, half, switching));
        assertEquals(List.of(), stalled(COPYING, half, switching), "the command does not allow it");
        assertEquals(List.of(), stalled(copying, new MoveProgress(50, 1, true, 0), switching), "it runs there");
    }

    @Test
    void a_stalled_move_is_called_off_where_that_is_the_policy_and_otherwise_goes_on() {
        MoveProgress half = MoveProgress.copying(50, 1);
        assertEquals(List.of(new MigrationEvent.AbortAsked(50_000)), stalled(COPYING, half, patience(Stall.ABORT)));
        assertEquals(List.of(), stalled(COPYING, half, patience(Stall.WAIT)));
        assertEquals(List.of(), stalled(COPYING, half, patience(Stall.THROTTLE)));
    }

    @Test
    void a_stalled_move_whose_guest_must_not_be_held_back_is_called_off_and_says_so() {
        MoveProgress half = MoveProgress.copying(50, 1);
        MigrateVm command =
                MigrateVm.newBuilder(ORDER.command()).setHoldBackForbidden(true).build();
        Migration copying = Migration.Copying.begun(new Order.ToMove(command, ORDER.position(), 0), 1_000, 1_000);
        for (Stall stall : List.of(Stall.THROTTLE, Stall.POST_COPY)) {
            assertEquals(
                    List.of(
                            new MigrationEvent.AbortAsked(50_000),
                            new MigrationEvent.Progressed(
                                    half,
                                    "stalled for 49 s: is called off, as its guest must not be held back",
                                    50_000)),
                    Migration.decide(copying, new MigrationCommand.Report(half, 50_000), patience(stall)));
        }
        assertEquals(List.of(), stalled(copying, half, patience(Stall.WAIT)));
    }

    /** What is done, apart from what is told. */
    private static List<MigrationEvent> stalled(Migration migration, MoveProgress progress, Patience patience) {
        return Migration.decide(migration, new MigrationCommand.Report(progress, 50_000), patience).stream()
                .filter(event -> !(event instanceof MigrationEvent.Told))
                .toList();
    }

    private static Patience patience(Stall stall) {
        return new Patience(PATIENCE.move(), PATIENCE.look(), PATIENCE.progress(), stall, PATIENCE.stalledAfter());
    }

    @Test
    void a_call_that_was_not_permitted_after_all_is_tried_again() {
        List<MigrationEvent> events = decide(COPYING, new MigrationCommand.Return(MoveEnd.notMade(), 2_000));
        assertInstanceOf(Migration.Accepted.class, Migration.evolve(COPYING, events.getFirst()));
    }

    @Test
    void nothing_follows_a_final_outcome() {
        Migration ended = Migration.evolve(COPYING, new MigrationEvent.Aborted("x"));
        assertEquals(List.of(), decide(ended, new MigrationCommand.Look(new Sighting(RUNNING, RUNNING, true), 0, 1)));
        assertEquals(List.of(), decide(ended, new MigrationCommand.Return(MoveEnd.moved(1, 1), 1)));
    }

    @Test
    void a_target_that_cannot_take_the_vm_is_a_refusal_in_its_words_where_nothing_else_keeps_it_from_beginning() {
        Optional<Objection> full = Optional.of(new Objection("target-full", "2048 MiB, 1024 MiB available"));
        assertEquals(
                List.of(new Refused("target-full", "2048 MiB, 1024 MiB available")),
                decide(QUEUED, new MigrationCommand.Begin(at(0), new Sighting(RUNNING, ABSENT, false), full, 9)));
        MigrationEvent gone = decide(
                        QUEUED, new MigrationCommand.Begin(at(0), new Sighting(OFF, ABSENT, false), full, 9))
                .getFirst();
        assertEquals("vm-not-there", assertInstanceOf(Refused.class, gone).reason());
    }

    @Test
    void half_a_vm_is_never_concluded_however_long_it_lasts() {
        for (Migration migration : List.of(INHERITED, returned(MoveEnd.failed("x")))) {
            for (Presence other : Presence.values()) {
                assertInstanceOf(MigrationEvent.Unclear.class, look(migration, other, Presence.HALF, 1_000_000));
                assertInstanceOf(MigrationEvent.Unclear.class, look(migration, Presence.HALF, other, 1_000_000));
            }
        }
    }

    @Test
    void steps_that_cannot_meet_are_bugs() {
        assertThrows(ImpossibleStep.class, () -> decide(QUEUED, new MigrationCommand.Start(1)));
        assertThrows(ImpossibleStep.class, () -> decide(INHERITED, new MigrationCommand.Start(1)));
    }

    private static MigrationEvent begin(Grounds grounds, Presence source, Presence target) {
        return decide(QUEUED, new MigrationCommand.Begin(grounds, new Sighting(source, target, false), 9))
                .getFirst();
    }

    private static Grounds at(long logTimeMicros) {
        return new Grounds(true, true, 5, 5, logTimeMicros, false);
    }

    private static String refused(Grounds grounds) {
        return assertInstanceOf(
                        Refused.class,
                        decide(QUEUED, new MigrationCommand.Weigh(grounds)).getFirst())
                .reason();
    }

    private static Migration returned(MoveEnd end) {
        return Migration.evolve(COPYING, new MigrationEvent.Returned(end, 1_000));
    }

    private static MigrationEvent look(Migration migration, Presence source, Presence target, long atMillis) {
        return decide(
                        migration,
                        new MigrationCommand.Look(new Sighting(source, target, false), BEFORE_MICROS, atMillis))
                .getFirst();
    }

    private static List<MigrationEvent> decide(Migration migration, MigrationCommand command) {
        return Migration.decide(migration, command, PATIENCE);
    }
}
