package io.godwit.monitors.hosts.simulated.model;

import java.util.List;

/**
 * How far sites are from each other, and the hosts of one site among themselves.
 *
 * @param names of the sites, in the order of rows and columns
 * @param roundTripMicros measured round trips; row i, column j is site i asking site j, which may differ from j asking i; the
 *     diagonal is not read
 * @param insideMicros one-way delay inside a site; above 0
 */
public record SiteLatencies(List<String> names, List<List<Long>> roundTripMicros, long insideMicros) {
    /** 0.1 ms. */
    public static final long INSIDE_MICROS = 100;

    public SiteLatencies {
        names = List.copyOf(names);
        roundTripMicros = roundTripMicros.stream().map(List::copyOf).toList();
        if (names.isEmpty() || roundTripMicros.size() != names.size()) {
            throw new IllegalArgumentException("%d names for %d rows of latencies; give as many, at least 1"
                    .formatted(names.size(), roundTripMicros.size()));
        }
        for (int from = 0; from < names.size(); from++) {
            if (roundTripMicros.get(from).size() != names.size()) {
                throw new IllegalArgumentException("the latencies from %s have %d columns; give %d, one for each site"
                        .formatted(names.get(from), roundTripMicros.get(from).size(), names.size()));
            }
        }
        if (insideMicros < 1) {
            throw new IllegalArgumentException(
                    "the delay inside a site is " + insideMicros + " us; give 1 or more, as in 100");
        }
    }

    public int size() {
        return names.size();
    }

    /** How long a message takes: half of the measured round trip of this direction, at least 1 µs. */
    public long oneWayMicros(int from, int to) {
        return from == to ? insideMicros : Math.max(1, roundTripMicros.get(from).get(to) / 2);
    }

    /** There and back between two sites, or within one. */
    public long roundTripMicros(int from, int to) {
        return from == to
                ? 2 * insideMicros
                : Math.max(1, roundTripMicros.get(from).get(to));
    }
}
