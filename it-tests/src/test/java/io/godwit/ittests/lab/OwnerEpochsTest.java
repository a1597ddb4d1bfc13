package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.executors.libvirt.LibvirtHypervisor;
import io.godwit.executors.migration.Mended;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import io.godwit.schemas.events.ActionKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whose a VM is, by the metadata of its domains on two real hosts. */
final class OwnerEpochsTest {
    private static Lab lab;
    private static LibvirtHypervisor hypervisor;

    @BeforeAll
    static void begin() {
        lab = Lab.up(2, 1);
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
    void each_move_makes_the_target_the_owner_in_what_runs_and_in_what_is_defined() throws Exception {
        String vm = "vm1-1";
        lab.run("virsh", "1", "autostart", vm);
        String vmId = lab.uuid(vm);
        long epoch = 0;
        for (boolean postCopy : new boolean[] {false, true, false}) {
            int from = lab.where(vm).orElseThrow();
            Move move = move("c-" + epoch, vmId, from, 3 - from, postCopy);
            MoveEnd end = hypervisor.migrate(move, () -> true).get(60, TimeUnit.SECONDS);
            assertEquals(MoveEnd.Kind.MOVED, end.kind(), end::toString);
            OwnerMark expected = new OwnerMark(++epoch, "h" + (3 - from), move.commandId());
            for (String of : new String[] {"--live", "--config"}) {
                assertEquals(expected, mark(3 - from, vm, of), of);
            }
            assertTrue(lab.run("virsh", host(3 - from), "dominfo", vm).matches("(?s).*Autostart: +disable.*"));
        }
    }

    /** A host dies with a VM, the VM is started elsewhere, and the host comes back: without Kafka and planner. */
    @Test
    void a_vm_that_was_started_elsewhere_has_the_next_epoch_and_the_old_copy_goes() throws Exception {
        String vm = "vm2-1";
        String vmId = lab.uuid(vm);
        String kept = lab.run("virsh", "2", "dumpxml", "--inactive", vm);
        lab.run("kill-host", "2");

        MoveEnd started = act("c-start", ActionKind.START, vmId, 1, kept, OwnerMark.NONE);
        assertEquals(MoveEnd.Kind.MOVED, started.kind(), started::toString);
        OwnerMark owner = new OwnerMark(1, "h1", "c-start");
        assertEquals(owner, mark(1, vm, "--live"));

        lab.run("start-host", "2");
        MoveEnd newer = act("c-wrong", ActionKind.REMOVE, vmId, 1, "", OwnerMark.NONE);
        assertEquals(MoveEnd.Kind.FAILED, newer.kind(), newer::toString);
        assertTrue(
                newer.detail()
                        .startsWith("the copy here has epoch 1 (host h1), the newest elsewhere that the log shows has"
                                + " epoch 0 (no mark)"),
                newer::toString);
        MoveEnd older = act("c-remove", ActionKind.REMOVE, vmId, 2, "", owner);
        assertEquals(MoveEnd.Kind.MOVED, older.kind(), older::toString);
        Move move = move("c", vmId, 2, 1, false);
        assertEquals(
                new Sighting(Presence.ABSENT, Presence.RUNNING, false),
                hypervisor.where(move).get(20, TimeUnit.SECONDS));

        leftBehind(vm, vmId, new OwnerMark(9, "h2", "c-later"));
        assertEquals(Mended.NOT_YET, hypervisor.mend(move, () -> true).get(20, TimeUnit.SECONDS));
        assertEquals(
                Presence.OFF, hypervisor.where(move).get(20, TimeUnit.SECONDS).source());
        leftBehind(vm, vmId, OwnerMark.NONE);
        assertEquals(Mended.DONE, hypervisor.mend(move, () -> true).get(20, TimeUnit.SECONDS));
        assertEquals(
                Presence.ABSENT,
                hypervisor.where(move).get(20, TimeUnit.SECONDS).source());
    }

    /** A definition on host 2 of a VM that runs on host 1, as a move leaves it whose last step was lost. */
    private static void leftBehind(String vm, String vmId, OwnerMark mark) throws IOException {
        String running = lab.run("virsh", "1", "dumpxml", "--inactive", vm);
        Path definition = Files.createTempFile("copy", ".xml");
        Files.writeString(definition, mark.in(running));
        lab.run("virsh", "2", "define", definition.toString());
        Files.delete(definition);
        assertEquals(vmId, lab.run("virsh", "2", "domuuid", vm));
    }

    private static MoveEnd act(
            String commandId, ActionKind action, String vmId, int host, String definition, OwnerMark elsewhere)
            throws Exception {
        String from = definition.isEmpty() ? "" : "h2";
        Act act = new Act(commandId, vmId, lab.address(host), action, "", false, definition, from, elsewhere);
        return hypervisor.act(act, () -> true).get(60, TimeUnit.SECONDS);
    }

    private static OwnerMark mark(int host, String vm, String of) {
        return lab.tried("virsh", host(host), "metadata", vm, OwnerMark.NAMESPACE, of)
                .map(OwnerMark::ofElement)
                .orElse(OwnerMark.NONE);
    }

    private static Move move(String commandId, String vmId, int from, int to, boolean postCopy) {
        return new Move(
                commandId,
                vmId,
                lab.address(from),
                lab.address(to),
                postCopy,
                false,
                false,
                false,
                postCopy ? 16 << 20 : 0);
    }

    private static String host(int host) {
        return Integer.toString(host);
    }
}
