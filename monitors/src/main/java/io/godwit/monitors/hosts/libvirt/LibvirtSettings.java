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
 * @param migrationBandwidth bandwidth of migration links, which libvirt cannot tell
 */
public record LibvirtSettings(
        Duration connectTimeout,
        Duration callTimeout,
        int keepaliveSeconds,
        int keepaliveCount,
        Bandwidth migrationBandwidth) {
    /** Keepalive of 2 s times 3 tells a dead host within 8 s; 125 MB/s is a link of 1 Gbit/s. */
    public static final LibvirtSettings DEFAULTS =
            new LibvirtSettings(Duration.ofSeconds(5), Duration.ofSeconds(3), 2, 3, new Bandwidth(125_000_000));

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
        if (migrationBandwidth.bytesPerSecond() < 1) {
            throw new IllegalArgumentException("libvirt.migration-bandwidth is " + migrationBandwidth
                    + "; give more than 0, or drop the key for 125000000B/s");
        }
    }

    private static void checkBetween(String key, Duration value, Duration least, Duration most, String standard) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("%s is %d ms; give %d to %d ms, or drop the key for %s"
                    .formatted(key, value.toMillis(), least.toMillis(), most.toMillis(), standard));
        }
    }
}
