package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmState;

/**
 * Counters of one domain as one look found them; they only grow while the domain runs. -1 where the driver does not tell.
 *
 * @param reason libvirt's number of why it is in this state
 * @param vcpus 0 where it was not told
 * @param cpuNanos CPU time that it got
 * @param waitNanos time that its vCPUs were ready to run and waited for a core
 * @param memoryBytes memory that its balloon leaves it; 0 unless it is active
 * @param slow null in a look that did not ask for it
 */
record DomainStats(
        String vmId, VmState state, int reason, int vcpus, long cpuNanos, long waitNanos, long memoryBytes, Slow slow) {
    static final long UNKNOWN = -1;

    /**
     * What costs the guest's monitor more, and is asked for less often.
     *
     * @param unusedBytes memory that the guest has free, by its balloon driver
     * @param toldAtSeconds when the balloon driver told it, in seconds since 1970; 0: never
     * @param blockBytes bytes read and written
     * @param netBytes bytes received and sent
     * @param dirtyBytesPerSecond rate of the newest measurement that has ended
     */
    record Slow(long unusedBytes, long toldAtSeconds, long blockBytes, long netBytes, long dirtyBytesPerSecond) {}

    boolean active() {
        return DomainStates.active(state);
    }
}
