package io.godwit.executors.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.NativeLibrary;
import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;

/** Against the test driver, which has domains and no migration. */
class LibvirtHypervisorTest {
    private static final String VM = "6695eb01-f6a4-8304-79aa-97f2502e193f";
    private static final HostAddress HERE = new HostAddress("a", "s/r/a", 0, "test:///default");
    private static final HostAddress GONE = new HostAddress("b", "s/r/b", 0, "test:///there/is/no/such.xml");

    private final LibvirtHypervisor hypervisor =
            new LibvirtHypervisor(LibvirtSettings.DEFAULTS, false, HostAddress::uri);

    @BeforeEach
    void needsLibvirt() {
        try {
            NativeLibrary.getInstance("virt");
        } catch (UnsatisfiedLinkError missing) {
            Assumptions.abort("libvirt.so.0 is not installed (apt-get install libvirt0): not tested here");
        }
    }

    @AfterEach
    void close() {
        hypervisor.close();
    }

    @Test
    void a_driver_without_migration_says_so_in_its_own_words() throws Exception {
        MoveEnd end = hypervisor.migrate(move(VM, HERE), () -> true).get(30, TimeUnit.SECONDS);
        assertEquals(MoveEnd.Kind.FAILED, end.kind());
        assertTrue(end.detail().contains("p2p migration is not supported by the source host"), end::toString);
    }

    @Test
    void without_permission_the_call_is_not_made() throws Exception {
        MoveEnd end = hypervisor.migrate(move(VM, HERE), () -> false).get(30, TimeUnit.SECONDS);
        assertEquals(MoveEnd.Kind.NOT_MADE, end.kind());
    }

    @Test
    void a_vm_is_seen_where_it_runs_and_absent_where_nobody_knows_it() throws Exception {
        assertEquals(
                new Sighting(Presence.RUNNING, Presence.UNREACHABLE, false),
                hypervisor.where(move(VM, GONE)).get(30, TimeUnit.SECONDS));
        assertEquals(
                new Sighting(Presence.ABSENT, Presence.ABSENT, false),
                hypervisor
                        .where(move("00000000-0000-4000-8000-000000000001", HERE))
                        .get(30, TimeUnit.SECONDS));
    }

    @Test
    void a_suspended_vm_is_resumed_and_a_running_one_left_alone() throws Exception {
        Connect connection = new Connect(HERE.uri());
        try {
            connection.domainLookupByUUIDString(VM).suspend();
            assertEquals(Presence.PAUSED, seen());
            Move here = Move.nowhere("c", VM, HERE);
            assertEquals(
                    MoveEnd.Kind.NOT_MADE,
                    hypervisor
                            .act(Act.resume(here.commandId(), here.vmId(), here.target()), () -> false)
                            .get(30, TimeUnit.SECONDS)
                            .kind());
            assertEquals(Presence.PAUSED, seen());
            for (int again = 0; again < 2; again++) {
                MoveEnd end = hypervisor
                        .act(Act.resume(here.commandId(), here.vmId(), here.target()), () -> true)
                        .get(30, TimeUnit.SECONDS);
                assertEquals(MoveEnd.Kind.MOVED, end.kind(), end::toString);
                assertEquals(Presence.RUNNING, seen());
            }
        } finally {
            connection.close();
        }
    }

    private Presence seen() throws Exception {
        return hypervisor.where(move(VM, HERE)).get(30, TimeUnit.SECONDS).target();
    }

    @Test
    void a_source_that_cannot_be_connected_to_fails_the_call_with_its_uri() throws Exception {
        Move move = new Move("c", VM, GONE, HERE, false, false, false, false, 0);
        MoveEnd end = hypervisor.migrate(move, () -> true).get(30, TimeUnit.SECONDS);
        assertEquals(MoveEnd.Kind.FAILED, end.kind());
        assertTrue(end.detail().contains("test:///there/is/no/such.xml"), end::toString);
    }

    @Test
    void nothing_is_known_of_the_progress_of_what_does_not_run() throws Exception {
        assertEquals(Optional.empty(), hypervisor.progress(move(VM, HERE)).get(30, TimeUnit.SECONDS));
    }

    @Test
    void every_uri_but_those_of_simulated_hosts_is_taken() {
        assertTrue(hypervisor.takes("qemu+tcp://h1/system"));
        assertTrue(hypervisor.takes("test:///default"));
        assertFalse(hypervisor.takes("simulated:h1"));
    }

    private static Move move(String vmId, HostAddress target) {
        return new Move("c", vmId, HERE, target, false, false, false, false, 0);
    }
}
