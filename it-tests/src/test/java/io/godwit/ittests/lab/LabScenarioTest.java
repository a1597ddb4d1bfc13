package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A region of three real hosts with four guests each lives through what happens to regions: load, a drain, guests and hosts
 * that die, a pulled cable, a restarted libvirtd. The lab's own word on where guests run is the second
 * witness of each step.
 */
final class LabScenarioTest {
    private static final int HOSTS = 3;
    private static final int VMS = 4;
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private Lab lab;
    private LabRegion region;
    private List<String> lost;

    /** All hosts report the one machine, and share a folder, so the region is told what each has. */
    private String settings() throws IOException {
        StringBuilder each = new StringBuilder();
        for (int host = 1; host <= HOSTS; host++) {
            each.append("    h").append(host).append(":\n      cpu-millicores: 2000\n      memory: 16GiB\n");
        }
        return """
            region: lab
            segments: 2
            real-hosts:
              shared-storage: true
              each:
            %s
            scheduler:
              decisions:
                vm-hold-millis: 5000
                restarting:
                  after: hosts
                  back-off-millis: 1000
            fencing:
              by: command
              command: [%s]
            """.formatted(each.toString().stripTrailing(), fenceCommand());
    }

    /**
     * Stands for a power switch that is reached over the network: it asks for a host's power to be cut by a file, and has its
     * answer by another one.
     */
    private Path fenceCommand() throws IOException {
        Path power = Files.createDirectories(folder.resolve("power"));
        Path command = folder.resolve("fence");
        Files.writeString(command, """
            #!/bin/sh
            eval "$(grep -E '^(action|plug)=')"
            case $action in
                off) mv "$(mktemp)" %1$s/$plug.cut
                     for i in $(seq 100); do [ -e %1$s/$plug.off ] && exit 0; sleep 0.1; done; exit 1;;
                status) [ -e %1$s/$plug.off ] && exit 2; exit 0;;
            esac
            """.formatted(power));
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
        return command;
    }

    /** The other end of the power switch. */
    private void switchPower() {
        Path power = folder.resolve("power");
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            power.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            while (true) {
                WatchKey key = watch.take();
                for (var event : key.pollEvents()) {
                    String name = event.context().toString();
                    if (name.endsWith(".cut")) {
                        String host = name.substring(0, name.length() - ".cut".length());
                        lab.run("kill-host", host.substring(1)); // does nothing to one that is off
                        Files.createFile(power.resolve(host + ".off"));
                    }
                }
                key.reset();
            }
        } catch (InterruptedException | IOException | java.nio.file.ClosedWatchServiceException ended) {
            // the test is over
        }
    }

    @Test
    void a_region_of_real_hosts_lives_through_load_drain_crashes_cuts_and_its_own_death() throws Exception {
        lab = Lab.up(HOSTS, VMS);
        region = new LabRegion(lab, folder, HOSTS, settings());
        Thread power = Thread.ofPlatform().daemon().name("power").start(this::switchPower);
        try {
            region.start();
            step("mode", () -> region.verb(0, "site", "mode", "auto", "--reason", "a test"));
            step("load", this::loadIsMovedAway);
            step("request", this::aGuestIsPausedAndGoesOn);
            step("drain", this::aHostIsDrained);
            step("guest killed", this::aKilledGuestStartsAgain);
            step("libvirtd", this::aRestartedDaemonIsNoCrash);
            step("cable", this::aCableThatIsPulledForAMomentMovesNothing);
            step("killed", this::aMoveSurvivesTheDeathOfThePlatform);
            step("host killed", this::theGuestsOfADeadHostRunElsewhere);
            step("recovery", this::thePhasesOfARecoveryAreTold);
            step("host back", this::aHostThatReturnsLosesItsOldCopies);
            step("in a plan", this::aHostThatDiesInTheMiddleOfAMoveIsFencedAndItsGuestsRunElsewhere);
            step("replay", () -> region.verb(0, "replay", "--from=-1h", "--verify"));
            step("judges", this::noJudgeFindsAFault);
        } finally {
            power.interrupt();
            region.close();
            lab.close();
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private void step(String name, Step step) throws Exception {
        long began = System.nanoTime();
        step.run();
        everyGuestRunsOnceAtMost();
        System.err.printf("lab scenario: %-12s %5.1f s%n", name, (System.nanoTime() - began) / 1e9);
    }

    private void loadIsMovedAway() throws Exception {
        List<String> busy = List.of("vm1-1", "vm1-2", "vm1-4");
        int mark = region.mark();
        long ticks = busy.stream().mapToLong(lab::ticks).sum();
        busy.forEach(vm -> lab.run("tell", vm, "load", "85"));
        region.await(mark, LONG, "overload", "local/r1/h1");
        String moved = region.await(mark, LONG, "moved", "h1 →");
        region.await(mark, LONG, "ended", "overload local/r1/h1");
        String vm = moved.replaceFirst(".* moved +(\\S+) .*", "$1");
        assertFalse(lab.where(vm).equals(Optional.of(1)), moved);
        assertTrue(busy.stream().mapToLong(lab::ticks).sum() > ticks);
        busy.forEach(each -> lab.run("tell", each, "load", "0"));
    }

    private void aGuestIsPausedAndGoesOn() throws Exception {
        String host = Integer.toString(lab.where("vm1-3").orElseThrow());
        String done = region.verb(0, "vm", "suspend", "vm1-3", "--reason", "a test", "--wait");
        assertTrue(done.contains("done"), done);
        assertEquals("paused", lab.run("virsh", host, "domstate", "vm1-3"));
        region.verb(0, "vm", "resume", "vm1-3", "--reason", "a test", "--wait");
        assertEquals("running", lab.run("virsh", host, "domstate", "vm1-3"));
    }

    private void aHostIsDrained() throws Exception {
        region.verb(0, "host", "drain", "h2", "--reason", "a test", "--wait");
        assertEquals(List.of(), guestsOn(2));
        String list = region.verb(0, "host", "list");
        assertTrue(list.lines().anyMatch(line -> line.contains("r1/h2") && line.contains("drained")), list);
        region.verb(0, "host", "undrain", "h2", "--reason", "a test");
    }

    private void aKilledGuestStartsAgain() throws Exception {
        int mark = region.mark();
        int host = lab.where("vm1-4").orElseThrow();
        lab.run("kill-vm", "vm1-4");
        region.await(mark, LONG, "vm-crash", "vm1-4");
        region.await(mark, LONG, "started", "vm1-4");
        assertEquals(Optional.of(host), lab.where("vm1-4"));
    }

    private void aRestartedDaemonIsNoCrash() throws Exception {
        int mark = region.mark();
        lab.run("daemon", "1", "kill");
        lab.run("daemon", "1", "start");
        aGuestOfHostOneIsPausedAndGoesOn();
        nothingCrashed(mark);
    }

    private void aCableThatIsPulledForAMomentMovesNothing() throws Exception {
        int mark = region.mark();
        lab.run("link", "1", "down");
        TimeUnit.SECONDS.sleep(5); // what is tested is that so short a silence leads to nothing
        lab.run("link", "1", "up");
        aGuestOfHostOneIsPausedAndGoesOn();
        nothingCrashed(mark);
    }

    /** Which shows that the host answers again. */
    private void aGuestOfHostOneIsPausedAndGoesOn() throws Exception {
        String vm = guestsOn(1).getFirst();
        region.verb(0, "vm", "suspend", vm, "--reason", "a test", "--wait");
        region.verb(0, "vm", "resume", vm, "--reason", "a test", "--wait");
    }

    private void nothingCrashed(int mark) {
        assertEquals(
                List.of(),
                region.since(mark).stream()
                        .filter(line -> !line.contains("  ended "))
                        .filter(line -> line.contains("-crash") || line.contains("fence"))
                        .toList());
    }

    /**
     * Scheduler, executor, monitor and broker are killed at once with a move under way: it ends all the same, or is called too
     * late where it had not begun; the guest runs where that says.
     */
    private void aMoveSurvivesTheDeathOfThePlatform() throws Exception {
        int mark = region.mark();
        int from = lab.where("vm3-1").orElseThrow();
        int to = from == 1 ? 2 : 1;
        long ticks = lab.ticks("vm3-1");
        region.verb(0, "vm", "migrate", "vm3-1", "--to", "h" + to, "--reason", "a test");
        region.await(mark, LONG, "migrate", "vm3-1");
        region.kill();
        region.start();
        String way = "h" + from + " → h" + to;
        String end = region.await(
                mark,
                line -> line.contains(way) && line.matches(".* (moved|refused|failed) +vm3-1 .*"),
                LONG,
                "the end of the move of vm3-1");
        System.err.println(end);
        assertEquals(Optional.of(end.contains(" moved ") ? to : from), lab.where("vm3-1"));
        assertTrue(lab.ticks("vm3-1") > ticks);
    }

    private void theGuestsOfADeadHostRunElsewhere() throws Exception {
        lost = guestsOn(3);
        assertFalse(lost.isEmpty());
        int mark = region.mark();
        long killed = System.nanoTime();
        lab.run("kill-host", "3");
        String detected = region.await(mark, LONG, "host-crash", "local/r1/h3");
        double detectedAfter = (System.nanoTime() - killed) / 1e9;
        String fenced = region.await(mark, LONG, "fenced", "local/r1/h3");
        double fencedAfter = (System.nanoTime() - killed) / 1e9;
        for (String vm : lost) {
            region.await(mark, LONG, "started", vm);
        }
        System.err.printf(
                "lab scenario: host killed, detected after %.1f s, fenced after %.1f s, %d guests started after %.1f"
                        + " s%n",
                detectedAfter, fencedAfter, lost.size(), (System.nanoTime() - killed) / 1e9);
        assertTrue(detected.contains("silence"), detected);
        assertTrue(fenced.contains("says that local/r1/h3 is off"), fenced);
        for (String vm : lost) {
            assertTrue(lab.where(vm).filter(host -> host != 3).isPresent(), vm);
        }
    }

    private void thePhasesOfARecoveryAreTold() throws Exception {
        String phases = region.verb(0, "recovery", "show", "h3");
        System.err.println(phases);
        assertTrue(phases.contains("fenced"), phases);
        for (String vm : lost) {
            assertTrue(phases.lines().anyMatch(line -> line.contains(vm) && line.contains("started")), phases);
        }
    }

    private void aHostThatReturnsLosesItsOldCopies() throws Exception {
        int mark = region.mark();
        Files.delete(folder.resolve("power").resolve("h3.off"));
        lab.run("start-host", "3");
        region.await(mark, LONG, "ended", "host-crash local/r1/h3");
        for (String vm : lost) {
            region.await(mark, LONG, "removed", vm);
        }
        assertEquals("", lab.run("virsh", "3", "list", "--all", "--name"));
    }

    /** Its plan fences it, unless the move was over before: then the plan for the crash does. */
    private void aHostThatDiesInTheMiddleOfAMoveIsFencedAndItsGuestsRunElsewhere() throws Exception {
        String vm = guestsOn(1).getFirst();
        lab.run("tell", vm, "dirty", "16"); // so that its move lasts
        int mark = region.mark();
        region.verb(0, "vm", "migrate", vm, "--to", "h3", "--reason", "a test");
        String move = region.await(mark, LONG, "migrate", vm, "h1 → h3");
        List<String> there = guestsOn(1); // others may have been moved away, for load, while this was asked
        long killed = System.nanoTime();
        lab.run("kill-host", "1");
        String fence = region.await(mark, LONG, "fence", "local/r1/h1");
        region.await(mark, LONG, "fenced", "local/r1/h1");
        double fencedAfter = (System.nanoTime() - killed) / 1e9;
        List<String> before = region.since(mark).stream()
                .takeWhile(line -> !line.equals(fence))
                .toList();
        boolean ended = before.stream().anyMatch(line -> line.matches(".* (moved|refused|failed) +" + vm + " .*"));
        assertTrue(ended || fence.contains("cannot end without it"), fence);
        lost = there.stream()
                .filter(each -> before.stream().noneMatch(line -> line.matches(".* moved +" + each + " .*")))
                .toList();
        for (String each : lost) {
            region.await(mark, LONG, "started", each);
        }
        System.err.printf(
                "lab scenario: host killed in the middle of a move, fenced after %.1f s, %d guests started after %.1f"
                        + " s%n%s%n%s%n",
                fencedAfter, lost.size(), (System.nanoTime() - killed) / 1e9, move, fence);
        for (String each : there) {
            assertTrue(lab.where(each).filter(host -> host != 1).isPresent(), each);
        }
    }

    /** Of the plans, those for load, the drain and the dead hosts at least bring guests to other hosts. */
    private void noJudgeFindsAFault() throws Exception {
        String judged = region.verb(0, "log", "judge", "--answers", "--within=2m");
        System.err.println(judged);
        String plans =
                judged.replaceFirst("(?s).*\n(\\d+) plans judged on their way, from the log's beginning on\n.*", "$1");
        assertTrue(plans.matches("\\d+") && Integer.parseInt(plans) >= 3, judged);
    }

    private List<String> guestsOn(int host) {
        return lab.run("virsh", Integer.toString(host), "list", "--name")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .sorted()
                .toList();
    }

    /** The lab's word, host by host: a migration's target holds a paused copy meanwhile, which does not count as running. */
    private void everyGuestRunsOnceAtMost() {
        TreeMap<String, Integer> running = new TreeMap<>();
        IntStream.rangeClosed(1, HOSTS)
                .filter(lab::hostIsUp)
                .forEach(host -> lab.run("virsh", Integer.toString(host), "list", "--state-running", "--name")
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .forEach(vm -> running.merge(vm, 1, Integer::sum)));
        assertEquals(
                List.of(),
                running.entrySet().stream().filter(vm -> vm.getValue() > 1).toList());
    }
}
