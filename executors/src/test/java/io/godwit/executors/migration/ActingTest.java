package io.godwit.executors.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Actions on a VM where it is, and fencing: done is only what was seen, or proven. */
class ActingTest {
    private static final Patience PATIENCE = new Patience(
            Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ofSeconds(2), Stall.WAIT, Duration.ofSeconds(30));
    private static final Grounds GROUNDS = new Grounds(true, true, 0, 0, 1, false);
    private static final Position AT = new Position("commands.host.v1", 0, 7L, "", "");

    private static Order order(ActionKind action, boolean force, Position definition) {
        return new Order.ToAct(
                ActOnVm.newBuilder()
                        .setDecision(new Decision(0, 1L))
                        .setCommandId("c-0-1")
                        .setPartitionId("p-0-1")
                        .setPlan(new Decision(0, 1L))
                        .setDetectionId("q-1")
                        .setDetection(AT)
                        .setVmId("vm1")
                        .setHostId("h1")
                        .setEpoch(3)
                        .setAction(action)
                        .setForce(force)
                        .setDefinition(definition)
                        .setStartBefore(Instant.ofEpochSecond(100))
                        .setReason("a test")
                        .build(),
                AT,
                0);
    }

    private static Order order(ActionKind action) {
        return order(action, false, null);
    }

    private static Sighting seen(Presence presence) {
        return new Sighting(presence, presence, false);
    }

    private static MigrationEvent begun(Order order, Presence presence) {
        List<MigrationEvent> events = Migration.decide(
                new Migration.Queued(order, 0), new MigrationCommand.Begin(GROUNDS, seen(presence), 5), PATIENCE);
        assertEquals(1, events.size());
        return events.getFirst();
    }

    private static MigrationEvent ended(Order order, MoveEnd end, Presence presence, long atMillis) {
        return Migration.decide(
                        new Migration.Ending(order, 1_000, end, 2_000, false),
                        new MigrationCommand.Look(seen(presence), 1, atMillis),
                        PATIENCE)
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource({
        "START,OFF,true",
        "START,RUNNING,false",
        "START,PAUSED,false",
        "START,ABSENT,false",
        "STOP,RUNNING,true",
        "STOP,PAUSED,true",
        "STOP,OFF,false",
        "SUSPEND,RUNNING,true",
        "SUSPEND,PAUSED,false",
        "RESUME,PAUSED,true",
        "RESUME,RUNNING,false",
        "SAVE,RUNNING,true",
        "SAVE,OFF,false",
        "SNAPSHOT,OFF,true",
        "SNAPSHOT,ABSENT,false",
        "REMOVE,OFF,true",
        "REMOVE,RUNNING,true",
        "REMOVE,ABSENT,false"
    })
    void it_is_begun_only_where_the_vm_is_as_it_must_be(ActionKind action, Presence presence, boolean begins) {
        MigrationEvent event = begun(order(action), presence);

        assertEquals(
                begins ? MigrationEvent.Accepted.class : MigrationEvent.Refused.class,
                event.getClass(),
                event::toString);
    }

    @Test
    void a_vm_that_the_host_does_not_know_starts_there_only_with_its_definition() {
        assertInstanceOf(MigrationEvent.Accepted.class, begun(order(ActionKind.START, false, AT), Presence.ABSENT));
    }

    @Test
    void a_host_that_cannot_be_asked_is_not_acted_on() {
        assertInstanceOf(MigrationEvent.Failed.class, begun(order(ActionKind.STOP), Presence.UNREACHABLE));
    }

    @Test
    void nothing_is_waited_for_or_called_success_on_a_host_that_is_proven_to_be_down() {
        for (ActionKind action : List.of(ActionKind.START, ActionKind.STOP, ActionKind.REMOVE, ActionKind.SNAPSHOT)) {
            MigrationEvent end = ended(order(action), MoveEnd.moved(0, 0), Presence.DOWN, 2_001);
            assertEquals(
                    "target-lost",
                    assertInstanceOf(MigrationEvent.Failed.class, end).reason());
            MigrationEvent inherited = Migration.decide(
                            new Migration.Inherited(order(action), 1_000, 0),
                            new MigrationCommand.Look(seen(Presence.DOWN), 1, 2_001),
                            PATIENCE)
                    .getFirst();
            assertEquals(
                    "target-lost",
                    assertInstanceOf(MigrationEvent.Failed.class, inherited).reason());
        }
    }

    @Test
    void a_command_under_an_old_lease_or_too_late_is_refused_without_a_look() {
        Migration queued = new Migration.Queued(order(ActionKind.STOP), 0);
        for (Grounds grounds : List.of(
                new Grounds(true, true, 4, 0, 1, false),
                new Grounds(true, true, 0, 0, 200_000_000, false),
                new Grounds(true, true, 0, 0, 1, true),
                new Grounds(false, false, 0, 0, 1, false))) {
            assertInstanceOf(
                    MigrationEvent.Refused.class,
                    Migration.decide(queued, new MigrationCommand.Weigh(grounds), PATIENCE)
                            .getFirst());
        }
    }

    @Test
    void it_has_succeeded_once_the_vm_was_seen_as_was_asked_whatever_the_call_said() {
        assertInstanceOf(
                MigrationEvent.Succeeded.class,
                ended(order(ActionKind.STOP), MoveEnd.failed("client socket is closed"), Presence.OFF, 3_000));
        assertInstanceOf(
                MigrationEvent.Failed.class,
                ended(order(ActionKind.START), MoveEnd.failed("no such disk"), Presence.OFF, 3_000));
    }

    @Test
    void a_guest_is_given_time_to_shut_down_and_then_the_remedy_is_named() {
        MoveEnd asked = MoveEnd.moved(-1, -1);
        assertInstanceOf(MigrationEvent.Unclear.class, ended(order(ActionKind.STOP), asked, Presence.RUNNING, 100_000));
        MigrationEvent late = ended(order(ActionKind.STOP), asked, Presence.RUNNING, 130_000);
        assertTrue(assertInstanceOf(MigrationEvent.Failed.class, late).detail().contains("--force"));
    }

    @Test
    void a_start_whose_host_falls_silent_stays_open_as_the_vm_may_run_there() {
        assertInstanceOf(
                MigrationEvent.Unclear.class,
                ended(order(ActionKind.START), MoveEnd.failed("gone"), Presence.UNREACHABLE, 1L << 40));
    }

    @Test
    void after_a_restart_what_was_not_reached_is_asked_for_once_more() {
        Order order = order(ActionKind.SUSPEND);
        assertInstanceOf(
                MigrationEvent.Resumed.class,
                Migration.decide(
                                new Migration.Inherited(order, 1_000, 0),
                                new MigrationCommand.Look(seen(Presence.RUNNING), 1, 2_000),
                                PATIENCE)
                        .getFirst());
        assertInstanceOf(
                MigrationEvent.Succeeded.class,
                Migration.decide(
                                new Migration.Inherited(order, 1_000, 0),
                                new MigrationCommand.Look(seen(Presence.PAUSED), 1, 2_000),
                                PATIENCE)
                        .getFirst());
    }

    @Test
    void only_a_proof_ends_the_fencing_of_a_host_well() {
        Order fence = new Order.ToFence(
                new FenceHost(
                        new Decision(0, 1L),
                        "c-0-1",
                        "p-0-1",
                        new Decision(0, 1L),
                        "d",
                        AT,
                        "h1",
                        3L,
                        Instant.ofEpochSecond(100),
                        "it crashed"),
                AT,
                0);
        Migration copying = Migration.Copying.begun(fence, 1_000, 1_500);

        assertEquals(
                List.of(new MigrationEvent.Fenced("status is off", 2_000)),
                Migration.decide(
                        copying, new MigrationCommand.Return(MoveEnd.proven("status is off"), 3_000), PATIENCE));
        assertEquals(
                List.of(new MigrationEvent.Failed("not-proven", "status is on", "")),
                Migration.decide(
                        copying, new MigrationCommand.Return(MoveEnd.failed("status is on"), 3_000), PATIENCE));
        assertEquals(
                List.of(new MigrationEvent.Withdrawn()),
                Migration.decide(copying, new MigrationCommand.Return(MoveEnd.notMade(), 3_000), PATIENCE));
    }
}
