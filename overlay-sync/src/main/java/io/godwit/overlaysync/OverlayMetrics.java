package io.godwit.overlaysync;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;

/** What overlay-sync tells of itself. Labels: the site, and whether a probe was answered. */
public final class OverlayMetrics {
    private static final class Shared {
        static final OverlayMetrics METRICS = new OverlayMetrics(CollectorRegistry.defaultRegistry);
    }

    private final Counter probes;
    private final Histogram roundTrips;
    private final Gauge hosts;
    private final Gauge silent;
    private final Counter coordinates;
    private final Counter mirrorStarts;

    public OverlayMetrics(CollectorRegistry registry) {
        probes = Counter.build(
                        "godwit_overlay_probes_total", "Reachability probes of hosts, by whether one was answered.")
                .labelNames("site", "answered")
                .register(registry);
        roundTrips = Histogram.build("godwit_overlay_round_trip_seconds", "Round trips of answered probes.")
                .labelNames("site")
                .buckets(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
                .register(registry);
        hosts = Gauge.build("godwit_overlay_watched_hosts", "Hosts that this process probes.")
                .labelNames("site")
                .register(registry);
        silent = Gauge.build("godwit_overlay_silent_hosts", "Hosts that did not answer their last probe.")
                .labelNames("site")
                .register(registry);
        coordinates = Counter.build("godwit_overlay_coordinates_total", "Coordinates of hosts that were announced.")
                .labelNames("site")
                .register(registry);
        mirrorStarts = Counter.build("godwit_overlay_mirror_starts_total", "Times that mirroring was started.")
                .register(registry);
    }

    /** The ones that all services of this process share. */
    public static OverlayMetrics shared() {
        return Shared.METRICS;
    }

    void probed(String site, boolean answered, long roundTripMicros) {
        probes.labels(site, Boolean.toString(answered)).inc();
        if (answered) {
            roundTrips.labels(site).observe(roundTripMicros / 1e6);
        }
    }

    void watched(String site, int watchedHosts, int silentHosts) {
        hosts.labels(site).set(watchedHosts);
        silent.labels(site).set(silentHosts);
    }

    void announced(String site) {
        coordinates.labels(site).inc();
    }

    public void mirrorStarted() {
        mirrorStarts.inc();
    }
}
