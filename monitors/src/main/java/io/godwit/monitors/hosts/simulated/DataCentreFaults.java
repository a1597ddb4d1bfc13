package io.godwit.monitors.hosts.simulated;

import java.time.Duration;

/** What can be made to go wrong in a simulated data centre. Ids that it does not know are an IllegalArgumentException. */
public interface DataCentreFaults {
    /** A host loses its power and comes back after this time; zero: only when it is restored. */
    void crashHost(String hostId, Duration down);

    /** A crashed host comes back, and its VMs start. */
    void restoreHost(String hostId);

    /** The process of a VM dies. */
    void killVm(String vmId);

    /** A VM that does not run starts on the host that holds it. */
    void startVm(String vmId);
}
