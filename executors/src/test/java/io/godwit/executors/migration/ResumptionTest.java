package io.godwit.executors.migration;

import static io.godwit.executors.migration.Presence.ABSENT;
import static io.godwit.executors.migration.Presence.OFF;
import static io.godwit.executors.migration.Presence.PAUSED;
import static io.godwit.executors.migration.Presence.RUNNING;
import static io.godwit.executors.migration.Presence.UNREACHABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.godwit.executors.Commands;
import io.godwit.schemas.events.MigrateVm;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResumptionTest {
    private static final Patience PATIENCE = new Patience(
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            Stall.THROTTLE,
            Duration.ofSeconds(30));
    private static final Order ORDER =
            new Order.ToResume(Commands.resume("c-0-2", "vm-1", "h2", Commands.EPOCH), Commands.at(0, 8), 0);
    private static final Migration QUEUED = new Migration.Queued(ORDER, 0);
    private static final Migration ENDING =
            new Migration.Ending(ORDER, 1_000, MoveEnd.failed("no answer"), 2_000, false);
    private static final Migration INHERITED = new Migration.Inherited(ORDER, 1_000, 0);

    @Test
    void neither_the_mode_nor_the_time_keeps_a_paused_vm_from_being_resumed() {
        long late = Commands.START_BEFORE_MICROS + 1;
        for (Presence there : List.of(PAUSED, UNREACHABLE)) {
            assertEquals(new MigrationEvent.Accepted(9), begin(new Grounds(true, true, 5, 5, late, true), there));
        }
    }

    @Test
    void a_stale_lease_an_unknown_host_and_a_vm_that_is_not_there_are_refused() {
        assertEquals("stale-epoch", refused(new Grounds(true, true, 6, 6, 0, false), PAUSED));
        assertEquals("unknown-host", refused(new Grounds(false, false, 0, 0, 0, false), PAUSED));
        assertEquals("vm-not-there", refused(new Grounds(true, true, 5, 5, 0, false), ABSENT));
        assertEquals("vm-not-there", refused(new Grounds(true, true, 5, 5, 0, false), OFF));
        assertEquals("vm-not-there", refused(new Grounds(true, true, 5, 5, 0, false), RUNNING));
    }

    @Test
    void one_that_is_seen_running_has_succeeded_whatever_the_call_said() {
        assertEquals(new MigrationEvent.Succeeded(3_000, -1, -1, -1), look(ENDING, RUNNING, 4_000));
        assertEquals(new MigrationEvent.Succeeded(3_000, -1, -1, -1), look(INHERITED, RUNNING, 4_000));
    }

    @Test
    void one_that_is_paused_or_cannot_be_seen_is_asked_for_again_and_fails_after_the_time_of_a_move() {
        for (Presence there : List.of(PAUSED, UNREACHABLE)) {
            assertInstanceOf(MigrationEvent.Unclear.class, look(ENDING, there, 6_999));
            assertEquals(new MigrationEvent.Resumed(), look(ENDING, there, 7_000));
            assertInstanceOf(MigrationEvent.Failed.class, look(ENDING, there, 601_000));
        }
        Migration again = Migration.evolve(ENDING, new MigrationEvent.Resumed());
        assertEquals(
                List.of(new MigrationEvent.Started(9_000)),
                Migration.decide(again, new MigrationCommand.Start(9_000), PATIENCE));
    }

    @Test
    void after_a_restart_it_looks_first_and_asks_again_only_where_it_is_paused() {
        assertEquals(new MigrationEvent.Resumed(), look(INHERITED, PAUSED, 2_000));
        assertEquals(new MigrationEvent.Resumed(), look(INHERITED, PAUSED, 900_000)); // the executor was away for long
        assertEquals(
                "vm-gone",
                assertInstanceOf(MigrationEvent.Failed.class, look(INHERITED, OFF, 2_000))
                        .reason());
    }

    @Test
    void a_move_that_stays_paused_has_ended_well_once_it_is_paused_on_the_target_and_no_earlier() {
        MigrateVm command = MigrateVm.newBuilder(Commands.migrate("c-0-1", "vm-1", "h1", "h2"))
                .setStaysPaused(true)
                .build();
        Order order = new Order.ToMove(command, Commands.at(0, 7), 0);
        Migration ending = new Migration.Ending(order, 1_000, MoveEnd.moved(31, 9), 2_000, false);
        Migration inherited = new Migration.Inherited(order, 1_000, 0);
        for (Migration each : List.of(ending, inherited)) {
            assertInstanceOf(MigrationEvent.Succeeded.class, look(each, ABSENT, PAUSED, 2_000));
            assertInstanceOf(MigrationEvent.Unclear.class, look(each, PAUSED, PAUSED, 2_000));
            assertInstanceOf(MigrationEvent.Unclear.class, look(each, RUNNING, PAUSED, 2_000));
            assertInstanceOf(MigrationEvent.Unclear.class, look(each, UNREACHABLE, PAUSED, 2_000));
        }
        assertEquals(new MigrationEvent.Resumed(), look(inherited, RUNNING, ABSENT, 2_000)); // begun anew
    }

    private static MigrationEvent begin(Grounds grounds, Presence there) {
        Sighting seen = new Sighting(there, there, false);
        return Migration.decide(QUEUED, new MigrationCommand.Begin(grounds, seen, 9), PATIENCE)
                .getFirst();
    }

    private static String refused(Grounds grounds, Presence there) {
        return assertInstanceOf(MigrationEvent.Refused.class, begin(grounds, there))
                .reason();
    }

    private static MigrationEvent look(Migration migration, Presence there, long atMillis) {
        return look(migration, there, there, atMillis);
    }

    private static MigrationEvent look(Migration migration, Presence source, Presence target, long atMillis) {
        Sighting seen = new Sighting(source, target, false);
        return Migration.decide(migration, new MigrationCommand.Look(seen, 1, atMillis), PATIENCE)
                .getFirst();
    }
}
