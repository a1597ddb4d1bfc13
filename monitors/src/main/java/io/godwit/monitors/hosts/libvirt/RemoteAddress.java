package io.godwit.monitors.hosts.libvirt;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a libvirt URI connects to over TCP. Worth a look before libvirt connects: a host without a cable lets a connect
 * block 71 s, a TCP connect of ours ends in time.
 */
record RemoteAddress(String host, int port) {
    private static final int TCP = 16509;
    private static final int TLS = 16514;
    private static final int SSH = 22;

    /** Empty where the URI names no host: unix sockets and drivers in process. */
    static Optional<RemoteAddress> of(String uri) {
        try {
            URI parsed = new URI(uri);
            if (parsed.getHost() == null || parsed.getScheme() == null) {
                return Optional.empty();
            }
            String[] scheme = parsed.getScheme().split("\\+", 2);
            int port = switch (scheme.length == 2 ? scheme[1] : "tls") {
                case "tcp" -> TCP;
                case "tls" -> TLS;
                case "ssh", "libssh", "libssh2" -> SSH;
                default -> 0; // unix, ext: no TCP port that we know of
            };
            int named = parsed.getPort();
            return port == 0
                    ? Optional.empty()
                    : Optional.of(new RemoteAddress(parsed.getHost(), named > 0 ? named : port));
        } catch (URISyntaxException libvirtWillSayWhatIsWrong) {
            return Optional.empty();
        }
    }

    void probe(String hostName, Duration limit) throws HostSilent {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), Math.toIntExact(limit.toMillis()));
        } catch (IOException unreachable) {
            throw new HostSilent(
                    "%s does not answer at %s:%d (%s)".formatted(hostName, host, port, unreachable.getMessage()),
                    unreachable);
        }
    }
}
