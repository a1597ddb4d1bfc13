package io.godwit.executors.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MembershipProofTest {
    private static final long MILLI = 1_000_000;
    private final MembershipProof proof = new MembershipProof(Duration.ofMillis(3000), Duration.ofMillis(500));

    @Test
    void nothing_is_proven_at_first_nor_by_the_first_look() {
        assertFalse(proof.holds(0));
        proof.heartbeats(7, 10, 0);
        assertFalse(proof.holds(0));
    }

    @Test
    void a_heartbeat_counted_between_two_looks_proves_from_the_first_look_less_the_longest_answer() {
        proof.heartbeats(7, 10, 100 * MILLI);
        proof.heartbeats(8, 40, 120 * MILLI);
        long provenAt = 60; // 100 - 40
        assertTrue(proof.holds((provenAt + 2499) * MILLI));
        assertFalse(proof.holds((provenAt + 2500) * MILLI));
    }

    @Test
    void a_counter_that_stands_still_proves_nothing_new() {
        proof.heartbeats(7, 0, 0);
        proof.heartbeats(8, 0, 10 * MILLI);
        proof.heartbeats(8, 0, 2400 * MILLI);
        assertTrue(proof.holds(2499 * MILLI));
        assertFalse(proof.holds(2500 * MILLI));
    }

    @Test
    void an_answer_that_took_longer_than_the_session_proves_nothing() {
        proof.heartbeats(7, 0, 0);
        proof.heartbeats(8, 4000, 5000 * MILLI);
        assertFalse(proof.holds(5000 * MILLI));
    }

    @Test
    void metrics_that_are_not_there_prove_nothing() {
        proof.heartbeats(Double.NaN, Double.NaN, 0);
        proof.heartbeats(1, Double.NaN, 10 * MILLI);
        proof.heartbeats(2, Double.NaN, 20 * MILLI);
        assertFalse(proof.holds(20 * MILLI));
    }

    @Test
    void offsets_that_the_broker_took_prove_from_when_they_were_sent() {
        proof.offsetsTaken(1000 * MILLI);
        assertTrue(proof.holds(3499 * MILLI));
        assertFalse(proof.holds(3500 * MILLI));
    }

    @Test
    void an_older_proof_does_not_shorten_a_newer_one() {
        proof.offsetsTaken(1000 * MILLI);
        proof.offsetsTaken(500 * MILLI);
        assertTrue(proof.holds(3499 * MILLI));
    }

    @Test
    void a_loss_voids_what_was_proven_and_the_look_before_it() {
        proof.offsetsTaken(1000 * MILLI);
        proof.heartbeats(7, 0, 1000 * MILLI);
        proof.lost();
        assertFalse(proof.holds(1001 * MILLI));
        proof.heartbeats(8, 0, 1010 * MILLI);
        assertFalse(proof.holds(1010 * MILLI));
    }

    /** The successor may act a session and a margin after its assignment, which is after what we were proven by. */
    @Test
    void whoever_is_stopped_between_check_and_call_has_two_margins_before_a_successor_acts() {
        proof.offsetsTaken(0);
        long lastCall = 2499;
        assertTrue(proof.holds(lastCall * MILLI));
        long soonestSuccessor = proof.successorWait().toMillis();
        assertEquals(3500, soonestSuccessor);
        assertTrue(soonestSuccessor - lastCall >= 2 * 500);
    }

    @Test
    void a_clock_that_wraps_around_is_no_trouble() {
        proof.offsetsTaken(Long.MAX_VALUE - MILLI);
        assertTrue(proof.holds(Long.MIN_VALUE + MILLI));
        assertFalse(proof.holds(Long.MIN_VALUE + 3000 * MILLI));
    }
}
