package io.godwit.monitors;

import java.time.Duration;

/**
 * How a monitor watches hosts.
 *
 * @param samplePeriod distance of the samples of a host
 * @param roundTripPeriod how often the round trip to each host is measured
 * @param listen address:port at which other monitors measure round trips to this one; port 0: any free one
 */
public record MonitorConfig(Duration samplePeriod, Duration roundTripPeriod, String listen) {
    public static final MonitorConfig DEFAULTS =
            new MonitorConfig(Duration.ofSeconds(1), Duration.ofSeconds(30), "127.0.0.1:0");

    public MonitorConfig {
        in(samplePeriod, Duration.ofMillis(100), Duration.ofMinutes(5), "monitor.sample-period", "1s");
        in(roundTripPeriod, Duration.ofSeconds(1), Duration.ofDays(1), "monitor.round-trip-period", "30s");
        Endpoint.parse("monitor.listen", listen);
    }

    private static void in(Duration value, Duration min, Duration max, String key, String usual) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException("%s is %s; give %s to %s, or drop the key for %s"
                    .formatted(key, told(value), told(min), told(max), usual));
        }
    }

    private static String told(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
