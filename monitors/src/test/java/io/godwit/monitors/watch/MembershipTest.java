package io.godwit.monitors.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private static final long SECOND = 1_000_000_000;
    private final Membership membership = new Membership(Duration.ofSeconds(6), 0);

    @Test
    void nothing_is_ours_before_the_group_has_given_it() {
        assertFalse(membership.owns(0, 0));
    }

    @Test
    void a_segment_is_ours_for_a_session_after_it_was_given() {
        membership.assigned(Set.of(3), 0);
        assertTrue(membership.owns(3, 5 * SECOND));
        assertFalse(membership.owns(4, 5 * SECOND));
        assertFalse(membership.owns(3, 6 * SECOND));
    }

    @Test
    void an_answered_heartbeat_proves_a_session_from_the_answer_before_it_on() {
        membership.assigned(Set.of(3), 0);
        membership.heartbeats(1, 2 * SECOND);
        assertFalse(membership.owns(3, 6 * SECOND), "may have been sent right after it was given");
        membership.heartbeats(2, 4 * SECOND);
        assertTrue(membership.owns(3, 8 * SECOND - 1));
        assertFalse(membership.owns(3, 8 * SECOND));
    }

    @Test
    void no_new_answer_proves_nothing() {
        membership.assigned(Set.of(3), 0);
        membership.heartbeats(1, 2 * SECOND);
        membership.heartbeats(1, 5 * SECOND);
        assertFalse(membership.owns(3, 6 * SECOND));
    }

    @Test
    void a_stopped_process_that_goes_on_owns_nothing_until_two_heartbeats_were_answered() {
        membership.assigned(Set.of(3), 0);
        membership.heartbeats(1, 2 * SECOND);
        membership.heartbeats(2, 60 * SECOND);
        assertFalse(membership.owns(3, 60 * SECOND));
        membership.heartbeats(3, 62 * SECOND);
        assertTrue(membership.owns(3, 63 * SECOND));
    }

    @Test
    void what_is_taken_is_ours_no_more() {
        membership.assigned(Set.of(3, 4), 0);
        membership.assigned(Set.of(4), SECOND);
        assertFalse(membership.owns(3, SECOND));
        assertEquals(Set.of(4), membership.segments());
    }
}
