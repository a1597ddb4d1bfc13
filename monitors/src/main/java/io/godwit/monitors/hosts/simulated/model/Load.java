package io.godwit.monitors.hosts.simulated.model;

/** What the VMs of a fleet ask for over time. A pure function: the same VM and time give the same step, always. */
public interface Load {
    /**
     * @param vm index of the VM in its fleet, from 0
     * @param micros microseconds since the origin; 0 or more
     */
    Step at(int vm, long micros);

    /**
     * A stretch of constant load.
     *
     * @param cpuPermille CPU asked for in thousandths of the VM's virtual CPUs; 0 or more, above 1000 in some traces
     * @param blockBytesPerSecond bytes read and written on disks; -1: unknown
     * @param netBytesPerSecond bytes received and sent; -1: unknown
     * @param untilMicros first microsecond since the origin at which it may no longer hold
     */
    record Step(int cpuPermille, long blockBytesPerSecond, long netBytesPerSecond, long untilMicros) {
        public static Step ofCpu(int cpuPermille, long untilMicros) {
            return new Step(cpuPermille, -1, -1, untilMicros);
        }
    }
}
