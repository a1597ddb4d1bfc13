package io.godwit.monitors;

import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;

/** What a monitor counts. One set per process: several monitors in one process count together. */
public final class MonitorMetrics {
    /** Why a sample did not reach the log; a closed set. */
    public enum Dropped {
        /** The broker did not take it within two periods. */
        BROKER_AWAY,
        /** The look at the host took longer than two periods. */
        LATE,
        /** The look before had not come back yet. */
        STALLED,
        /** The host did not answer. */
        UNREACHABLE,
        /** The segment is not provably ours any more. */
        NOT_OWNER,
        /** The adapter failed. */
        FAILED;

        String label() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    public static final Counter SAMPLES = Counter.build(
                    "godwit_monitor_samples_total", "Samples of hosts that stand in the log.")
            .register();
    public static final Counter DROPPED = Counter.build(
                    "godwit_monitor_samples_dropped_total", "Samples that did not reach the log, by reason.")
            .labelNames("reason")
            .register();
    public static final Counter LASTING = Counter.build(
                    "godwit_monitor_lasting_events_total",
                    "Events other than samples that stand in the log: lifecycle, losses, descriptions.")
            .register();
    public static final Gauge LASTING_WAITING = Gauge.build(
                    "godwit_monitor_lasting_events_waiting", "Events other than samples that wait for the broker.")
            .register();
    public static final Counter DEAD_LETTERS = Counter.build(
                    "godwit_monitor_dead_letters_total", "Inventory records that could not be used.")
            .register();
    public static final Gauge HOSTS =
            Gauge.build("godwit_monitor_hosts", "Hosts that are watched.").register();
    public static final Gauge SEGMENTS =
            Gauge.build("godwit_monitor_segments", "Segments that are served.").register();
    public static final Histogram READ_DURATION = Histogram.build(
                    "godwit_monitor_read_duration_seconds", "How long a look at a host took.")
            .buckets(0.0001, 0.001, 0.01, 0.1, 0.5, 1, 5)
            .register();
    public static final Counter ROUND_TRIPS = Counter.build(
                    "godwit_monitor_round_trips_total", "Round trips that were measured.")
            .register();

    private MonitorMetrics() {}

    public static void dropped(Dropped reason) {
        DROPPED.labels(reason.label()).inc();
    }

    /** Samples of this process that did not reach the log for this reason. */
    public static double droppedSoFar(Dropped reason) {
        return DROPPED.labels(reason.label()).get();
    }
}
