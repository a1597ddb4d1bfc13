package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dashboards and alert rules read these names. */
class LibvirtMetricsTest {
    @Test
    void names_are_pinned() {
        assertEquals(0, LibvirtMetrics.ONE_BY_ONE.get());
        List<String> names = Collections.list(CollectorRegistry.defaultRegistry.metricFamilySamples()).stream()
                .map((Collector.MetricFamilySamples family) -> family.name)
                .filter(name -> name.startsWith("godwit_libvirt_"))
                .sorted()
                .toList();
        assertEquals(
                List.of(
                        "godwit_libvirt_calls_abandoned",
                        "godwit_libvirt_calls_stuck",
                        "godwit_libvirt_hosts_one_by_one",
                        "godwit_libvirt_reconnects"),
                names);
    }
}
