package io.godwit.monitors.hosts.libvirt;

import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;

/** What the libvirt adapters of a process count, monitor and executor alike. */
final class LibvirtMetrics {
    static final Gauge STUCK = Gauge.build(
                    "godwit_libvirt_calls_stuck", "Calls to libvirt that were given up and have not come back.")
            .register();
    static final Counter ABANDONED = Counter.build(
                    "godwit_libvirt_calls_abandoned_total", "Calls to libvirt that were given up since the start.")
            .register();
    static final Gauge ONE_BY_ONE = Gauge.build(
                    "godwit_libvirt_hosts_one_by_one",
                    "Hosts that are sampled by short calls, because a guest does not answer its hypervisor.")
            .register();
    static final Counter RECONNECTS = Counter.build(
                    "godwit_libvirt_reconnects_total", "Connections to hosts that were made again after a loss.")
            .register();

    private LibvirtMetrics() {}
}
