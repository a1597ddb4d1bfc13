package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.schemas.units.Bandwidth;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LibvirtHostsTest {
    private static final LibvirtSettings SHORT = new LibvirtSettings(
            Duration.ofSeconds(2), Duration.ofSeconds(3), 2, 3, Duration.ZERO, Duration.ZERO, new Bandwidth(1));

    @BeforeEach
    void needsLibvirt() {
        WithLibvirt.orSkip();
    }

    @Test
    void the_same_uri_is_always_the_same_host() throws Exception {
        LibvirtHosts.Identity host = LibvirtHosts.identify("test:///default", LibvirtSettings.DEFAULTS);
        assertEquals(host, LibvirtHosts.identify("test:///default", LibvirtSettings.DEFAULTS));
        assertEquals(36, host.hostId().length());
        assertFalse(host.hostName().isEmpty());
    }

    @Test
    void a_uri_without_a_daemon_is_told_with_the_uri_and_what_to_look_at() {
        String uri = "qemu+unix:///system?socket=/nowhere/libvirt-sock";
        HostUnreachable told = assertThrows(HostUnreachable.class, () -> LibvirtHosts.identify(uri, SHORT));
        assertTrue(told.getMessage().contains("the libvirt host at " + uri + " cannot be used"), told.getMessage());
        assertTrue(told.getMessage().contains("virsh -c '" + uri + "'"), told.getMessage());
    }

    /** A listener that never answers is what a frozen host looks like: libvirt's connect would block for ever. */
    @Test
    void a_connect_that_would_block_for_ever_ends_with_its_time_out() throws Exception {
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "gw"); // a socket's path has 107 bytes at most
        Path socket = directory.resolve("s");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            String uri = "qemu+unix:///system?socket=" + socket;
            HostUnreachable told = assertThrows(HostUnreachable.class, () -> LibvirtHosts.identify(uri, SHORT));
            assertTrue(told.getMessage().contains("no answer within 1000 ms; it hangs"), told.getMessage());
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
    }

    @Test
    void a_tcp_port_where_nobody_listens_is_told_without_asking_libvirt() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String uri = "qemu+tcp://127.0.0.1:" + port + "/system";
        HostUnreachable told = assertThrows(HostUnreachable.class, () -> LibvirtHosts.identify(uri, SHORT));
        assertTrue(told.getMessage().contains("does not answer at 127.0.0.1:" + port), told.getMessage());
    }

    @Test
    void only_uris_that_tell_an_address_are_knocked_at() {
        assertEquals(Optional.of(remote("h1", 16509, Knock.Manner.ANSWERS)), Knock.of("qemu+tcp://h1/system"));
        assertEquals(Optional.of(remote("h1", 16514, Knock.Manner.TAKES)), Knock.of("qemu://h1/system"));
        assertEquals(Optional.of(remote("h1", 2222, Knock.Manner.SPEAKS)), Knock.of("qemu+ssh://root@h1:2222/system"));
        assertEquals(
                Optional.of(new Knock(UnixDomainSocketAddress.of("/a/b"), Knock.Manner.ANSWERS)),
                Knock.of("qemu+unix:///system?socket=/a/b"));
        assertEquals(Optional.empty(), Knock.of("qemu:///system"));
        assertEquals(Optional.empty(), Knock.of("test:///default"));
        assertEquals(Optional.empty(), Knock.of("qemu+ext://h1/system?command=/bin/door"));
    }

    private static Knock remote(String host, int port, Knock.Manner manner) {
        return new Knock(InetSocketAddress.createUnresolved(host, port), manner);
    }
}
