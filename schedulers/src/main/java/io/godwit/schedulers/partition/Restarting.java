package io.godwit.schedulers.partition;

import java.util.List;

/**
 * How VMs are started again after crashes.
 *
 * @param after never; vms: a VM that crashed is started on its host; hosts: also the VMs of a crashed host elsewhere, once it is
 *     proven to be down
 * @param perHour how often one VM is started again within an hour; then it is flapping, and left to a person; 1 to 100
 * @param backOffMillis pause before the second start of a VM within an hour, doubled before each further one; 0 to 600000
 * @param first ids of VMs that are started before the others of their host, in this order
 * @param forbidden ids of VMs that are never started again
 */
public record Restarting(
        RestartPolicy after, int perHour, long backOffMillis, List<String> first, List<String> forbidden) {
    public static final Restarting DEFAULTS = new Restarting(RestartPolicy.NEVER, 3, 10_000, List.of(), List.of());

    public Restarting {
        if (after == null || first == null || forbidden == null) {
            throw new IllegalArgumentException("scheduler.decisions.restarting has after " + after + ", first " + first
                    + " and forbidden " + forbidden + "; give never, vms or hosts, and lists of VM ids");
        }
        DecisionSettings.check("restarting.per-hour", perHour, 1, 100);
        DecisionSettings.check("restarting.back-off-millis", backOffMillis, 0, 600_000);
        first = List.copyOf(first);
        forbidden = forbidden.stream().distinct().sorted().toList();
    }
}
