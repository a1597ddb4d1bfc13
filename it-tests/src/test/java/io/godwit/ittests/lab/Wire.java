package io.godwit.ittests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A wire to the socket of a libvirtd, which can be cut: who holds its ends sees the connection end. */
final class Wire implements AutoCloseable {
    private final Path target;
    private final Path folder;
    private final Path socket;
    private final ServerSocketChannel door;
    private final List<SocketChannel> ends = new ArrayList<>();

    Wire(String uri) {
        this.target = Path.of(uri.substring(uri.indexOf("socket=") + "socket=".length()));
        try {
            folder = Files.createTempDirectory(Path.of("/tmp"), "gw"); // a socket's path has 107 bytes at most
            socket = folder.resolve("wire");
            door = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        Thread.ofVirtual().start(this::take);
    }

    String uri() {
        return "qemu+unix:///system?socket=" + socket;
    }

    synchronized void cut() {
        ends.forEach(Wire::closeQuietly);
        ends.clear();
    }

    private void take() {
        while (door.isOpen()) {
            try {
                SocketChannel near = door.accept();
                SocketChannel far = SocketChannel.open(UnixDomainSocketAddress.of(target));
                synchronized (this) {
                    ends.add(near);
                    ends.add(far);
                }
                Thread.ofPlatform().daemon().name("wire").start(() -> carry(near, far));
                Thread.ofPlatform().daemon().name("wire").start(() -> carry(far, near));
            } catch (IOException closed) {
                cut();
            }
        }
    }

    private static void carry(SocketChannel from, SocketChannel to) {
        try (var in = Channels.newInputStream(from);
                var out = Channels.newOutputStream(to)) {
            in.transferTo(out);
        } catch (IOException cut) {
            closeQuietly(to);
        }
    }

    private static void closeQuietly(SocketChannel end) {
        try {
            end.close();
        } catch (IOException alreadyClosed) {
            // that is what was wanted
        }
    }

    @Override
    public void close() {
        try {
            door.close();
            cut();
            Files.deleteIfExists(socket);
            Files.delete(folder);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
