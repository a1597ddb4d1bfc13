package io.godwit.schedulers.partition;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Who solves an overload, and with which hosts. All react to the same detections and samples, with the same planner. */
public enum Policy {
    /** Nobody: detections stay open and no host partition is opened. */
    STATIC,
    /** One scheduler, with all hosts of the site at once, every so often (Entropy). */
    CENTRALIZED,
    /** A manager per group of hosts; a leader where a manager finds no plan (Snooze). */
    HIERARCHICAL,
    /** The overloaded host, with the hosts that follow it on a ring by hash of host id (DVMS). */
    DVMS,
    /** The overloaded host, with the hosts that are nearest by network coordinates. */
    DVMS_LOCAL;

    /** As it stands in settings. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the overload of a host is answered for itself, and not with all others of its site, or not at all. */
    boolean answersEachHost() {
        return switch (this) {
            case HIERARCHICAL, DVMS, DVMS_LOCAL -> true;
            case STATIC, CENTRALIZED -> false;
        };
    }

    /** Whether the detecting host itself opens host partitions, one host after the other. */
    boolean growsByHosts() {
        return switch (this) {
            case DVMS, DVMS_LOCAL -> true;
            case STATIC, CENTRALIZED, HIERARCHICAL -> false;
        };
    }
}
