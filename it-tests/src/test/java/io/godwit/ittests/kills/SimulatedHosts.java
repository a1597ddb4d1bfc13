package io.godwit.ittests.kills;

import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.monitors.hosts.simulated.HostsConfig;
import io.godwit.monitors.hosts.simulated.InProcessDataCentre;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.monitors.hosts.simulated.remote.DataCentreServer;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.kafka.KafkaLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/** The simulated data centre in the test's process, which no kill touches, and the server that child processes ask. */
final class SimulatedHosts implements AutoCloseable {
    private static final long SEED = 23;

    private final SimulatedFleet fleet;
    private final Map<String, Integer> segmentOf;
    private final InProcessDataCentre dataCentre;
    private final DataCentreServer server;

    private SimulatedHosts(
            SimulatedFleet fleet,
            Map<String, Integer> segmentOf,
            InProcessDataCentre dataCentre,
            DataCentreServer server) {
        this.fleet = fleet;
        this.segmentOf = segmentOf;
        this.dataCentre = dataCentre;
        this.server = server;
    }

    /**
     * Adds a fleet to the site and lets it live.
     *
     * @param loadMeanPercent mean load of a VM
     * @param loadChange how often a VM changes it
     */
    static SimulatedHosts start(TestSite site, int hosts, int vms, int racks, int loadMeanPercent, Duration loadChange)
            throws IOException {
        HostsConfig config = new HostsConfig(
                hosts,
                vms,
                racks,
                SimulatedFleet.CAPACITY_PERCENT,
                SEED,
                "",
                loadMeanPercent,
                30,
                loadChange,
                "",
                Duration.ZERO,
                Duration.ofMinutes(5),
                "127.0.0.1:0");
        DataCentres centres = DataCentres.of(config, TestSite.SITE);
        Map<String, Integer> segmentOf = site.join(centres.fleet());
        try (KafkaLog log = new KafkaLog(site.kafka(), TestSite.SITE)) {
            InProcessDataCentre dataCentre = centres.start(log, InstantSource.system());
            InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            return new SimulatedHosts(
                    centres.fleet(), segmentOf, dataCentre, new DataCentreServer(dataCentre, anyPort));
        }
    }

    SimulatedFleet fleet() {
        return fleet;
    }

    InProcessDataCentre dataCentre() {
        return dataCentre;
    }

    InetSocketAddress address() {
        return server.address();
    }

    int segment(String hostId) {
        return segmentOf.get(hostId);
    }

    /** Every VM and the one host that holds it; a VM on none or on several is an error. */
    Map<String, String> placement() {
        Map<String, String> placement = new TreeMap<>();
        for (SimulatedFleet.Vm vm : fleet.vms()) {
            Map<String, VmState> where = dataCentre.where(vm.vmId());
            if (where.size() != 1) {
                throw new AssertionError(vm.vmId() + " is on " + where + ", which is not one host");
            }
            placement.put(vm.vmId(), where.keySet().iterator().next());
        }
        return placement;
    }

    @Override
    public void close() {
        server.close();
        dataCentre.close();
    }
}
