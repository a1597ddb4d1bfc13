package io.godwit.overlaysync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OverlayConfigTest {
    @Test
    void the_defaults_are_these() {
        assertEquals(
                new OverlayConfig(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        256,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(10),
                        Duration.ofHours(1),
                        Duration.ofMinutes(1),
                        "127.0.0.1"),
                OverlayConfig.DEFAULTS);
    }

    @Test
    void a_value_out_of_bounds_is_named_with_its_bounds_and_the_remedy() {
        assertEquals(
                "overlay.probe-period is 100ms; give 1s to 600s, or drop the key for 10s",
                assertThrows(IllegalArgumentException.class, () -> withProbePeriod(Duration.ofMillis(100)))
                        .getMessage());
        assertEquals(
                "overlay.silent-probe-period is 2s; give 500ms to 1s, or drop the key for 2s",
                assertThrows(IllegalArgumentException.class, () -> withProbePeriod(Duration.ofSeconds(1)))
                        .getMessage());
        assertEquals(
                "overlay.mirror-address is \"h1:80\"; give a host name or IPv4 address without a port, or drop the key"
                        + " for 127.0.0.1",
                assertThrows(IllegalArgumentException.class, () -> withMirrorAddress("h1:80"))
                        .getMessage());
    }

    @Test
    void the_metrics_have_these_names() {
        CollectorRegistry registry = new CollectorRegistry();
        OverlayMetrics metrics = new OverlayMetrics(registry);
        metrics.probed("a", true, 300);
        metrics.watched("a", 40, 1);
        metrics.announced("a");
        metrics.mirrorStarted();
        assertEquals(
                List.of(
                        "godwit_overlay_coordinates",
                        "godwit_overlay_mirror_starts",
                        "godwit_overlay_probes",
                        "godwit_overlay_round_trip_seconds",
                        "godwit_overlay_silent_hosts",
                        "godwit_overlay_watched_hosts"),
                Collections.list(registry.metricFamilySamples()).stream()
                        .map((Collector.MetricFamilySamples family) -> family.name)
                        .sorted()
                        .toList());
    }

    private static OverlayConfig withProbePeriod(Duration period) {
        OverlayConfig usual = OverlayConfig.DEFAULTS;
        return new OverlayConfig(
                period,
                usual.silentProbePeriod(),
                usual.probeTimeout(),
                usual.concurrentProbes(),
                usual.roundTripPeriod(),
                usual.announcePeriod(),
                usual.announceAgain(),
                usual.sealPeriod(),
                usual.mirrorAddress());
    }

    private static OverlayConfig withMirrorAddress(String address) {
        OverlayConfig usual = OverlayConfig.DEFAULTS;
        return new OverlayConfig(
                usual.probePeriod(),
                usual.silentProbePeriod(),
                usual.probeTimeout(),
                usual.concurrentProbes(),
                usual.roundTripPeriod(),
                usual.announcePeriod(),
                usual.announceAgain(),
                usual.sealPeriod(),
                address);
    }
}
