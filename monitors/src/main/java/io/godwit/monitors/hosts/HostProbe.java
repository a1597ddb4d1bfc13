package io.godwit.monitors.hosts;

import io.godwit.schemas.events.HostJoined;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Port to one host, for watching. Adapters: simulated, libvirt. Every call ends within the adapter's time-out. */
public interface HostProbe extends AutoCloseable {
    /** One sample of the host and all its VMs. */
    HostReading read() throws HostUnreachable;

    /** What the host can give and which VMs are defined on it. */
    HostDescription describe() throws HostUnreachable;

    /**
     * Network round trip to this host in microseconds, from another host or a prober (its slot). Empty where the adapter
     * cannot tell: then the prober measures by a TCP connect, and from other hosts nobody does.
     */
    default OptionalLong roundTripMicros(String fromId) throws HostUnreachable {
        return OptionalLong.empty();
    }

    /** Ends the connection; never blocks. */
    @Override
    void close();

    /** Opens probes for the hosts of one kind. */
    interface Opener {
        /** Whether this adapter is meant by the URI of a host. */
        boolean takes(String uri);

        /**
         * Returns at once; the probe connects, and connects again, by itself.
         *
         * @param events takes what the host tells by itself, from any thread, and never blocks
         */
        HostProbe open(HostJoined host, Consumer<HostEvent> events);
    }
}
