package io.godwit.overlaysync;

import java.time.Duration;

/**
 * How overlay-sync watches hosts over the network and places them.
 *
 * @param probePeriod distance of two probes of a host that answers; 1 s to 10 min
 * @param silentProbePeriod distance of two probes of a host that does not; 500 ms to the probe period
 * @param probeTimeout how long a host may take to answer; 50 ms to 30 s
 * @param concurrentProbes probes under way at once; 1 to 4096
 * @param roundTripPeriod least distance of two round trips that are written of one host; 1 s or more
 * @param announcePeriod how often coordinates are compared with what was announced last; 1 s or more
 * @param announceAgain after which time a coordinate is announced again although it has not moved; 1 min or more. Twice
 *     this time is read back after a restart
 * @param sealPeriod how old a record may be before it is sealed, so that a change of it shows; 1 s to 1 h
 * @param mirrorAddress where the mirror workers of a site reach this one, on any free port; this machine's own address where
 *     overlay processes of the site run on several machines
 */
public record OverlayConfig(
        Duration probePeriod,
        Duration silentProbePeriod,
        Duration probeTimeout,
        int concurrentProbes,
        Duration roundTripPeriod,
        Duration announcePeriod,
        Duration announceAgain,
        Duration sealPeriod,
        String mirrorAddress) {
    public static final OverlayConfig DEFAULTS = new OverlayConfig(
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            256,
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            "127.0.0.1");

    public OverlayConfig {
        within("probe-period", probePeriod, Duration.ofSeconds(1), Duration.ofMinutes(10), "10s");
        within("silent-probe-period", silentProbePeriod, Duration.ofMillis(500), probePeriod, "2s");
        within("probe-timeout", probeTimeout, Duration.ofMillis(50), Duration.ofSeconds(30), "1s");
        within("round-trip-period", roundTripPeriod, Duration.ofSeconds(1), Duration.ofDays(1), "30s");
        within("announce-period", announcePeriod, Duration.ofSeconds(1), Duration.ofHours(1), "10s");
        within("announce-again", announceAgain, Duration.ofMinutes(1), Duration.ofDays(7), "1h");
        within("seal-period", sealPeriod, Duration.ofSeconds(1), Duration.ofHours(1), "1m");
        if (concurrentProbes < 1 || concurrentProbes > 4096) {
            throw new IllegalArgumentException(
                    "overlay.concurrent-probes is " + concurrentProbes + "; give 1 to 4096, or drop the key for 256");
        }
        if (!mirrorAddress.matches("[A-Za-z0-9.-]+")) {
            throw new IllegalArgumentException("overlay.mirror-address is \"" + mirrorAddress
                    + "\"; give a host name or IPv4 address without a port, or drop the key for 127.0.0.1");
        }
    }

    private static void within(String key, Duration value, Duration least, Duration most, String usual) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("overlay.%s is %s; give %s to %s, or drop the key for %s"
                    .formatted(key, written(value), written(least), written(most), usual));
        }
    }

    /** As people write it in region.yaml. */
    private static String written(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
