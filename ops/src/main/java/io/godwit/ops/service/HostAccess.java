package io.godwit.ops.service;

import io.godwit.executors.fencing.Fencer;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.libvirt.LibvirtHypervisor;
import io.godwit.executors.simulated.SimulatedFencer;
import io.godwit.executors.simulated.SimulatedHypervisor;
import io.godwit.monitors.hosts.HostProbe;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.libvirt.LibvirtOpener;
import io.godwit.monitors.hosts.simulated.DataCentre;
import io.godwit.monitors.hosts.simulated.SimulatedOpener;
import io.godwit.ops.region.RegionConfig;
import io.godwit.overlaysync.witness.Answer;
import io.godwit.overlaysync.witness.Reachability;
import io.godwit.overlaysync.witness.TcpReachability;
import io.godwit.schemas.kafka.Slot;
import java.util.List;

/**
 * How services reach hosts, by their URIs: simulated ones through their data centre, all others through libvirt.
 *
 * @param dataCentre in process, or that of another process
 */
public record HostAccess(RegionConfig region, DataCentre dataCentre) {
    static final String SIMULATED = "simulated:";

    public List<HostProbe.Opener> openers() {
        return List.of(
                new SimulatedOpener(dataCentre),
                new LibvirtOpener(
                        region.libvirt(),
                        host -> region.realHosts().capacity(host.getSite(), host.getRack(), host.getName())));
    }

    public List<Hypervisor> hypervisors(Slot slot) {
        return List.of(
                new SimulatedHypervisor(dataCentre, slot.toString()),
                new LibvirtHypervisor(
                        region.libvirt(),
                        region.realHosts().sharedStorage(),
                        host -> region.realHosts().migrationUri(host.label(), host.uri())));
    }

    /** A simulated host is switched off by its data centre, a real one as the region's settings say. */
    public Fencer fencer() {
        Fencer simulated = new SimulatedFencer(dataCentre);
        Fencer real = region.fencing().fencer();
        return (host, permitted) -> (host.uri().startsWith(SIMULATED) ? simulated : real).fence(host, permitted);
    }

    /** A simulated host has no address of its own: its data centre answers for the network. */
    public Reachability reachability(Slot slot) {
        Reachability network = new TcpReachability(region.overlay().probeTimeout());
        return host -> {
            if (!host.getUri().startsWith(SIMULATED)) {
                return network.probe(host);
            }
            try {
                return new Answer.Answered(dataCentre.roundTripMicros(slot.toString(), host.getHostId()));
            } catch (HostUnreachable silent) {
                return new Answer.Silent(silent.getMessage());
            }
        };
    }
}
