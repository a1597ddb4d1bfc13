package io.godwit.monitors.hosts.simulated.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SimulatedFleetTest {
    @Test
    void forty_hosts_stand_in_four_racks_of_ten_with_ten_vms_each() {
        SimulatedFleet fleet = SimulatedFleet.homogeneous("rennes", 40, 400, 4, 23);
        assertEquals("sim-rennes-h01", fleet.hosts().getFirst().hostId());
        assertEquals("h40", fleet.hosts().getLast().name());
        assertEquals("r2", fleet.hosts().get(10).rack());
        assertEquals("vm-rennes-1", fleet.vms().getFirst().vmId());
        assertTrue(fleet.vms().stream()
                .collect(Collectors.groupingBy(SimulatedFleet.Vm::homeHost, Collectors.counting()))
                .values()
                .stream()
                .allMatch(vms -> vms == 10));
        assertTrue(fleet.hosts().stream()
                .collect(Collectors.groupingBy(SimulatedFleet.Host::rack, Collectors.counting()))
                .values()
                .stream()
                .allMatch(hosts -> hosts == 10));
    }

    @Test
    void dirty_rates_are_ten_to_fifty_percent_of_the_migration_bandwidth() {
        SimulatedFleet fleet = SimulatedFleet.homogeneous("a", 40, 400, 4, 23);
        assertEquals(
                5,
                fleet.vms().stream()
                        .map(SimulatedFleet.Vm::dirtyBytesPerSecond)
                        .distinct()
                        .count());
        fleet.vms().forEach(vm -> {
            long percent = vm.dirtyBytesPerSecond() * 100 / SimulatedFleet.MIGRATION_BYTES_PER_SECOND;
            assertTrue(percent >= 10 && percent <= 50, "dirty " + percent);
        });
    }

    @Test
    void a_fleet_that_cannot_be_is_refused_with_its_numbers() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> SimulatedFleet.homogeneous("a", 3, 10, 4, 1));
        assertTrue(refused.getMessage().contains("3 hosts in 4 racks"), refused.getMessage());
    }

    @Test
    void a_host_joins_with_its_label_and_the_simulated_uri() {
        var joined = SimulatedFleet.homogeneous("a", 2, 2, 1, 1).joined(1, 5, "up", "first start");
        assertEquals("simulated:h02", joined.getUri());
        assertEquals("r1", joined.getRack());
        assertEquals(5, joined.getSegment());
    }
}
