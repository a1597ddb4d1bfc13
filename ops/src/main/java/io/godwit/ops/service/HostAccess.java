package io.godwit.ops.service;

import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.libvirt.LibvirtHypervisor;
import io.godwit.executors.simulated.SimulatedHypervisor;
import io.godwit.monitors.hosts.HostProbe;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.libvirt.CapacityOverride;
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
                new SimulatedOpener(dataCentre), new LibvirtOpener(region.libvirt(), _ -> CapacityOverride.NONE));
    }

    public List<Hypervisor> hypervisors(Slot slot) {
        return List.of(
                new SimulatedHypervisor(dataCentre, slot.toString()),
                new LibvirtHypervisor(
                        region.libvirt(), region.executor().sharedStorage(), region.executor()::peerUriOf));
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
