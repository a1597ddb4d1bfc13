package io.godwit.schedulers.replay;

import io.godwit.schemas.events.PlannedMove;

/** Hosts on which a fork's commands are carried out. */
interface HostsOfFork {
    /** Whether a host tells anything. */
    boolean sampled(String hostId);

    /** Segment of a host that tells something. */
    int segment(String hostId);

    /** A step of a plan has been carried out. */
    void done(PlannedMove step);
}
