package io.godwit.overlaysync.witness;

import io.godwit.schemas.events.HostJoined;

/** Reaches hosts over the network: real ones by TCP, simulated ones by asking their data centre. Safe for several threads. */
public interface Reachability {
    /** Blocks until the host has answered or its time is over. */
    Answer probe(HostJoined host);
}
