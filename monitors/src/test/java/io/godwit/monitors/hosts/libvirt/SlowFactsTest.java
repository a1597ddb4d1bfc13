package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.VmState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SlowFactsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long GIVEN = 1 << 20;
    private static final LibvirtSettings SETTINGS =
            LibvirtSettings.DEFAULTS; // memory every 10 s, dirty rate every 2 min

    private final SlowFacts facts = new SlowFacts();

    @Test
    void rates_are_those_between_the_last_two_times_that_they_were_asked_and_unknown_when_they_are_old() {
        facts.take(look(0, new DomainStats.Slow(-1, 0, 1000, 500, -1)));
        assertEquals(-1, facts.of("vm", SECOND).blockBytesPerSecond());
        facts.take(look(10, new DomainStats.Slow(-1, 0, 3000, 600, -1)));
        facts.take(look(11, null));
        assertEquals(200, facts.of("vm", 12 * SECOND).blockBytesPerSecond());
        assertEquals(10, facts.of("vm", 12 * SECOND).netBytesPerSecond());
        assertEquals(-1, facts.of("vm", 40 * SECOND).blockBytesPerSecond());
    }

    @Test
    void memory_is_what_the_guest_uses_for_as_long_as_its_balloon_driver_tells_it() {
        facts.take(look(0, new DomainStats.Slow(GIVEN / 4, 1000, -1, -1, -1)));
        assertEquals(GIVEN * 3 / 4, facts.of("vm", 0).usedBytes());
        assertFalse(facts.of("vm", 0).tellsTooSeldom());
        facts.take(look(30, new DomainStats.Slow(GIVEN / 4, 1000, -1, -1, -1)));
        assertTrue(facts.of("vm", 30 * SECOND).tellsTooSeldom());
        assertEquals(GIVEN * 3 / 4, facts.of("vm", 30 * SECOND).usedBytes());
        facts.take(look(60, new DomainStats.Slow(GIVEN / 4, 1000, -1, -1, -1)));
        assertEquals(-1, facts.of("vm", 60 * SECOND).usedBytes());
        assertEquals(GIVEN, facts.of("vm", 60 * SECOND).givenBytes());
        facts.take(look(70, new DomainStats.Slow(GIVEN / 2, 1069, -1, -1, -1)));
        assertEquals(GIVEN / 2, facts.of("vm", 70 * SECOND).usedBytes());
    }

    @Test
    void a_dirty_rate_stays_until_the_next_one_is_measured() {
        facts.take(look(0, new DomainStats.Slow(-1, 0, -1, -1, 7)));
        facts.take(look(10, new DomainStats.Slow(-1, 0, -1, -1, -1)));
        assertEquals(7, facts.of("vm", 11 * SECOND).dirtyBytesPerSecond());
        facts.take(look(20, new DomainStats.Slow(-1, 0, -1, -1, 9)));
        assertEquals(9, facts.of("vm", 21 * SECOND).dirtyBytesPerSecond());
    }

    @Test
    void they_are_asked_for_again_after_a_while_and_when_a_vm_comes() {
        Look first = look(0, new DomainStats.Slow(-1, 0, -1, -1, -1));
        assertTrue(facts.due(first, 0));
        facts.take(first);
        assertFalse(facts.due(first, SECOND));
        assertTrue(facts.due(first, 10 * SECOND));
        DomainStats other = new DomainStats("other", VmState.RUNNING, 1, 1, 0, 0, -1, null);
        assertTrue(facts.due(look(1, Map.of("other", other), false), SECOND));
    }

    @Test
    void the_dirty_rate_of_each_running_guest_is_measured_in_turn_a_few_at_a_time() {
        GuestMeters meters = new GuestMeters(SETTINGS);
        Look look = look(0, Map.of("a", vm("a"), "b", vm("b"), "c", vm("c"), "d", vm("d"), "e", vm("e")), true);
        assertEquals(List.of("a", "b", "c", "d"), meters.dirtyRatesDue(look, 0));
        assertEquals(List.of("e"), meters.dirtyRatesDue(look, 10 * SECOND));
        assertEquals(List.of(), meters.dirtyRatesDue(look, 20 * SECOND));
        assertEquals(List.of("a", "b", "c", "d"), meters.dirtyRatesDue(look, 120 * SECOND));
    }

    @Test
    void a_silent_balloon_driver_is_told_once_how_often_to_tell() {
        GuestMeters meters = new GuestMeters(SETTINGS);
        Look look = look(0, new DomainStats.Slow(-1, 0, -1, -1, -1));
        facts.take(look);
        assertEquals(List.of("vm"), meters.memoryPeriodsDue(look, facts, 0));
        assertEquals(List.of(), meters.memoryPeriodsDue(look, facts, 10 * SECOND));
    }

    private static DomainStats vm(String vmId) {
        return new DomainStats(vmId, VmState.RUNNING, 1, 1, 0, 0, GIVEN, null);
    }

    private static Look look(long atSeconds, DomainStats.Slow slow) {
        DomainStats vm = new DomainStats("vm", VmState.RUNNING, 1, 1, 0, 0, slow == null ? -1 : GIVEN, slow);
        return look(atSeconds, Map.of("vm", vm), slow != null);
    }

    private static Look look(long atSeconds, Map<String, DomainStats> domains, boolean slowToo) {
        long at = atSeconds * SECOND;
        return new Look("bulk 1", 1, at, at, slowToo, true, null, -1, -1, domains);
    }
}
