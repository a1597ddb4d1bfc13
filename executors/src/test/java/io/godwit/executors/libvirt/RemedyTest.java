package io.godwit.executors.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.monitors.hosts.libvirt.LibvirtConnection.Condition;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Conditions are libvirt's numbers: virDomainState and its reasons. */
class RemedyTest {
    private static final Optional<Condition> ABSENT = Optional.empty();
    private static final Optional<Condition> OFF = of(5, 6);
    private static final Optional<Condition> RUNNING = of(1, 2);
    private static final Optional<Condition> STOPPED_BY_MIGRATION = of(3, 2);
    private static final Optional<Condition> STARTING_UP = of(3, 11);
    private static final Optional<Condition> SUSPENDED_BY_A_PERSON = of(3, 1);
    private static final Optional<Condition> RUNS_HALF = of(1, 11);
    private static final Optional<Condition> STOPPED_HALF = of(3, 13);

    private static final List<Optional<Condition>> ALL = List.of(
            ABSENT, OFF, RUNNING, STOPPED_BY_MIGRATION, STARTING_UP, SUSPENDED_BY_A_PERSON, RUNS_HALF, STOPPED_HALF);

    @Test
    void a_source_that_was_stopped_for_a_target_that_has_nothing_goes_on() {
        assertEquals(Remedy.RESUME_SOURCE, Remedy.of(STOPPED_BY_MIGRATION, ABSENT, false));
    }

    @Test
    void a_copy_that_arrived_and_runs_is_the_vm_and_what_the_source_kept_goes() {
        for (Optional<Condition> kept : List.of(STOPPED_BY_MIGRATION, OFF, STOPPED_HALF)) {
            assertEquals(Remedy.DROP_SOURCE, Remedy.of(kept, RUNNING, false), kept::toString);
        }
    }

    @Test
    void a_source_that_runs_is_the_vm_and_every_copy_on_the_target_goes() {
        for (Optional<Condition> copy : ALL) {
            Remedy expected = copy.isEmpty() ? Remedy.NONE : Remedy.DROP_TARGET;
            assertEquals(expected, Remedy.of(RUNNING, copy, false), copy::toString);
        }
    }

    @Test
    void two_halves_of_a_broken_post_copy_are_put_together_and_one_half_alone_is_stopped() {
        assertEquals(Remedy.RECOVER, Remedy.of(STOPPED_HALF, RUNS_HALF, false));
        assertEquals(Remedy.RECOVER, Remedy.of(STOPPED_HALF, STOPPED_HALF, false));
        assertEquals(Remedy.DROP_TARGET, Remedy.of(OFF, RUNS_HALF, false));
        assertEquals(Remedy.STOP_TARGET, Remedy.of(ABSENT, RUNS_HALF, false));
        assertEquals(Remedy.STOP_SOURCE, Remedy.of(STOPPED_HALF, ABSENT, false));
    }

    @Test
    void a_move_that_stays_paused_has_arrived_where_its_target_is_paused_for_good() {
        assertEquals(Remedy.DROP_SOURCE, Remedy.of(STOPPED_BY_MIGRATION, SUSPENDED_BY_A_PERSON, true));
        assertEquals(Remedy.DROP_TARGET, Remedy.of(STOPPED_BY_MIGRATION, STOPPED_BY_MIGRATION, true));
    }

    @Test
    void a_vm_that_a_person_suspended_is_left_alone() {
        for (Optional<Condition> target : ALL) {
            assertEquals(Remedy.NONE, Remedy.of(SUSPENDED_BY_A_PERSON, target, false), target::toString);
        }
        assertEquals(Remedy.NONE, Remedy.of(STOPPED_BY_MIGRATION, SUSPENDED_BY_A_PERSON, false));
    }

    @Test
    void a_vm_that_is_being_started_is_left_alone() {
        for (Optional<Condition> other : List.of(ABSENT, OFF, STOPPED_BY_MIGRATION, STOPPED_HALF)) {
            assertEquals(Remedy.NONE, Remedy.of(other, STARTING_UP, false), other::toString);
            assertEquals(Remedy.NONE, Remedy.of(STARTING_UP, other, false), other::toString);
        }
    }

    @Test
    void the_copy_that_owns_the_vm_by_its_mark_is_never_removed() {
        OwnerMark older = new OwnerMark(3, "h1", "c-1");
        OwnerMark newer = new OwnerMark(4, "h2", "c-2");
        assertTrue(Remedy.DROP_SOURCE.takesNewer(newer, older, "c-3"));
        assertTrue(Remedy.DROP_TARGET.takesNewer(older, newer, "c-3"));
        assertFalse(Remedy.DROP_SOURCE.takesNewer(older, newer, "c-3"));
        assertFalse(Remedy.DROP_TARGET.takesNewer(newer, older, "c-3"));
        for (Remedy remedy : Remedy.values()) {
            assertFalse(remedy.takesNewer(older, older, "c-3"), remedy::toString);
            assertFalse(remedy.takesNewer(OwnerMark.NONE, OwnerMark.NONE, "c-3"), remedy::toString);
        }
    }

    @Test
    void what_a_broken_move_left_on_its_target_owns_nothing_though_its_epoch_is_higher() {
        OwnerMark source = new OwnerMark(3, "h1", "c-1");
        assertFalse(Remedy.DROP_TARGET.takesNewer(source, source.next("h2", "c-2"), "c-2"));
    }

    @Test
    void no_remedy_takes_the_only_copy_that_runs() {
        for (Optional<Condition> other : ALL) {
            assertTrue(
                    List.of(Remedy.NONE, Remedy.DROP_SOURCE).contains(Remedy.of(other, RUNNING, false))
                            || other.equals(RUNNING),
                    other::toString);
            assertTrue(
                    List.of(Remedy.NONE, Remedy.DROP_TARGET).contains(Remedy.of(RUNNING, other, false)),
                    other::toString);
        }
    }

    private static Optional<Condition> of(int state, int reason) {
        return Optional.of(new Condition(state, reason));
    }
}
