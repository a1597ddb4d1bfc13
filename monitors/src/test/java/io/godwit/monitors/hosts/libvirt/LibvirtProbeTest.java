package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostProbe;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libvirt.Connect;
import org.libvirt.Domain;

class LibvirtProbeTest {
    private final BlockingQueue<HostEvent> events = new LinkedBlockingQueue<>();

    @BeforeEach
    void needsLibvirt() {
        WithLibvirt.orSkip();
    }

    @Test
    void a_host_with_a_hundred_vms_is_read_with_every_vm_in_order_and_its_demand(@TempDir Path directory)
            throws Exception {
        try (HostProbe probe = open(TestDriverFile.withDomains(directory, 100), CapacityOverride.NONE)) {
            HostReading reading = probe.read();
            assertEquals(100, reading.vms().size());
            assertEquals(64_000, reading.cpuCapacityMillicores());
            assertEquals(256L << 30, reading.memoryCapacityBytes());
            for (int i = 0; i < 100; i++) {
                VmSample vm = reading.vms().get(i);
                assertEquals(TestDriverFile.vmId(i), vm.getVmId());
                assertEquals(VmState.RUNNING, vm.getState());
                assertEquals(1L << 30, vm.getMemoryBytes());
                // the test driver's CPU time is the time of day: each VM keeps one core busy
                assertTrue(vm.getCpuDemandMillicores() > 700 && vm.getCpuDemandMillicores() < 1300, vm::toString);
            }
            assertEquals(
                    reading.cpuDemandMillicores(),
                    reading.vms().stream()
                            .mapToLong(VmSample::getCpuDemandMillicores)
                            .sum());
        }
    }

    @Test
    void a_host_is_described_with_its_vms_and_their_definitions(@TempDir Path directory) throws Exception {
        try (HostProbe probe = open(TestDriverFile.withDomains(directory, 3), CapacityOverride.NONE)) {
            HostDescription host = probe.describe();
            assertEquals(64_000, host.cpuCapacityMillicores());
            assertEquals("i986", host.cpuModel());
            assertEquals(3, host.vms().size());
            assertEquals("vm2", host.vms().get(2).name());
            assertEquals(3, host.vms().get(2).vcpus());
            assertEquals(1L << 30, host.vms().get(2).memoryBytes());
            assertTrue(host.vms().get(2).definition().contains("<name>vm2</name>"));
        }
    }

    @Test
    void an_operators_capacity_holds_instead_of_what_libvirt_reports(@TempDir Path directory) throws Exception {
        CapacityOverride capacity = new CapacityOverride(8_000, 0, 1_250_000_000);
        try (HostProbe probe = open(TestDriverFile.withDomains(directory, 1), capacity)) {
            assertEquals(8_000, probe.read().cpuCapacityMillicores());
            assertEquals(8_000, probe.describe().cpuCapacityMillicores());
            assertEquals(256L << 30, probe.describe().memoryCapacityBytes());
            assertEquals(1_250_000_000, probe.describe().migrationBytesPerSecond());
            HostReading reading = probe.read();
            assertEquals(1_250_000_000, reading.migrationBytesPerSecond());
            assertEquals(probe.describe().cpuModel(), reading.cpuModel());
        }
    }

    @Test
    void a_vm_that_is_stopped_and_started_is_told_at_once_in_order() throws Exception {
        try (HostProbe probe = open("test:///default", CapacityOverride.NONE)) {
            probe.read();
            Connect other = new Connect("test:///default"); // the test driver's default host is one for the process
            Domain domain = other.domainLookupByName("test");
            domain.suspend();
            domain.resume();
            domain.destroy();
            assertEquals(VmState.SHUT_OFF, probe.read().vms().getFirst().getState());
            domain.create();
            assertEquals(VmChange.SUSPENDED, next().change());
            assertEquals(VmChange.RESUMED, next().change());
            assertEquals("stopped destroyed", next().detail());
            HostEvent.VmChangeSeen started = next();
            assertEquals(VmChange.STARTED, started.change());
            assertEquals(domain.getUUIDString(), started.vmId());
            assertEquals("h1", started.hostId());
            other.close();
        }
    }

    @Test
    void a_uri_that_leads_nowhere_is_told_with_host_and_uri_and_tried_again_after_a_pause() {
        try (HostProbe probe = open("test:///there/is/no/such.xml", CapacityOverride.NONE)) {
            HostUnreachable first = assertThrows(HostUnreachable.class, probe::read);
            assertTrue(first.getMessage().contains("s/r/h1 cannot be connected to at test:///there/is/no/such.xml"));
            HostUnreachable second = assertThrows(HostUnreachable.class, probe::read);
            assertTrue(second.getMessage().contains("is not connected"), second.getMessage());
        }
    }

    private HostProbe open(String uri, CapacityOverride capacity) {
        HostJoined host = new HostJoined("h1", "s", "r", "h1", 0, uri, "", "test", "test");
        return new LibvirtOpener(LibvirtSettings.DEFAULTS, _ -> capacity).open(host, events::add);
    }

    private HostEvent.VmChangeSeen next() throws InterruptedException {
        return (HostEvent.VmChangeSeen) events.poll(10, TimeUnit.SECONDS);
    }
}
