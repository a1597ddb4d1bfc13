package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.MonitorConfig;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostProbe;
import io.godwit.monitors.hosts.libvirt.CapacityOverride;
import io.godwit.monitors.hosts.libvirt.LibvirtOpener;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import io.godwit.monitors.watch.HostWatch;
import io.godwit.monitors.watch.Membership;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.units.Bandwidth;
import io.prometheus.client.CollectorRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a monitor says of real hosts while they work, move guests, break and come back. One period is a second. */
final class LibvirtMonitorTest {
    private static final long MIB = 1 << 20;
    private static final LibvirtSettings SETTINGS = new LibvirtSettings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(3),
            2,
            3,
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            new Bandwidth(125_000_000));

    /** A time without samples that nobody is to see; a period or two on a calm machine. */
    private static final long GAP_MOST_MILLIS = 6000;

    /** Nothing that the watch in the lab's station is to say takes so long. */
    private static final long STATION_SECONDS = 180;

    private static Lab lab;
    private static Seen seen;
    private static HostWatch watch;

    @BeforeAll
    static void begin() {
        lab = Lab.up(2, 2);
        seen = new Seen();
        Membership membership = new Membership(Duration.ofHours(1), System.nanoTime());
        membership.assigned(Set.of(0), System.nanoTime());
        watch = new HostWatch(
                MonitorConfig.DEFAULTS,
                "m1",
                "",
                List.of(new LibvirtOpener(SETTINGS, _ -> CapacityOverride.NONE)),
                seen,
                membership);
        watch.begin(0);
        for (int host = 1; host <= 2; host++) {
            watch.take(0, new HostJoined("h" + host, "lab", "r1", "h" + host, 0, lab.uri(host), "", "test", "test"));
        }
        watch.serve(0);
        watch.start();
        seen.awaitSample(0, "h1", sample -> sample.getVms().size() == 2);
        seen.awaitSample(0, "h2", sample -> sample.getVms().size() == 2);
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            if (watch != null) {
                watch.close();
            }
            lab.close();
        }
    }

    @Test
    void what_guests_do_shows_in_the_samples_of_their_hosts() {
        String writing = lab.uuid("vm1-1");
        String filling = lab.uuid("vm1-2");
        String busy = lab.uuid("vm2-2");
        HostSampled first = (HostSampled) seen.awaitSample(seen.mark(), "h1", sample -> memory(sample, filling) > 0)
                .event();
        assertTrue(memory(first, filling) < 96 * MIB, "less than it is given, as its balloon driver tells: " + first);
        assertTrue(first.getCpuCapacityMillicores() >= 1000, first::toString);
        assertTrue(first.getMemoryUsedBytes() > 0, first::toString);

        int mark = seen.mark();
        lab.run("tell", "vm1-2", "mem", "20");
        lab.run("tell", "vm1-1", "dirty", "16");
        lab.run("tell", "vm1-1", "disk", "64");
        lab.run("tell", "vm2-2", "load", "90");
        seen.awaitVm(mark, busy, vm -> vm.getCpuDemandMillicores() > 300 && vm.getCpuUsedMillicores() > 100);
        seen.awaitVm(mark, filling, vm -> vm.getMemoryBytes() > memory(first, filling) + 15 * MIB);
        seen.awaitVm(mark, writing, vm -> vm.getBlockBytesPerSecond() > 0);
        seen.awaitVm(mark, writing, vm -> vm.getDirtyBytesPerSecond() > MIB);
        lab.run("tell", "vm2-2", "load", "0");
        lab.run("tell", "vm1-1", "clean");
    }

    @Test
    void a_guest_that_moves_leaves_one_host_and_enters_the_other_and_has_not_failed() {
        String vm = lab.uuid("vm2-2");
        int mark = seen.mark();
        move("vm2-2", 2, 1);
        seen.awaitChange(mark, "h1", vm, VmChange.MIGRATED_IN);
        seen.awaitChange(mark, "h2", vm, VmChange.MIGRATED_OUT);
        VmChanged job = (VmChanged)
                seen.awaitChange(mark, "h2", vm, VmChange.JOB_COMPLETED).event();
        assertTrue(job.getDetail().matches("migration out, \\d+ ms, downtime \\d+ ms, \\d+ bytes"), job::toString);
        seen.awaitSample(
                mark,
                "h1",
                sample -> Seen.vm(sample, vm)
                        .filter(there -> there.getState() == VmState.RUNNING)
                        .isPresent());
        move("vm2-2", 1, 2);
        seen.awaitChange(mark, "h2", vm, VmChange.MIGRATED_IN);
        assertNothingFailed(mark);
    }

    @Test
    void a_guest_whose_qemu_is_killed_is_told_at_once() {
        String vm = lab.uuid("vm2-1");
        int mark = seen.mark();
        long killedMillis = Long.parseLong(
                lab.run("exec", "2", "sh", "-c", "date +%s%3N; kill -9 $(cat /run/libvirt/qemu/vm2-1.pid)"));
        Seen.Said failed = seen.awaitChange(mark, "h2", vm, VmChange.FAILED);
        long took = failed.atMillis() - killedMillis;
        System.out.println("killed to told: " + took + " ms");
        assertTrue(took < 3000, took + " ms from the kill to the event");
        lab.run("virsh", "2", "start", "vm2-1");
        seen.awaitChange(mark, "h2", vm, VmChange.STARTED);
    }

    @Test
    void a_libvirtd_that_is_killed_and_started_is_a_loss_of_the_host_and_no_change_of_its_guests() {
        awaitWatched("h2");
        int mark = seen.mark();
        lab.run("daemon", "2", "kill");
        seen.awaitLoss(mark, "h2");
        int later = seen.mark();
        lab.run("daemon", "2", "start");
        seen.awaitSample(
                later,
                "h2",
                sample -> sample.getVms().stream()
                                .filter(vm -> vm.getState() == VmState.RUNNING)
                                .count()
                        >= 2);
        assertEquals(List.of(), seen.changes(mark));
        String vm = lab.uuid("vm2-1");
        lab.run("virsh", "2", "suspend", "vm2-1");
        seen.awaitChange(mark, "h2", vm, VmChange.SUSPENDED);
        lab.run("virsh", "2", "resume", "vm2-1");
        seen.awaitChange(mark, "h2", vm, VmChange.RESUMED);
    }

    @Test
    void what_happened_to_guests_while_libvirtd_was_away_is_found_when_it_is_back() {
        awaitWatched("h2");
        String vm = lab.uuid("vm2-1");
        int mark = seen.mark();
        String pid = lab.run("exec", "2", "cat", "/run/libvirt/qemu/vm2-1.pid");
        lab.run("daemon", "2", "kill");
        seen.awaitLoss(mark, "h2");
        lab.run("exec", "2", "kill", "-9", pid);
        lab.run("daemon", "2", "start");
        VmChanged found = (VmChanged) seen.await(
                        mark,
                        "the end of vm2-1",
                        event -> event instanceof VmChanged changed
                                && changed.getVmId().equals(vm)
                                && EnumSet.of(VmChange.FAILED, VmChange.CRASHED).contains(changed.getChange()))
                .event();
        assertEquals("found after the connection was lost", found.getDetail());
        lab.run("virsh", "2", "start", "vm2-1");
        seen.awaitChange(mark, "h2", vm, VmChange.STARTED);
    }

    @Test
    void a_guest_that_hangs_holds_up_the_samples_of_nobody() {
        lab.run("exec", "1", "sh", "-c", "kill -STOP $(cat /run/libvirt/qemu/vm1-1.pid)");
        int mark = seen.mark();
        long from = System.currentTimeMillis();
        try {
            await("one_by_one", 1);
            seen.awaitSample(seen.mark(), "h1", sample -> sample.getVms().size() >= 2);
            seen.awaitSample(seen.mark(), "h1", sample -> sample.getVms().size() >= 2);
            // events come while it hangs
            lab.run("virsh", "1", "suspend", "vm1-2");
            seen.awaitChange(mark, "h1", lab.uuid("vm1-2"), VmChange.SUSPENDED);
            lab.run("virsh", "1", "resume", "vm1-2");
            seen.awaitChange(mark, "h1", lab.uuid("vm1-2"), VmChange.RESUMED);
        } finally {
            lab.run("exec", "1", "sh", "-c", "kill -CONT $(cat /run/libvirt/qemu/vm1-1.pid)");
        }
        await("one_by_one", 0);
        for (String host : List.of("h1", "h2")) {
            long gap = seen.longestGapMillis(mark, host, from);
            System.out.println("longest time without a sample of " + host + " while a guest hung: " + gap + " ms");
            assertTrue(gap < GAP_MOST_MILLIS, gap + " ms without a sample of " + host);
        }
        assertNothingFailed(mark);
        assertEquals(
                List.of(),
                seen.since(mark).stream()
                        .filter(said -> said.event() instanceof io.godwit.schemas.events.HostLost)
                        .toList());
    }

    @Test
    void a_host_that_freezes_is_lost_alone_and_comes_back_with_all_its_guests() {
        awaitWatched("h2");
        lab.run("freeze", "2");
        int mark = seen.mark();
        long from = System.currentTimeMillis();
        try {
            Seen.Said lost = seen.awaitLoss(mark, "h2");
            System.out.println("frozen to lost: " + (lost.atMillis() - from) + " ms: " + lost.event());
            long gap = seen.longestGapMillis(mark, "h1", from);
            assertTrue(gap < GAP_MOST_MILLIS, gap + " ms without a sample of h1");
        } finally {
            lab.run("thaw", "2");
        }
        int later = seen.mark();
        seen.awaitSample(later, "h2", sample -> sample.getVms().size() == 2);
        assertNothingFailed(mark);
    }

    @Test
    void neither_threads_nor_connections_are_left_behind_by_twenty_losses() throws Exception {
        BlockingQueue<HostEvent> told = new LinkedBlockingQueue<>();
        LibvirtOpener opener = new LibvirtOpener(SETTINGS, _ -> CapacityOverride.NONE);
        long threadsBefore = threads();
        long socketsBefore = sockets();
        try (Wire wire = new Wire(lab.uri(1))) {
            HostJoined host = new HostJoined("w", "lab", "r1", "w", 0, wire.uri(), "", "test", "test");
            try (HostProbe probe = opener.open(host, told::add)) {
                for (int loss = 1; loss <= 20; loss++) {
                    assertEquals(2, probe.read().vms().size());
                    wire.cut();
                    assertEquals(new HostEvent.ConnectionLost("w", "connection closed: EOF"), told.take());
                }
            }
        }
        assertEquals(List.of(), List.copyOf(told), "a loss is told once, and nothing else");
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos(); // idle threads end after 30 s
        while (System.nanoTime() < until && (threads() > threadsBefore || sockets() > socketsBefore)) {
            Thread.sleep(100);
        }
        assertEquals(threadsBefore, threads());
        assertEquals(socketsBefore, sockets());
    }

    @Test
    void a_cable_that_is_pulled_loses_its_host_alone_and_plugged_it_is_watched_again() throws Exception {
        Process station = lab.start(
                "exec",
                "0",
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                StationWatch.class.getName(),
                "h1",
                "h2");
        // it ends with its input, so that a line that never comes is a failure and no test without an end
        CompletableFuture.delayedExecutor(STATION_SECONDS, TimeUnit.SECONDS).execute(() -> endInput(station));
        try (BufferedReader said = station.inputReader()) {
            awaitLines(said, "sampled h1", "sampled h2");
            lab.run("link", "2", "down");
            long pulled = System.nanoTime();
            long last = pulled;
            long gap = 0;
            for (String line = said.readLine(); !"lost h2".equals(line); line = said.readLine()) {
                assertNotNull(line, "the watch ended");
                if (line.equals("sampled h1")) {
                    gap = Math.max(gap, System.nanoTime() - last);
                    last = System.nanoTime();
                }
            }
            System.out.printf(
                    "cable pulled to lost: %d ms; longest time without a sample of the other: %d ms%n",
                    (System.nanoTime() - pulled) / 1_000_000, gap / 1_000_000);
            assertTrue(gap < GAP_MOST_MILLIS * 1_000_000, gap + " ns without a sample of h1");
            awaitLines(said, "sampled h1");
            lab.run("link", "2", "up");
            awaitLines(said, "sampled h2");
        } finally {
            lab.run("link", "2", "up");
            endInput(station);
            assertTrue(station.waitFor(30, TimeUnit.SECONDS));
        }
    }

    /** A loss is told once until the host is sampled again, and a test before this one may have ended before that. */
    private static void awaitWatched(String host) {
        seen.awaitSample(seen.mark(), host, sample -> sample.getVms().size() == 2);
    }

    private static void endInput(Process station) {
        try {
            station.getOutputStream().close();
        } catch (IOException gone) {
            // it has ended
        }
    }

    private static void awaitLines(BufferedReader said, String... lines) throws IOException {
        Set<String> wanted = new HashSet<>(Set.of(lines));
        while (!wanted.isEmpty()) {
            String line = said.readLine();
            assertNotNull(line, "the watch ended before it said " + wanted);
            wanted.remove(line);
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith("/w"))
                .count();
    }

    /** Sockets that this process holds open. */
    private static long sockets() throws IOException {
        long sockets = 0;
        try (var files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path file : files) {
                if (Files.isSymbolicLink(file)
                        && Files.readSymbolicLink(file).toString().startsWith("socket:")) {
                    sockets++;
                }
            }
        } catch (NoSuchFileException closedMeanwhile) {
            return sockets();
        }
        return sockets;
    }

    private static void move(String vm, int from, int to) {
        lab.run(
                "virsh",
                Integer.toString(from),
                "migrate",
                "--live",
                "--p2p",
                "--persistent",
                "--undefinesource",
                "--unsafe",
                vm,
                lab.run("uri", Integer.toString(to), "tcp"));
    }

    private static long memory(HostSampled sample, String vmId) {
        return Seen.vm(sample, vmId).map(vm -> vm.getMemoryBytes()).orElse(0L);
    }

    /** Waits, from sample to sample, until so many hosts are sampled in this way. */
    private static void await(String gauge, int wanted) {
        seen.await(
                seen.mark(),
                "hosts " + gauge + " to be " + wanted,
                _ -> CollectorRegistry.defaultRegistry.getSampleValue("godwit_libvirt_hosts_" + gauge) == wanted);
    }

    private static void assertNothingFailed(int mark) {
        Set<VmChange> bad = EnumSet.of(VmChange.FAILED, VmChange.CRASHED, VmChange.STOPPED, VmChange.SHUT_DOWN);
        assertEquals(
                List.of(),
                seen.changes(mark).stream()
                        .filter(changed -> bad.contains(changed.getChange()))
                        .toList());
    }
}
