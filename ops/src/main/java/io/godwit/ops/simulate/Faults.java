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
 * @param cuts of links between sites
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
        Cuts cuts,
        Duration until) {
    static final Faults NONE = new Faults(
            0, Duration.ZERO, 0, 0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Cuts.NONE, Duration.ZERO);

    /**
     * Links between two sites are cut.
     *
     * @param mean time between two cuts of any link; zero: none
     * @param down how long a cut lasts
     */
    record Cuts(Duration mean, Duration down) {
        static final Cuts NONE = new Cuts(Duration.ZERO, Duration.ZERO);
    }

    /** The same from another seed and until another time. */
    Faults with(long otherSeed, Duration otherUntil) {
        return new Faults(
                otherSeed,
                delayMax,
                samplesLostPermille,
                retriedPermille,
                doubledPermille,
                schedulerKills,
                executorKills,
                cepKills,
                cuts,
                otherUntil);
    }

    boolean any() {
        return !equals(NONE);
    }
}
