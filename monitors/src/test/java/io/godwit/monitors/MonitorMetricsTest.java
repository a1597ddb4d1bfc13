package io.godwit.monitors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dashboards and alert rules read these names. */
class MonitorMetricsTest {
    @Test
    void names_are_pinned() {
        MonitorMetrics.HOSTS.set(0);
        List<String> names = Collections.list(CollectorRegistry.defaultRegistry.metricFamilySamples()).stream()
                .map((Collector.MetricFamilySamples family) -> family.name)
                .filter(name -> name.startsWith("godwit_monitor_"))
                .sorted()
                .toList();
        assertEquals(
                List.of(
                        "godwit_monitor_dead_letters",
                        "godwit_monitor_hosts",
                        "godwit_monitor_lasting_events",
                        "godwit_monitor_lasting_events_waiting",
                        "godwit_monitor_read_duration_seconds",
                        "godwit_monitor_round_trips",
                        "godwit_monitor_samples",
                        "godwit_monitor_samples_dropped",
                        "godwit_monitor_segments"),
                names);
        assertEquals("broker-away", MonitorMetrics.Dropped.BROKER_AWAY.label());
    }
}
