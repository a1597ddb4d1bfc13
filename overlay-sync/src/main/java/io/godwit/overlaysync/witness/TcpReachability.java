package io.godwit.overlaysync.witness;

import io.godwit.schemas.events.HostJoined;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Reaches a host by a TCP connection to its probe address, or to the port of its libvirt URI's transport. */
public final class TcpReachability implements Reachability {
    private final int timeoutMillis;

    public TcpReachability(Duration timeout) {
        this.timeoutMillis = Math.toIntExact(timeout.toMillis());
    }

    @Override
    public Answer probe(HostJoined host) {
        Optional<InetSocketAddress> address = addressOf(host.getProbeAddress(), host.getUri());
        if (address.isEmpty()) {
            return new Answer.Unaddressed();
        }
        if (address.get().isUnresolved()) {
            return new Answer.Silent("no address for the name " + address.get().getHostString());
        }
        long begin = System.nanoTime();
        try (Socket socket = new Socket()) {
            socket.connect(address.get(), timeoutMillis);
            return new Answer.Answered(microsSince(begin));
        } catch (ConnectException refused) {
            // "refused" comes from a living host; "no route" and the like do not
            return refused.getMessage() != null && refused.getMessage().contains("refused")
                    ? new Answer.Answered(microsSince(begin))
                    : new Answer.Silent(String.valueOf(refused.getMessage()));
        } catch (IOException silent) {
            return new Answer.Silent(String.valueOf(silent.getMessage()));
        }
    }

    private static long microsSince(long begin) {
        return Math.max(1, (System.nanoTime() - begin) / 1000);
    }

    /** Where to knock: the probe address where there is one, else host and port of the URI; empty for a local URI. */
    static Optional<InetSocketAddress> addressOf(String probeAddress, String uri) {
        if (!probeAddress.isEmpty()) {
            URI parsed = URI.create("tcp://" + probeAddress);
            return parsed.getHost() == null || parsed.getPort() < 0
                    ? Optional.empty()
                    : Optional.of(new InetSocketAddress(parsed.getHost(), parsed.getPort()));
        }
        URI parsed;
        try {
            parsed = URI.create(uri);
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
        if (parsed.getHost() == null || parsed.getHost().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new InetSocketAddress(
                parsed.getHost(), parsed.getPort() >= 0 ? parsed.getPort() : portOf(parsed.getScheme())));
    }

    /** libvirt's own ports by transport, as in "qemu+ssh"; a remote URI without a transport means TLS. */
    private static int portOf(String scheme) {
        String transport = scheme.substring(scheme.indexOf('+') + 1);
        return switch (transport) {
            case "ssh", "libssh", "libssh2" -> 22;
            case "tcp" -> 16509;
            default -> 16514; // "tls", and the scheme itself where it names no transport
        };
    }
}
