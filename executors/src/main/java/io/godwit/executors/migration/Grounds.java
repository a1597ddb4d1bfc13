package io.godwit.executors.migration;

/**
 * What a command is weighed by, apart from a look at the hosts.
 *
 * @param newestSourceEpoch newest lease epoch of the source that was seen; 0: none
 * @param newestTargetEpoch the same of the target
 * @param logTimeMicros log time of the acting host's segment, microseconds since 1970; 0: nothing was observed there yet
 * @param off whether the site's mode is "off"
 */
public record Grounds(
        boolean sourceKnown,
        boolean targetKnown,
        long newestSourceEpoch,
        long newestTargetEpoch,
        long logTimeMicros,
        boolean off) {}
