package io.godwit.monitors.hosts.simulated.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationResult;
import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.monitors.hosts.simulated.HostsConfig;
import io.godwit.monitors.hosts.simulated.InProcessDataCentre;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.MemoryLog;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RemoteDataCentreTest {
    private static final String H1 = "sim-a-h01";
    private static final String H2 = "sim-a-h02";
    private InProcessDataCentre dataCentre;
    private DataCentreServer server;
    private RemoteDataCentre remote;

    @BeforeEach
    void start() throws IOException {
        DataCentres plain = DataCentres.of(HostsConfig.DEFAULTS, "a");
        // small memories, so that a migration takes some milliseconds
        List<SimulatedFleet.Vm> vms = plain.fleet().vms().stream()
                .map(vm -> new SimulatedFleet.Vm(
                        vm.vmId(), vm.name(), 1, vm.vmId().equals("vm-a-2") ? 1L << 30 : 1 << 20, 0, vm.homeHost()))
                .toList();
        DataCentres small = new DataCentres(
                new SimulatedFleet("a", plain.fleet().hosts(), vms),
                plain.load(),
                plain.crashes(),
                plain.roundTrips(),
                plain.says());
        dataCentre = small.start(new MemoryLog("a", 1), InstantSource.system());
        server = listening(dataCentre);
        remote = new RemoteDataCentre(server.address());
    }

    @AfterEach
    void stop() {
        remote.close();
        server.close();
        dataCentre.close();
    }

    private HostReading firstReading() {
        while (true) {
            try {
                return remote.read(H1);
            } catch (HostUnreachable notYet) {
                Thread.onSpinWait(); // it connects by itself; the class's time-out bounds the wait
            }
        }
    }

    @Test
    void a_host_looks_the_same_from_afar() throws HostUnreachable {
        HostReading far = firstReading();
        HostReading near = dataCentre.read(H1);
        assertEquals(near.vms(), far.vms());
        assertEquals(near.cpuDemandMillicores(), far.cpuDemandMillicores());
        assertEquals(dataCentre.describe(H1), remote.describe(H1));
        assertEquals(dataCentre.roundTripMicros(H1, H2), remote.roundTripMicros(H1, H2));
        assertEquals(Map.of(H1, VmState.RUNNING), remote.where("vm-a-1"));
    }

    @Test
    void a_migration_is_told_when_it_has_ended_with_the_events_of_both_hosts() throws Exception {
        firstReading();
        BlockingQueue<HostEvent> events = new LinkedBlockingQueue<>();
        remote.listen(H1, events::add);
        remote.listen(H2, events::add);
        MigrationResult result = remote.migrate("c-1", "vm-a-1", H1, H2, 0).get(20, TimeUnit.SECONDS);
        assertTrue(result.moved());
        HostEvent.VmChangeSeen in = assertInstanceOf(HostEvent.VmChangeSeen.class, events.poll(20, TimeUnit.SECONDS));
        assertEquals(VmChange.MIGRATED_IN, in.change());
        assertEquals(H1, events.poll(20, TimeUnit.SECONDS).hostId());
        assertTrue(remote.progress("c-1").orElseThrow().ended());
        assertTrue(remote.progress("c-none").isEmpty());
        assertEquals(result, remote.migrate("c-1", "vm-a-1", H1, H2, 0).get(20, TimeUnit.SECONDS));
    }

    @Test
    void a_crash_of_the_source_fails_its_migration_and_is_heard() throws Exception {
        firstReading();
        BlockingQueue<HostEvent> events = new LinkedBlockingQueue<>();
        remote.listen(H1, events::add);
        CompletableFuture<MigrationResult> migration = remote.migrate("c-1", "vm-a-2", H1, H2, 0);
        remote.crashHost(H1, Duration.ZERO);
        ExecutionException failed = assertThrows(ExecutionException.class, () -> migration.get(20, TimeUnit.SECONDS));
        assertInstanceOf(HostUnreachable.class, failed.getCause());
        assertInstanceOf(HostEvent.ConnectionLost.class, events.poll(20, TimeUnit.SECONDS));
        assertThrows(HostUnreachable.class, () -> remote.read(H1));
        remote.restoreHost(H1);
        assertEquals(Map.of(H1, VmState.RUNNING), remote.where("vm-a-2"));
    }

    @Test
    void an_unknown_id_is_the_callers_fault() {
        firstReading();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> remote.killVm("vm-x"))
                .getMessage()
                .contains("vm-x"));
    }

    @Test
    void a_server_that_goes_away_makes_hosts_unreachable_and_fails_open_migrations() throws Exception {
        firstReading();
        CompletableFuture<MigrationResult> migration = remote.migrate("c-1", "vm-a-2", H1, H2, 0);
        server.close();
        assertThrows(ExecutionException.class, () -> migration.get(20, TimeUnit.SECONDS));
        assertThrows(DataCentreAway.class, () -> remote.where("vm-a-1"));
        assertTrue(assertThrows(HostUnreachable.class, () -> remote.read(H1))
                .getMessage()
                .contains("godwit hosts"));
    }

    @Test
    void a_server_that_comes_back_is_found_and_its_events_are_heard_again() throws Exception {
        firstReading();
        BlockingQueue<HostEvent> events = new LinkedBlockingQueue<>();
        remote.listen(H1, events::add);
        InetSocketAddress address = server.address();
        server.close();
        assertInstanceOf(HostEvent.ConnectionLost.class, events.poll(20, TimeUnit.SECONDS));
        server = new DataCentreServer(dataCentre, address);
        firstReading();
        remote.killVm("vm-a-1");
        HostEvent.VmChangeSeen seen = assertInstanceOf(HostEvent.VmChangeSeen.class, events.poll(20, TimeUnit.SECONDS));
        assertEquals(VmChange.CRASHED, seen.change());
    }

    /** Listens outside the range that the system hands out, so that nobody takes the port while the server is away. */
    private static DataCentreServer listening(InProcessDataCentre dataCentre) throws IOException {
        for (int port = 21_000; ; port++) {
            try {
                return new DataCentreServer(dataCentre, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (BindException taken) {
                if (port == 21_999) {
                    throw taken;
                }
            }
        }
    }
}
