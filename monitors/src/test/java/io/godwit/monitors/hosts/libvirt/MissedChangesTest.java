package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MissedChangesTest {
    private static final int BOOTED = 1;
    private static final int ARRIVED = 2;
    private static final int CRASHED = 3;
    private static final int MOVED = 4;

    @Test
    void who_runs_as_before_has_not_changed() {
        assertEquals(List.of(), MissedChanges.between(one(VmState.RUNNING, BOOTED), one(VmState.RUNNING, BOOTED)));
        assertEquals(List.of(), MissedChanges.between(one(VmState.SHUT_OFF, 0), Map.of()));
    }

    @Test
    void who_is_shut_off_is_told_with_what_libvirt_remembers() {
        assertEquals(VmChange.CRASHED, only(one(VmState.RUNNING, BOOTED), one(VmState.SHUT_OFF, CRASHED)));
        assertEquals(VmChange.MIGRATED_OUT, only(one(VmState.RUNNING, BOOTED), one(VmState.SHUT_OFF, MOVED)));
    }

    @Test
    void who_is_gone_has_stopped_and_not_failed() {
        assertEquals(VmChange.STOPPED, only(one(VmState.RUNNING, BOOTED), Map.of()));
    }

    @Test
    void who_runs_now_has_started_or_arrived() {
        assertEquals(VmChange.STARTED, only(Map.of(), one(VmState.RUNNING, BOOTED)));
        assertEquals(VmChange.MIGRATED_IN, only(Map.of(), one(VmState.RUNNING, ARRIVED)));
    }

    @Test
    void events_may_have_been_missed_unless_one_connection_told_them_all_the_while() {
        Look look = look("bulk 1", 1);
        assertEquals(false, look("second 1", 1).missedEventsSince(look));
        assertEquals(true, look("bulk 2", 2).missedEventsSince(look));
        assertEquals(true, look("second 1", Look.NO_EVENTS).missedEventsSince(look("second 1", Look.NO_EVENTS)));
    }

    private static Look look(String series, long eventsOf) {
        return new Look(series, eventsOf, 0, 0, false, true, null, -1, -1, Map.of());
    }

    private static VmChange only(Map<String, DomainStats> before, Map<String, DomainStats> now) {
        List<MissedChanges.Change> changes = MissedChanges.between(before, now);
        assertEquals(1, changes.size(), changes::toString);
        return changes.getFirst().change();
    }

    private static Map<String, DomainStats> one(VmState state, int reason) {
        return Map.of("vm", new DomainStats("vm", state, reason, 1, 0, 0, 0, null));
    }
}
