package io.godwit.executors.migration;

/**
 * What a command is weighed by, apart from a look at the hosts.
 *
 * @param oldestSourceEpoch lease epochs of the source below this one are over; 0: none was seen
 * @param oldestTargetEpoch the same of the target
 * @param logTimeMicros log time of the acting host's segment, microseconds since 1970; 0: nothing was observed there yet
 * @param off whether the site's mode is "off"
 */
public record Grounds(
        boolean sourceKnown,
        boolean targetKnown,
        long oldestSourceEpoch,
        long oldestTargetEpoch,
        long logTimeMicros,
        boolean off) {}
