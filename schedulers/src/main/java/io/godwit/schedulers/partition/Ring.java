package io.godwit.schedulers.partition;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Hosts on a ring by a hash of their ids, which is the same on every machine; what follows a host clockwise is near it. */
final class Ring {
    /** A host and the segment that owns it. */
    record Seat(String hostId, int segment, long place) {
        Seat(String hostId, int segment) {
            this(hostId, segment, Ring.place(hostId));
        }
    }

    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final Seat[] seats;

    Ring(Collection<Seat> hosts) {
        seats = hosts.toArray(Seat[]::new);
        Arrays.sort(seats, Comparator.comparingLong(Seat::place).thenComparing(Seat::hostId));
    }

    /** FNV-1a over the characters, then mixed as in MurmurHash3, for ids that differ only at their end. */
    static long place(String hostId) {
        long hash = FNV_BASIS;
        for (int index = 0; index < hostId.length(); index++) {
            hash = (hash ^ hostId.charAt(index)) * FNV_PRIME;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    int size() {
        return seats.length;
    }

    /** The host so many steps clockwise from this one, which need not be on the ring; steps from 1 to the size. */
    Seat after(String hostId, int steps) {
        int start = Arrays.binarySearch(
                seats,
                new Seat(hostId, -1),
                Comparator.comparingLong(Seat::place).thenComparing(Seat::hostId));
        int first = start >= 0 ? start + 1 : -start - 1;
        return seats[(first + steps - 1) % seats.length];
    }

    List<Seat> seats() {
        return List.of(seats);
    }
}
