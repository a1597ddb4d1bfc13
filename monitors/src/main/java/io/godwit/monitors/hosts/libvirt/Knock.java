package io.godwit.monitors.hosts.libvirt;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A knock at a host's door, worth making before libvirt connects: a connect of libvirt blocks 71 s where a cable is pulled,
 * and for ever where the host is frozen, as the kernel there goes on to take connections. So a host must have said
 * something: libvirtd is asked how it wants to be logged in to, which it answers anybody; sshd speaks first. A host with TLS
 * must take the connection only.
 *
 * @param address where the URI leads
 * @param manner what to expect there
 */
record Knock(SocketAddress address, Manner manner) {
    private static final int TCP = 16509;
    private static final int TLS = 16514;
    private static final int SSH = 22;
    private static final Pattern SOCKET = Pattern.compile("(?:^|&)socket=([^&]+)");

    /** libvirt's remote protocol: length, program, version, procedure (what logins there are), call, serial, status. */
    private static final int[] HOW_TO_LOG_IN = {28, 0x2000_8086, 1, 66, 0, 0, 0};

    /** What tells that somebody is in. */
    enum Manner {
        /** The connection is taken. */
        TAKES,
        /** Something comes without being asked for. */
        SPEAKS,
        /** A question of libvirt's protocol is answered. */
        ANSWERS
    }

    /** Empty where no address can be told from the URI: drivers in process, sockets at their usual place. */
    static Optional<Knock> of(String uri) {
        try {
            URI parsed = new URI(uri);
            if (parsed.getScheme() == null) {
                return Optional.empty();
            }
            String[] scheme = parsed.getScheme().split("\\+", 2);
            if (parsed.getHost() == null) {
                Matcher socket = SOCKET.matcher(parsed.getQuery() == null ? "" : parsed.getQuery());
                boolean unix = scheme.length == 1 || scheme[1].equals("unix");
                return unix && socket.find()
                        ? Optional.of(new Knock(UnixDomainSocketAddress.of(Path.of(socket.group(1))), Manner.ANSWERS))
                        : Optional.empty();
            }
            return switch (scheme.length == 2 ? scheme[1] : "tls") {
                case "tcp" -> Optional.of(new Knock(remote(parsed, TCP), Manner.ANSWERS));
                case "tls" -> Optional.of(new Knock(remote(parsed, TLS), Manner.TAKES));
                case "ssh", "libssh", "libssh2" -> Optional.of(new Knock(remote(parsed, SSH), Manner.SPEAKS));
                default -> Optional.empty(); // ext: a command that we do not know
            };
        } catch (URISyntaxException | IllegalArgumentException libvirtWillSayWhatIsWrong) {
            return Optional.empty();
        }
    }

    private static InetSocketAddress remote(URI uri, int usualPort) {
        return InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort() > 0 ? uri.getPort() : usualPort);
    }

    /** @throws HostSilent where nobody is in; ends within twice the limit, save for the look-up of a name */
    void make(String hostName, Duration limit) throws HostSilent {
        try {
            switch (address) {
                case InetSocketAddress remote -> atPort(remote, Math.toIntExact(limit.toMillis()));
                case UnixDomainSocketAddress local -> atSocket(local, limit.toMillis());
                default -> throw new IllegalStateException("no such address: " + address);
            }
        } catch (IOException nobody) {
            throw new HostSilent(
                    "%s does not answer at %s (%s)".formatted(hostName, shown(), nobody.getMessage()), nobody);
        }
    }

    private void atPort(InetSocketAddress remote, int limitMillis) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(remote.getHostString(), remote.getPort()), limitMillis);
            socket.setSoTimeout(limitMillis);
            if (manner == Manner.ANSWERS) {
                socket.getOutputStream().write(question().array());
            }
            if (manner != Manner.TAKES && socket.getInputStream().read() < 0) {
                throw new IOException("connection closed without a word");
            }
        } catch (SocketTimeoutException late) {
            throw new IOException("no answer within " + limitMillis + " ms; it hangs or is cut off", late);
        }
    }

    private void atSocket(UnixDomainSocketAddress local, long limitMillis) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            if (!channel.connect(local)) {
                channel.finishConnect();
            }
            ByteBuffer question = question();
            while (question.hasRemaining()) {
                channel.write(question);
            }
            channel.register(selector, SelectionKey.OP_READ);
            if (selector.select(limitMillis) == 0) {
                throw new IOException("no answer within " + limitMillis + " ms; it hangs");
            }
            if (channel.read(ByteBuffer.allocate(1)) < 0) {
                throw new IOException("connection closed without a word");
            }
        }
    }

    private static ByteBuffer question() {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * HOW_TO_LOG_IN.length); // big-endian, as XDR wants it
        for (int word : HOW_TO_LOG_IN) {
            bytes.putInt(word);
        }
        return bytes.flip();
    }

    private String shown() {
        return address instanceof InetSocketAddress remote
                ? remote.getHostString() + ":" + remote.getPort()
                : address.toString();
    }
}
