package io.godwit.monitors.hosts.libvirt;

import java.util.Map;
import org.libvirt.NodeInfo;

/**
 * Counters of a host and its domains at one moment.
 *
 * @param series two looks can be compared where this is equal: the same connection, asked in the same way
 * @param eventsOf running number of the connection that told events when this look began; -1: none did
 * @param askedNanos before the call that read them
 * @param answeredNanos after it; they are of some moment between the two
 * @param slowToo whether what is slow was asked for
 * @param tellsSlow whether it can be asked for in this series
 * @param domains by id
 */
record Look(
        String series,
        long eventsOf,
        long askedNanos,
        long answeredNanos,
        boolean slowToo,
        boolean tellsSlow,
        NodeInfo node,
        long busyNanos,
        long memoryUsedBytes,
        Map<String, DomainStats> domains) {
    static final long NO_EVENTS = -1;

    long atNanos() {
        return askedNanos + (answeredNanos - askedNanos) / 2;
    }

    /** Whether the time since an earlier look may be off by more than a fifth, as where this process did not get a core. */
    boolean leavesInDoubt(Look before) {
        long doubt = (answeredNanos - askedNanos + before.answeredNanos - before.askedNanos) / 2;
        return 5 * doubt > atNanos() - before.atNanos();
    }

    boolean isOfSeriesOf(Look other) {
        return series.equals(other.series);
    }

    /** Whether it can be compared with an earlier one, and nothing went unseen in between. */
    boolean follows(Look before) {
        return isOfSeriesOf(before) && !missedEventsSince(before);
    }

    /** Whether events may have been lost since an earlier look. */
    boolean missedEventsSince(Look before) {
        return eventsOf == NO_EVENTS || eventsOf != before.eventsOf;
    }
}
