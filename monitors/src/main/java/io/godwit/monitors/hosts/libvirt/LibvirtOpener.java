package io.godwit.monitors.hosts.libvirt;

import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostProbe;
import io.godwit.schemas.events.HostJoined;
import java.util.function.Consumer;
import java.util.function.Function;

/** Opens probes for hosts with libvirt URIs. libvirt itself is loaded by the first one. */
public final class LibvirtOpener implements HostProbe.Opener {
    private final LibvirtSettings settings;
    private final Function<HostJoined, CapacityOverride> capacities;

    /** @param capacities what an operator says of a host instead of libvirt; CapacityOverride.NONE for nothing */
    public LibvirtOpener(LibvirtSettings settings, Function<HostJoined, CapacityOverride> capacities) {
        this.settings = settings;
        this.capacities = capacities;
    }

    @Override
    public boolean takes(String uri) {
        return LibvirtHosts.isLibvirt(uri);
    }

    /** @throws LibvirtMissing where libvirt is not installed */
    @Override
    public HostProbe open(HostJoined host, Consumer<HostEvent> events) {
        LibvirtRuntime.start();
        String label = host.getSite() + "/" + host.getRack() + "/" + host.getName();
        return new LibvirtProbe(host.getHostId(), label, host.getUri(), settings, capacities.apply(host), events);
    }
}
