package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.libvirt.LibvirtHypervisor;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.Objection;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the executor's libvirt adapter asks of real hosts, and what they do. */
final class LibvirtMigrationTest {
    private static final String VM = "vm1-1";

    /** So that a copy which is to go on by post-copy is not over before it does. */
    private static final long SLOW_BYTES_PER_SECOND = 16 << 20;

    private static Lab lab;
    private static LibvirtHypervisor hypervisor;
    private static String vmId;

    private int from = 1;

    /** How a VM is moved. */
    enum Manner {
        PRE_COPY,
        POST_COPY,
        AUTO_CONVERGE
    }

    @BeforeAll
    static void begin() {
        lab = Lab.up(2, 1);
        hypervisor = new LibvirtHypervisor(LibvirtSettings.DEFAULTS, true, lab.between());
        vmId = lab.uuid(VM);
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            hypervisor.close();
            lab.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_guest_lives_on_through_its_migration(Manner manner) throws Exception {
        long before = lab.ticks(VM);
        Move move = next(manner, false);
        MoveEnd end = hypervisor.migrate(move, () -> true).get(60, TimeUnit.SECONDS);

        assertEquals(MoveEnd.Kind.MOVED, end.kind(), end::toString);
        assertTrue(end.transferredBytes() > 1 << 20, end::toString);
        assertTrue(end.downtimeMillis() >= 0, end::toString);
        assertEquals(manner == Manner.POST_COPY, end.switchedAfterMillis() >= 0, end::toString);
        assertEquals(new Sighting(Presence.ABSENT, Presence.RUNNING, false), seen(move));
        assertEquals(Optional.of(3 - from), lab.where(VM));
        assertTrue(lab.ticks(VM) >= before);
    }

    @Test
    void a_guest_that_arrives_paused_goes_on_when_it_is_resumed_and_a_second_time_changes_nothing() throws Exception {
        Move move = next(Manner.PRE_COPY, true);
        MoveEnd end = hypervisor.migrate(move, () -> true).get(60, TimeUnit.SECONDS);

        assertEquals(MoveEnd.Kind.MOVED, end.kind(), end::toString);
        assertEquals(new Sighting(Presence.ABSENT, Presence.PAUSED, false), seen(move));
        for (int time = 1; time <= 2; time++) {
            MoveEnd resumed = hypervisor
                    .act(Act.resume(move.commandId(), move.vmId(), move.target()), () -> true)
                    .get(60, TimeUnit.SECONDS);
            assertEquals(MoveEnd.Kind.MOVED, resumed.kind(), resumed::toString);
            assertEquals(new Sighting(Presence.ABSENT, Presence.RUNNING, false), seen(move));
        }
    }

    @Test
    void a_target_that_can_take_a_guest_is_no_objection() throws Exception {
        assertEquals(
                Optional.empty(),
                hypervisor.objection(next(Manner.PRE_COPY, false)).get(20, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @CsvSource({
        "<memory unit='GiB'>8192</memory>, '', target-full, the VM may take 8388608 MiB",
        "<memory unit='MiB'>96</memory>, <cpu mode='custom' match='exact'><model>EPYC-Milan</model></cpu>,"
                + " cpu-incompatible, h2 cannot run the VM's CPU"
    })
    void a_guest_that_the_target_cannot_take_is_an_objection(String memory, String cpu, String reason, String detail)
            throws Exception {
        Path definition = Files.createTempFile("guest", ".xml");
        Files.writeString(
                definition,
                "<domain type='qemu'><name>big</name>" + memory + "<os><type arch='x86_64' machine='pc'>hvm</type></os>"
                        + cpu + "</domain>");
        lab.run("virsh", "1", "define", definition.toString());
        try {
            Move move = new Move(
                    "c-big",
                    lab.run("virsh", "1", "domuuid", "big"),
                    lab.address(1),
                    lab.address(2),
                    false,
                    false,
                    false,
                    false,
                    0);
            Objection objection =
                    hypervisor.objection(move).get(20, TimeUnit.SECONDS).orElseThrow();
            assertEquals(reason, objection.reason());
            assertTrue(objection.detail().contains(detail), objection::detail);
        } finally {
            lab.run("virsh", "1", "undefine", "big");
            Files.delete(definition);
        }
    }

    private Move next(Manner manner, boolean staysPaused) {
        from = lab.where(VM).orElseThrow();
        return new Move(
                "c-" + manner,
                vmId,
                lab.address(from),
                lab.address(3 - from),
                manner == Manner.POST_COPY,
                false,
                manner == Manner.AUTO_CONVERGE,
                staysPaused,
                manner == Manner.POST_COPY ? SLOW_BYTES_PER_SECOND : 0);
    }

    private static Sighting seen(Move move) throws Exception {
        return hypervisor.where(move).get(20, TimeUnit.SECONDS);
    }
}
