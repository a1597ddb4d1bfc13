package io.godwit.monitors.hosts;

import io.godwit.schemas.events.VmChange;

/** Something a host told by itself, between two samples. */
public sealed interface HostEvent {
    String hostId();

    /** A VM's lifecycle or job changed. */
    record VmChangeSeen(String hostId, String vmId, VmChange change, String detail, long measuredAtMicros)
            implements HostEvent {}

    /** The connection to the host is gone. Not a crash: concluding that is a rule. */
    record ConnectionLost(String hostId, String reason) implements HostEvent {}
}
