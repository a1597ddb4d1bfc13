package io.godwit.overlaysync.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.HostJoined;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class WitnessTest {
    private static final Answer YES = new Answer.Answered(300);
    private static final Answer NO = new Answer.Silent("time-out");

    private final Witness witness = new Witness(10_000, 2_000, 30_000);

    @Test
    void the_probes_of_many_hosts_are_spread_over_the_period() {
        List<HostJoined> hosts = new ArrayList<>();
        for (int number = 0; number < 1000; number++) {
            hosts.add(host("sim-a-h" + number));
        }
        witness.watch(hosts, 0);
        int before = 0;
        for (int second = 1; second <= 10; second++) {
            int due = witness.due(second * 1000L).size();
            assertTrue(due > 50 && due < 150, "in second " + second + ": " + due);
            before += due;
        }
        assertEquals(1000, before);
    }

    @Test
    void an_answer_is_written_once_and_a_round_trip_now_and_then() {
        witness.watch(List.of(host("h1")), 0);
        assertEquals(1, witness.due(10_000).size());
        assertEquals(new Witness.Written(Optional.of(true), true), witness.answered("h1", YES, 10_000));
        assertEquals(0, witness.due(19_999).size());
        assertEquals(1, witness.due(20_000).size());
        assertEquals(new Witness.Written(Optional.empty(), false), witness.answered("h1", YES, 20_000));
        assertEquals(1, witness.due(40_000).size());
        assertEquals(new Witness.Written(Optional.empty(), true), witness.answered("h1", YES, 40_000));
    }

    @Test
    void silence_is_written_again_and_again_until_the_host_answers() {
        witness.watch(List.of(host("h1")), 0);
        witness.due(10_000);
        for (long now = 10_000; now <= 20_000; now += 2000) {
            assertEquals(Optional.of(false), witness.answered("h1", NO, now).answered());
            assertEquals(1, witness.silent());
            assertEquals(0, witness.due(now + 1999).size());
            assertEquals(1, witness.due(now + 2000).size());
        }
        assertEquals(Optional.of(true), witness.answered("h1", YES, 22_000).answered());
        assertEquals(0, witness.silent());
    }

    @Test
    void a_lost_host_is_probed_at_once() {
        witness.watch(List.of(host("h1")), 0);
        witness.due(10_000);
        witness.answered("h1", YES, 10_000);
        witness.lost("h1", 11_000);
        assertEquals(List.of(host("h1")), witness.due(11_000));
    }

    @Test
    void a_host_lost_while_it_is_probed_is_probed_again() {
        witness.watch(List.of(host("h1")), 0);
        witness.due(10_000);
        witness.lost("h1", 10_100);
        assertEquals(List.of(), witness.due(10_200), "one probe at a time");
        witness.answered("h1", YES, 10_300);
        assertEquals(List.of(host("h1")), witness.due(10_300));
    }

    @Test
    void a_host_that_moved_to_another_owner_is_watched_no_more() {
        witness.watch(List.of(host("h1")), 0);
        witness.due(10_000);
        witness.watch(List.of(), 10_001);
        assertEquals(Witness.Written.NOTHING, witness.answered("h1", NO, 10_002));
        assertEquals(0, witness.hosts());
    }

    @Test
    void a_host_without_an_address_is_asked_once() {
        witness.watch(List.of(host("h1")), 0);
        witness.due(10_000);
        assertEquals(Witness.Written.NOTHING, witness.answered("h1", new Answer.Unaddressed(), 10_000));
        assertEquals(List.of(), witness.due(1_000_000));
    }

    static HostJoined host(String id) {
        return new HostJoined(id, "a", "r1", id, 0, "simulated:" + id, "", "test", "test");
    }
}
