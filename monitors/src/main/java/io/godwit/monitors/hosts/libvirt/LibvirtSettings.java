package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.units.Bandwidth;
import java.time.Duration;

/**
 * How hosts of libvirt are reached. Keys as in region.yaml, below "libvirt".
 *
 * @param connectTimeout how long one connect may take; libvirt itself may block for ever
 * @param callTimeout how long one call may take; then its thread is abandoned
 * @param keepaliveSeconds distance of keepalive probes; a host is lost after this times (keepaliveCount + 1)
 * @param keepaliveCount probes that may stay unanswered
 * @param memoryStatsPeriod how often a running guest whose balloon driver tells its use of memory too seldom is made to tell
 *     it; 0s leaves guests as they are
 * @param dirtyRatePeriod how often QEMU is made to measure how fast a running guest dirties its memory, for one second; 0s:
 *     never
 * @param migrationBandwidth bandwidth of migration links, which libvirt cannot tell
 */
public record LibvirtSettings(
        Duration connectTimeout,
        Duration callTimeout,
        int keepaliveSeconds,
        int keepaliveCount,
        Duration memoryStatsPeriod,
        Duration dirtyRatePeriod,
        Bandwidth migrationBandwidth) {
    /** Keepalive of 2 s times 3 tells a dead host within 8 s; 125 MB/s is a link of 1 Gbit/s. */
    public static final LibvirtSettings DEFAULTS = new LibvirtSettings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(3),
            2,
            3,
            Duration.ofSeconds(10),
            Duration.ofMinutes(2),
            new Bandwidth(125_000_000));

    public LibvirtSettings {
        checkBetween("libvirt.connect-timeout", connectTimeout, Duration.ofMillis(100), Duration.ofMinutes(2), "5s");
        checkBetween("libvirt.call-timeout", callTimeout, Duration.ofMillis(100), Duration.ofMinutes(2), "3s");
        if (keepaliveSeconds < 1 || keepaliveSeconds > 60) {
            throw new IllegalArgumentException(
                    "libvirt.keepalive-seconds is " + keepaliveSeconds + "; give 1 to 60, or drop the key for 2");
        }
        if (keepaliveCount < 1 || keepaliveCount > 20) {
            throw new IllegalArgumentException(
                    "libvirt.keepalive-count is " + keepaliveCount + "; give 1 to 20, or drop the key for 3");
        }
        checkZeroOrBetween(
                "libvirt.memory-stats-period", memoryStatsPeriod, Duration.ofSeconds(1), Duration.ofMinutes(10), "10s");
        checkZeroOrBetween(
                "libvirt.dirty-rate-period", dirtyRatePeriod, Duration.ofSeconds(10), Duration.ofDays(1), "2m");
        if (migrationBandwidth.bytesPerSecond() < 1) {
            throw new IllegalArgumentException("libvirt.migration-bandwidth is " + migrationBandwidth
                    + "; give more than 0, or drop the key for 125000000B/s");
        }
    }

    private static void checkZeroOrBetween(String key, Duration value, Duration least, Duration most, String standard) {
        if (!value.isZero() && (value.compareTo(least) < 0 || value.compareTo(most) > 0)) {
            throw new IllegalArgumentException("%s is %d s; give 0s for never, or %d to %d s, or drop the key for %s"
                    .formatted(key, value.toSeconds(), least.toSeconds(), most.toSeconds(), standard));
        }
    }

    private static void checkBetween(String key, Duration value, Duration least, Duration most, String standard) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("%s is %d ms; give %d to %d ms, or drop the key for %s"
                    .formatted(key, value.toMillis(), least.toMillis(), most.toMillis(), standard));
        }
    }
}
