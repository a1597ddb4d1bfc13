package io.godwit.executors.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.NativeLibrary;
import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import io.godwit.schemas.events.ActionKind;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;
import org.libvirt.Domain;

/** Against the test driver, which has domains and no migration. */
class LibvirtHypervisorTest {
    private static final String VM = "6695eb01-f6a4-8304-79aa-97f2502e193f";
    private static final String OTHER_VM = "6695eb01-f6a4-8304-79aa-97f2502e1940";
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

    @Test
    void a_start_from_a_kept_definition_defines_the_vm_under_the_next_epoch() throws Exception {
        withDomain(null, connection -> {
            MoveEnd end = start("c-1", mark(4), OwnerMark.NONE);
            assertEquals(MoveEnd.Kind.MOVED, end.kind(), end::toString);
            Domain domain = connection.domainLookupByUUIDString(OTHER_VM);
            assertEquals(1, domain.isActive());
            assertEquals(new OwnerMark(5, "a", "c-1"), OwnerMarks.of(domain));
            assertEquals(
                    MoveEnd.Kind.MOVED, start("c-1", mark(4), OwnerMark.NONE).kind()); // redelivered
            assertEquals(new OwnerMark(5, "a", "c-1"), OwnerMarks.of(domain));
            domain.free();
        });
    }

    @Test
    void an_old_copy_that_is_off_is_replaced_by_the_kept_definition_and_starts_no_more_by_itself() throws Exception {
        withDomain(mark(3).in(definition(2048)), connection -> {
            Domain domain = connection.domainLookupByUUIDString(OTHER_VM);
            domain.setAutostart(true);
            MoveEnd end = start("c-1", mark(4), new OwnerMark(6, "gone", "c-0"));
            assertEquals(MoveEnd.Kind.MOVED, end.kind(), end::toString);
            assertEquals(new OwnerMark(7, "a", "c-1"), OwnerMarks.of(domain));
            assertEquals(4096, domain.getMaxMemory());
            assertFalse(domain.getAutostart());
            domain.free();
        });
    }

    @Test
    void a_newer_copy_that_is_off_is_not_overwritten() throws Exception {
        withDomain(mark(5).in(definition(2048)), connection -> {
            MoveEnd end = start("c-1", mark(4), OwnerMark.NONE);
            assertEquals(MoveEnd.Kind.FAILED, end.kind(), end::toString);
            assertTrue(end.detail().contains("epoch 5") && end.detail().contains("epoch 4"), end::toString);
            Domain domain = connection.domainLookupByUUIDString(OTHER_VM);
            assertEquals(0, domain.isActive());
            assertEquals(mark(5), OwnerMarks.of(domain));
            domain.free();
        });
    }

    @Test
    void a_vm_that_a_third_host_owns_is_not_started_from_an_older_definition() throws Exception {
        withDomain(null, connection -> {
            MoveEnd end = start("c-1", mark(4), new OwnerMark(5, "third", "c-0"));
            assertEquals(MoveEnd.Kind.FAILED, end.kind(), end::toString);
            assertTrue(end.detail().startsWith("third owns the VM by epoch 5"), end::toString);
            assertEquals(Presence.ABSENT, seen(OTHER_VM));
        });
    }

    @Test
    void an_old_copy_is_removed_and_a_newer_one_is_refused_with_both_epochs() throws Exception {
        withDomain(mark(5).in(definition(2048)), connection -> {
            MoveEnd refused = remove(new OwnerMark(4, "b", "c-0"));
            assertEquals(MoveEnd.Kind.FAILED, refused.kind(), refused::toString);
            assertTrue(
                    refused.detail().contains("epoch 5 (host gone)")
                            && refused.detail().contains("epoch 4 (host b)")
                            && refused.detail().contains("virsh undefine"),
                    refused::toString);
            assertEquals(Presence.OFF, seen(OTHER_VM));
            MoveEnd removed = remove(new OwnerMark(6, "b", "c-0"));
            assertEquals(MoveEnd.Kind.MOVED, removed.kind(), removed::toString);
            assertEquals(Presence.ABSENT, seen(OTHER_VM));
        });
    }

    @Test
    void a_mark_that_is_written_replaces_the_last_one_in_what_runs_and_in_what_is_defined() throws Exception {
        withDomain(mark(5).in(definition(2048)), connection -> {
            Domain domain = connection.domainLookupByUUIDString(OTHER_VM);
            domain.create();
            OwnerMarks.write(domain, mark(6));
            assertEquals(mark(6), OwnerMarks.of(domain));
            assertEquals(mark(6), OwnerMark.ofDescription(domain.getXMLDesc(0)));
            domain.destroy();
            assertEquals(mark(6), OwnerMarks.of(domain));
            domain.free();
        });
    }

    private interface With {
        void take(Connect connection) throws Exception;
    }

    /** In the test driver's memory, which all connections of this process share. */
    private static void withDomain(String definition, With with) throws Exception {
        Connect connection = new Connect(HERE.uri());
        try {
            if (definition != null) {
                connection.domainDefineXML(definition).free();
            }
            with.take(connection);
        } finally {
            for (Domain domain : connection.listAllDomains(0)) {
                if (domain.getUUIDString().equals(OTHER_VM)) {
                    if (domain.isActive() == 1) {
                        domain.destroy();
                    }
                    domain.undefine();
                }
                domain.free();
            }
            connection.close();
        }
    }

    private static OwnerMark mark(long epoch) {
        return new OwnerMark(epoch, "gone", "c-0");
    }

    private static String definition(int kib) {
        return "<domain type='test'><name>other</name><uuid>" + OTHER_VM + "</uuid><memory>" + kib
                + "</memory><os><type>hvm</type></os></domain>";
    }

    private MoveEnd start(String commandId, OwnerMark kept, OwnerMark elsewhere) throws Exception {
        return act(commandId, ActionKind.START, kept.in(definition(4096)), elsewhere);
    }

    private MoveEnd remove(OwnerMark elsewhere) throws Exception {
        return act("c-1", ActionKind.REMOVE, "", elsewhere);
    }

    private MoveEnd act(String commandId, ActionKind action, String definition, OwnerMark elsewhere) throws Exception {
        Act act = new Act(commandId, OTHER_VM, HERE, action, "", false, definition, "gone", elsewhere);
        return hypervisor.act(act, () -> true).get(30, TimeUnit.SECONDS);
    }

    private Presence seen(String vmId) throws Exception {
        return hypervisor.where(move(vmId, HERE)).get(30, TimeUnit.SECONDS).target();
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
