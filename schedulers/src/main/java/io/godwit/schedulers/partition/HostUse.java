package io.godwit.schedulers.partition;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;

/**
 * What the VMs of a host take in sum, by one sample; those that are off take nothing.
 *
 * @param vms how many take something
 */
record HostUse(long millicores, long bytes, int vms) {
    static HostUse of(HostSampled sampled) {
        long millicores = 0;
        long bytes = 0;
        int vms = 0;
        for (VmSample vm : sampled.getVms()) {
            switch (vm.getState()) {
                case RUNNING, BLOCKED, PAUSED, SUSPENDED, MIGRATING_IN, UNKNOWN -> {
                    millicores += vm.getCpuDemandMillicores();
                    bytes += vm.getMemoryBytes();
                    vms++;
                }
                case SHUT_OFF, CRASHED -> {} // uses nothing
            }
        }
        return new HostUse(millicores, bytes, vms);
    }
}
