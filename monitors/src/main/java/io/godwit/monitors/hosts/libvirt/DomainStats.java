package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmState;

/**
 * Counters of one domain as one look found them; they only grow while the domain runs. -1 where the driver does not tell.
 *
 * @param reason libvirt's number of why it is in this state
 * @param cpuNanos CPU time that it got
 * @param waitNanos time that its vCPUs were ready to run and waited for a core
 * @param memoryBytes memory that it may use now; 0 unless it is active
 * @param blockBytes bytes read and written
 * @param netBytes bytes received and sent
 */
record DomainStats(
        String vmId,
        VmState state,
        int reason,
        int vcpus,
        long cpuNanos,
        long waitNanos,
        long memoryBytes,
        long blockBytes,
        long netBytes) {
    static final long UNKNOWN = -1;

    boolean active() {
        return DomainStates.active(state);
    }
}
