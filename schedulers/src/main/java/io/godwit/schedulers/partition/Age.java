package io.godwit.schedulers.partition;

import java.time.Instant;
import java.util.Comparator;

/**
 * Who goes first where two host partitions want one host: the one whose detection is older, then the smaller initiator.
 *
 * @param since log time of the detection
 */
record Age(Instant since, String initiator) implements Comparable<Age> {
    private static final Comparator<Age> ORDER =
            Comparator.comparing(Age::since).thenComparing(Age::initiator);

    @Override
    public int compareTo(Age other) {
        return ORDER.compare(this, other);
    }

    boolean olderThan(Age other) {
        return compareTo(other) < 0;
    }
}
