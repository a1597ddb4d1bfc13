package io.godwit.monitors.watch;

import io.godwit.schemas.events.HostJoined;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** Where a host can be reached by a TCP connect: what its operator said, or the port of its libvirt URI's transport. */
final class ProbeAddress {
    /** Ports by the transport after the "+"; a remote URI without one is TLS. */
    private static final Map<String, Integer> PORTS =
            Map.of("ssh", 22, "libssh", 22, "libssh2", 22, "tcp", 16509, "tls", 16514);

    private ProbeAddress() {}

    /** Empty for a host that is this machine. */
    static Optional<InetSocketAddress> of(HostJoined host) {
        String said = host.getProbeAddress();
        int colon = said.lastIndexOf(':');
        try {
            if (colon > 0) {
                return Optional.of(
                        new InetSocketAddress(said.substring(0, colon), Integer.parseInt(said.substring(colon + 1))));
            }
            URI uri = URI.create(host.getUri());
            if (uri.getScheme() == null || uri.getHost() == null) {
                return Optional.empty();
            }
            String transport = uri.getScheme().substring(uri.getScheme().indexOf('+') + 1);
            int port = uri.getPort() > 0 ? uri.getPort() : PORTS.getOrDefault(transport, PORTS.get("tls"));
            return Optional.of(new InetSocketAddress(uri.getHost(), port));
        } catch (IllegalArgumentException unreadable) { // a URI or port that only its own adapter can read
            return Optional.empty();
        }
    }
}
