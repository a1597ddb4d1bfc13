package io.godwit.ops.simulate;

import java.time.Duration;

/**
 * What goes wrong in a simulation, beside crashes of hosts.
 *
 * @param seed what it is drawn from
 * @param delayMax longest time that a record is under way beyond the log's own delay, uniform for each record and reader
 * @param samplesLostPermille share of samples that never reach the log
 * @param retriedPermille share of other records whose append is retried, so that they come up to 3 s later
 * @param doubledPermille share of records that a reader gets twice
 * @param schedulerKills mean time between two kills of any scheduler; zero: none
 * @param executorKills mean time between two kills of the executor; zero: none
 * @param cepKills mean time between two kills of any detector; zero: none
 * @param until since the start; afterwards nothing goes wrong any more
 */
record Faults(
        long seed,
        Duration delayMax,
        int samplesLostPermille,
        int retriedPermille,
        int doubledPermille,
        Duration schedulerKills,
        Duration executorKills,
        Duration cepKills,
        Duration until) {
    static final Faults NONE =
            new Faults(0, Duration.ZERO, 0, 0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    boolean any() {
        return !equals(NONE);
    }
}
