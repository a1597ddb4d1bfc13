package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UsageMeterTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void demand_is_what_a_vm_got_and_what_it_waited_for() {
        VmSample vm =
                sample(counters(2, 5 * SECOND, SECOND), counters(2, 5 * SECOND + SECOND / 2, SECOND + SECOND / 4));
        assertEquals(500, vm.getCpuUsedMillicores());
        assertEquals(750, vm.getCpuDemandMillicores());
    }

    @Test
    void demand_is_at_most_the_vcpus() {
        VmSample vm = sample(counters(1, 0, 0), counters(1, SECOND, SECOND));
        assertEquals(1000, vm.getCpuUsedMillicores());
        assertEquals(1000, vm.getCpuDemandMillicores());
    }

    @Test
    void a_vm_that_was_not_there_before_has_asked_for_nothing_yet() {
        assertEquals(0, sample(null, counters(4, 9 * SECOND, SECOND)).getCpuDemandMillicores());
    }

    @Test
    void counters_that_began_anew_count_as_nothing_and_never_as_less() {
        VmSample vm = sample(counters(2, 9 * SECOND, 3 * SECOND), counters(2, SECOND, 0));
        assertEquals(0, vm.getCpuUsedMillicores());
        assertEquals(0, vm.getCpuDemandMillicores());
    }

    @Test
    void a_bulk_record_is_read_with_the_wait_of_all_vcpus_and_the_bytes_of_all_disks() {
        BulkRecord record = new BulkRecord();
        Map.of(
                        "state.state", 1L,
                        "state.reason", 5L,
                        "cpu.time", 7L,
                        "vcpu.current", 2L,
                        "vcpu.0.delay", 3L,
                        "vcpu.1.delay", 4L,
                        "vcpu.1.wait", 9L,
                        "balloon.current", 1024L,
                        "block.0.rd.bytes", 10L,
                        "block.1.wr.bytes", 20L)
                .forEach(record::take);
        assertEquals(
                new DomainStats("vm", VmState.RUNNING, 5, 2, 7, 7, 1 << 20, new DomainStats.Slow(-1, 0, 30, -1, -1)),
                record.stats("vm", true));
    }

    @Test
    void a_vm_paused_for_migration_is_arriving_where_it_was_not_before_and_leaving_where_it_was() {
        assertEquals(VmState.MIGRATING_IN, DomainStates.arriving(VmState.PAUSED, 2, null));
        assertEquals(VmState.MIGRATING_IN, DomainStates.arriving(VmState.PAUSED, 2, VmState.MIGRATING_IN));
        assertEquals(VmState.PAUSED, DomainStates.arriving(VmState.PAUSED, 2, VmState.RUNNING));
        assertEquals(VmState.PAUSED, DomainStates.arriving(VmState.PAUSED, 1, null));
    }

    private static DomainStats counters(int vcpus, long cpuNanos, long waitNanos) {
        return new DomainStats("vm", VmState.RUNNING, 1, vcpus, cpuNanos, waitNanos, 1 << 30, null);
    }

    private static VmSample sample(DomainStats before, DomainStats now) {
        return UsageMeter.sample(before, now, VmState.RUNNING, new SlowFacts().of("vm", SECOND), SECOND);
    }
}
