package io.godwit.monitors.hosts.simulated.model;

import java.util.Comparator;
import java.util.TreeSet;

/**
 * What happens by itself, in order of time. Of what is due at one moment migrations come first, in the order of their
 * beginnings, then hosts, in the order of the fleet. A change costs the logarithm of how much is planned.
 */
final class Timetable {
    static final long NEVER = Long.MAX_VALUE;

    private final TreeSet<Due> dues = new TreeSet<>(Comparator.comparingLong((Due due) -> due.dueMicros)
            .thenComparingInt(due -> due.rank)
            .thenComparingLong(due -> due.order));

    /** Something that is due at most once at a time. */
    abstract static sealed class Due permits HostCell, Migration {
        private final int rank;
        private final long order;
        private long dueMicros = NEVER;

        /** @param order among those of the same rank; of one pair of rank and order there is one at most */
        Due(int rank, long order) {
            this.rank = rank;
            this.order = order;
        }
    }

    /** @param micros since 1970; NEVER takes it off the table */
    void put(Due due, long micros) {
        if (due.dueMicros == micros) {
            return;
        }
        if (due.dueMicros != NEVER) {
            dues.remove(due);
        }
        due.dueMicros = micros;
        if (micros != NEVER) {
            dues.add(due);
        }
    }

    /** When the next is due; NEVER: nothing is. */
    long nextMicros() {
        return dues.isEmpty() ? NEVER : dues.first().dueMicros;
    }

    /** The next one; stays on the table until it is put elsewhere. */
    Due next() {
        return dues.first();
    }
}
