package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmState;
import java.util.Map;

/** One domain's part of virConnectGetAllDomainStats, whose names libvirt's reference lists. */
final class BulkRecord {
    private static final long KIB = 1024;

    private BulkRecord() {}

    static DomainStats toStats(String vmId, Map<String, Long> numbers) {
        VmState state =
                DomainStates.stateOf(numbers.getOrDefault("state.state", 0L).intValue());
        boolean active = DomainStates.active(state);
        return new DomainStats(
                vmId,
                state,
                numbers.getOrDefault("state.reason", 0L).intValue(),
                numbers.getOrDefault("vcpu.current", 0L).intValue(),
                active ? numbers.getOrDefault("cpu.time", DomainStats.UNKNOWN) : 0,
                waitNanos(numbers),
                active ? numbers.getOrDefault("balloon.current", 0L) * KIB : 0,
                sum(numbers, "block", "rd.bytes", "wr.bytes"),
                sum(numbers, "net", "rx.bytes", "tx.bytes"));
    }

    /** "delay" is what a guest sees as steal; older libvirt has only "wait", the same wait by another counter. */
    private static long waitNanos(Map<String, Long> numbers) {
        long delay = sum(numbers, "vcpu", "delay", "delay");
        return delay >= 0 ? delay : sum(numbers, "vcpu", "wait", "wait");
    }

    private static long sum(Map<String, Long> numbers, String group, String one, String other) {
        long sum = 0;
        boolean found = false;
        for (Map.Entry<String, Long> number : numbers.entrySet()) {
            String name = number.getKey();
            if (name.startsWith(group + ".") && (name.endsWith("." + one) || name.endsWith("." + other))) {
                sum += number.getValue();
                found = true;
            }
        }
        return found ? sum : DomainStats.UNKNOWN;
    }
}
