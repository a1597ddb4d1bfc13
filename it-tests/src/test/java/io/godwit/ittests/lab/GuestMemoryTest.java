package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.executors.libvirt.LibvirtHypervisor;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.Objection;
import io.godwit.executors.migration.Presence;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import io.godwit.schemas.events.ActionKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Memory of real guests that is put aside and taken up again. A guest counts seconds on its console from its boot on, so what it
 * counts next tells where it goes on.
 */
final class GuestMemoryTest {
    /** Has a qcow2 disk. */
    private static final String VM = "vm1-1";

    /** Has no disk. */
    private static final String DISKLESS = "vm1-2";

    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    private static Lab lab;
    private static LibvirtHypervisor hypervisor;
    private static int commands;

    @BeforeAll
    static void begin() {
        lab = Lab.up(1, 2);
        hypervisor = new LibvirtHypervisor(LibvirtSettings.DEFAULTS, true, lab.between());
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            hypervisor.close();
            lab.close();
        }
    }

    @Test
    void a_guest_that_was_saved_goes_on_where_it_was_when_it_is_started_with_and_without_a_disk() throws Exception {
        for (String vm : List.of(VM, DISKLESS)) {
            moved(vm, ActionKind.SAVE, "");
            assertEquals(Presence.OFF, seen(vm));
            long last = lastTick(vm, 0);
            long mark = consoleEnd(vm);
            moved(vm, ActionKind.START, "");
            assertEquals(Presence.RUNNING, seen(vm));
            assertEquals(last + 1, nextTick(vm, mark), vm);
        }
    }

    @Test
    void a_guest_that_was_paused_when_it_was_saved_runs_once_it_is_started() throws Exception {
        moved(DISKLESS, ActionKind.SUSPEND, "");
        moved(DISKLESS, ActionKind.SAVE, "");
        moved(DISKLESS, ActionKind.START, "");
        assertEquals(Presence.RUNNING, seen(DISKLESS));
    }

    @Test
    void snapshots_bring_back_memory_and_disk_of_a_guest_that_ran_and_the_disk_of_one_that_was_off() throws Exception {
        lab.run("tell", VM, "disk", "64");
        String before = diskSum(VM, 0);
        long first = lastTick(VM, 0) + 1;
        moved(VM, ActionKind.SNAPSHOT, "running");
        long last = lastTick(VM, 0) + 1;
        moved(VM, ActionKind.SNAPSHOT, "running", "c-" + commands); // redelivered
        MoveEnd taken = act(VM, ActionKind.SNAPSHOT, "running", "c-other");
        assertEquals(MoveEnd.Kind.FAILED, taken.kind(), taken::toString);

        long mark = consoleEnd(VM);
        lab.run("tell", VM, "disk", "64");
        String after = diskSum(VM, mark);
        assertTrue(!after.equals(before), after);
        moved(VM, ActionKind.STOP, "", "c-stop");
        moved(VM, ActionKind.SNAPSHOT, "off");

        mark = consoleEnd(VM);
        moved(VM, ActionKind.RESTORE, "running");
        assertEquals(Presence.RUNNING, seen(VM));
        long goesOnAt = nextTick(VM, mark);
        assertTrue(first <= goesOnAt && goesOnAt <= last, first + " <= " + goesOnAt + " <= " + last);
        lab.run("tell", VM, "sum");
        assertEquals(before, diskSum(VM, mark));

        moved(VM, ActionKind.RESTORE, "off");
        assertEquals(Presence.OFF, seen(VM));
        mark = consoleEnd(VM);
        moved(VM, ActionKind.START, "");
        assertEquals(0, nextTick(VM, mark)); // it booted
        lab.run("tell", VM, "sum");
        assertEquals(after, diskSum(VM, mark));

        Objection objection = hypervisor
                .objection(Move.nowhere("c-move", lab.uuid(VM), lab.address(1)))
                .get(20, TimeUnit.SECONDS)
                .orElseThrow();
        assertEquals("has-snapshots", objection.reason());
        MoveEnd missing = act(VM, ActionKind.RESTORE, "none-such", "c-missing");
        assertEquals("the VM has no snapshot called none-such; it has off, running", missing.detail());
        for (String snapshot : List.of("off", "running")) {
            lab.run("virsh", "1", "snapshot-delete", VM, snapshot);
        }
    }

    @Test
    void a_guest_without_a_disk_has_no_snapshots_and_says_why() throws Exception {
        MoveEnd end = act(DISKLESS, ActionKind.SNAPSHOT, "one", "c-one");
        assertEquals(MoveEnd.Kind.FAILED, end.kind(), end::toString);
        assertTrue(end.detail().startsWith("the VM has no disk"), end::toString);
        assertEquals(Presence.RUNNING, seen(DISKLESS));
    }

    private static void moved(String vm, ActionKind action, String snapshot) throws Exception {
        moved(vm, action, snapshot, "c-" + ++commands);
    }

    private static void moved(String vm, ActionKind action, String snapshot, String commandId) throws Exception {
        MoveEnd end = act(vm, action, snapshot, commandId);
        assertEquals(MoveEnd.Kind.MOVED, end.kind(), action + " " + end);
    }

    private static MoveEnd act(String vm, ActionKind action, String snapshot, String commandId) throws Exception {
        Act act = new Act(
                commandId,
                lab.uuid(vm),
                lab.address(1),
                action,
                snapshot,
                action == ActionKind.STOP,
                "",
                "",
                OwnerMark.NONE);
        return hypervisor.act(act, () -> true).get(60, TimeUnit.SECONDS);
    }

    private static Presence seen(String vm) throws Exception {
        return hypervisor
                .where(Move.nowhere("c", lab.uuid(vm), lab.address(1)))
                .get(20, TimeUnit.SECONDS)
                .target();
    }

    private static long consoleEnd(String vm) {
        return lab.console(vm, 0).length();
    }

    private static long lastTick(String vm, long from) {
        List<Long> ticks = ticks(vm, from);
        return ticks.isEmpty() ? fail(vm + " never counted") : ticks.getLast();
    }

    private static List<Long> ticks(String vm, long from) {
        return lines(vm, from, "TICK ").map(Long::parseLong).toList();
    }

    /** What it counts first after a place in its console. */
    private static long nextTick(String vm, long from) throws InterruptedException {
        return Long.parseLong(next(vm, from, "TICK "));
    }

    private static String diskSum(String vm, long from) throws InterruptedException {
        return next(vm, from, "DISK-SUM ");
    }

    private static String next(String vm, long from, String word) throws InterruptedException {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < PATIENCE_NANOS) {
            var found = lines(vm, from, word).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return fail(vm + " did not say " + word + "after: " + lab.console(vm, from));
    }

    /** Whole lines that begin with a word, without it. */
    private static Stream<String> lines(String vm, long from, String word) {
        String console = lab.console(vm, from);
        return console.substring(0, console.lastIndexOf('\n') + 1)
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(word))
                .map(line -> line.substring(word.length()));
    }
}
