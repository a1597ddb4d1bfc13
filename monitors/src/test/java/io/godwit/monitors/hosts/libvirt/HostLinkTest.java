package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.units.Bandwidth;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;
import org.libvirt.Domain;

class HostLinkTest {
    private static final String URI = "test:///default";
    private static final Duration SHORT = Duration.ofMillis(200);

    private final BlockingQueue<VmChange> changes = new LinkedBlockingQueue<>();
    private final HostLink.Watcher watcher = new HostLink.Watcher() {
        @Override
        public void changed(String vmId, VmChange change, String detail) {
            changes.add(change);
        }

        @Override
        public void lost(String reason) {}
    };

    @BeforeEach
    void needsLibvirt() {
        WithLibvirt.orSkip();
    }

    @Test
    void a_late_call_is_abandoned_and_its_connection_goes_on_to_bring_events_and_answers() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (HostLink link = new HostLink("late", URI, LibvirtSettings.DEFAULTS, watcher)) {
            link.call("connecting", LibvirtConnection::isAlive);
            HostSilent late = assertThrows(HostSilent.class, () -> link.call("hanging", SHORT, _ -> hang(release)));
            assertTrue(late.getMessage().contains("hanging of late took more than 200 ms"), late.getMessage());
            assertEquals(1, link.stuckCalls());
            assertTrue(link.connected());
            assertTrue(link.call("another", LibvirtConnection::isAlive));

            suspendAndResume();
            assertEquals(VmChange.SUSPENDED, changes.poll(10, TimeUnit.SECONDS));
            release.countDown();
            await(() -> link.stuckCalls() == 0);
            assertEquals(1, link.connections());
        }
    }

    @Test
    void no_more_than_a_few_calls_hang_at_a_time() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (HostLink link = new HostLink("stuck", URI, LibvirtSettings.DEFAULTS, watcher)) {
            link.call("connecting", LibvirtConnection::isAlive);
            for (int call = 0; call < NativeCalls.STUCK_MAX; call++) {
                assertThrows(HostSilent.class, () -> link.call("hanging", SHORT, _ -> hang(release)));
            }
            HostSilent refused = assertThrows(HostSilent.class, () -> link.call("one more", c -> c.isAlive()));
            assertTrue(refused.getMessage().contains("4 libvirt calls to stuck hang"), refused.getMessage());
            release.countDown();
            await(() -> link.stuckCalls() == 0);
            assertTrue(link.call("again", LibvirtConnection::isAlive));
        } finally {
            release.countDown();
        }
    }

    @Test
    void a_connection_is_closed_only_when_its_last_call_is_back_and_events_after_that_reach_nobody() throws Exception {
        int before = LibvirtConnection.open();
        CountDownLatch release = new CountDownLatch(1);
        HostLink link = new HostLink("closing", URI, LibvirtSettings.DEFAULTS, watcher);
        assertThrows(HostSilent.class, () -> link.call("hanging", SHORT, _ -> hang(release)));
        link.close();
        assertThrows(HostSilent.class, () -> link.call("after the end", LibvirtConnection::isAlive));
        assertEquals(before + 1, LibvirtConnection.open());
        release.countDown();
        await(() -> LibvirtConnection.open() == before);
        suspendAndResume();
        try (HostLink other = new HostLink("other", URI, LibvirtSettings.DEFAULTS, HostLink.Watcher.NOBODY)) {
            assertTrue(other.call("the loop goes on", LibvirtConnection::isAlive));
        }
        assertTrue(changes.isEmpty(), changes::toString);
    }

    /** A listener that never answers is what a frozen host looks like: libvirt's connect would block for ever. */
    @Test
    void a_host_that_hangs_costs_no_thread_however_often_it_is_tried() throws Exception {
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "gw"); // a socket's path has 107 bytes at most
        Path socket = directory.resolve("s");
        LibvirtSettings settings = new LibvirtSettings(
                Duration.ofSeconds(1), Duration.ofSeconds(3), 2, 3, Duration.ZERO, Duration.ZERO, new Bandwidth(1));
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            for (int tries = 0; tries < 4; tries++) {
                try (HostLink link = new HostLink(
                        "frozen", "qemu+unix:///system?socket=" + socket, settings, HostLink.Watcher.NOBODY)) {
                    HostSilent told = assertThrows(HostSilent.class, () -> link.lasting(LibvirtConnection::isAlive));
                    assertTrue(told.getMessage().contains("no answer within 500 ms; it hangs"), told.getMessage());
                    assertEquals(0, link.stuckCalls());
                    HostSilent soon = assertThrows(HostSilent.class, () -> link.lasting(LibvirtConnection::isAlive));
                    assertTrue(soon.getMessage().contains("frozen is not connected"), soon.getMessage());
                }
            }
            await(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("libvirt-frozen")));
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
    }

    private static Void hang(CountDownLatch release) {
        try {
            assertTrue(release.await(60, TimeUnit.SECONDS));
            return null;
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static void suspendAndResume() throws Exception {
        Connect other = new Connect(URI); // the test driver's default host is one for the process
        Domain domain = other.domainLookupByName("test");
        domain.suspend();
        domain.resume();
        assertFalse(domain.getInfo().state.name().isEmpty());
        domain.free();
        other.close();
    }

    private static void await(BooleanSupplier so) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!so.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, "not within a minute");
            Thread.sleep(10);
        }
    }
}
