package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schemas.events.VmChange;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two hosts of two cores; four VMs of one core, two at home on each. All figures by hand. */
final class LoadMeterTest {
    private static final long START = 1_000_000_000;
    private static final long SECOND = 1_000_000;
    private static final SimulatedFleet FLEET = fleet();

    @Test
    void a_jump_above_the_capacity_between_two_samples_is_a_violation_of_its_exact_length() {
        LoadMeter meter = meter(jump(3_100_000, 3_700_000));
        meter.advance(START + 10 * SECOND);
        assertEquals(List.of(violation("h0", 3_100_000, 3_700_000)), meter.violations());
    }

    @Test
    void as_much_as_the_capacity_is_no_violation() {
        LoadMeter meter = meter((_, _) -> Load.Step.ofCpu(1000, Long.MAX_VALUE)); // two cores of two
        meter.advance(START + 10 * SECOND);
        assertEquals(List.of(), meter.violations());
    }

    @Test
    void a_violation_ends_when_a_vm_has_left_and_its_target_is_charged() {
        LoadMeter meter = meter(jump(2 * SECOND, Long.MAX_VALUE)); // vm 0 asks for 1.5 of h0's 2 cores, vm 1 for 1
        meter.take(migratedIn("h1", 0), START + 5 * SECOND); // 1.5 + 1 + 1 of h1's 2 cores
        meter.advance(START + 7 * SECOND);
        assertEquals(
                List.of(violation("h0", 2 * SECOND, 5 * SECOND), violation("h1", 5 * SECOND, 7 * SECOND)),
                meter.violations());
        assertEquals(
                FLEET.hosts().get(1).hostId(),
                meter.placeOf(FLEET.vms().getFirst().vmId()));
    }

    @Test
    void a_crash_ends_a_violation() {
        LoadMeter meter = meter(jump(2 * SECOND, Long.MAX_VALUE));
        meter.take(new HostEvent.ConnectionLost(FLEET.hosts().getFirst().hostId(), "crashed"), START + 4 * SECOND);
        meter.advance(START + 9 * SECOND);
        assertEquals(List.of(violation("h0", 2 * SECOND, 4 * SECOND)), meter.violations());
    }

    @Test
    void energy_is_power_by_load_times_time() {
        LoadMeter meter = meter((_, _) -> Load.Step.ofCpu(500, Long.MAX_VALUE)); // each host half loaded: 150 W
        meter.advance(START + 3600 * SECOND);
        assertEquals(300, meter.wattHours(), 1e-9);
        meter.take(new HostEvent.ConnectionLost(FLEET.hosts().getFirst().hostId(), "crashed"), START + 3600 * SECOND);
        meter.advance(START + 7200 * SECOND);
        assertEquals(300 + 150 + 10, meter.wattHours(), 1e-9); // a host that is off draws 10 W
    }

    @Test
    void violations_are_drawn_with_how_many_were_open_at_once() {
        List<LoadMeter.Violation> violations = List.of(
                violation("h0", 2 * SECOND, 5 * SECOND),
                violation("h1", 4 * SECOND, 6 * SECOND),
                violation("h0", 6 * SECOND, 7 * SECOND));
        assertEquals(
                List.of("2.0 1.0", "4.0 2.0", "5.0 1.0", "6.0 1.0", "7.0 0.0"),
                Course.open(violations, START).stream()
                        .map(level -> level.seconds() + " " + level.value())
                        .toList());
    }

    /** VM 0 asks for a core and a half from one moment to another, and for half a core otherwise; the others for one. */
    private static Load jump(long from, long to) {
        return (vm, micros) -> {
            if (vm > 0) {
                return Load.Step.ofCpu(1000, Long.MAX_VALUE);
            }
            return micros < from
                    ? Load.Step.ofCpu(500, from)
                    : micros < to ? Load.Step.ofCpu(1500, to) : Load.Step.ofCpu(500, Long.MAX_VALUE);
        };
    }

    private static LoadMeter meter(Load load) {
        return new LoadMeter(FLEET, load, PowerCurve.DEFAULT, false, START);
    }

    private static LoadMeter.Violation violation(String host, long from, long to) {
        return new LoadMeter.Violation("sim-sim-" + host, START + from, START + to);
    }

    private static HostEvent migratedIn(String host, int vm) {
        return new HostEvent.VmChangeSeen(
                "sim-sim-" + host, FLEET.vms().get(vm).vmId(), VmChange.MIGRATED_IN, "", START);
    }

    private static SimulatedFleet fleet() {
        return new SimulatedFleet(
                "sim",
                IntStream.range(0, 2)
                        .mapToObj(host -> new SimulatedFleet.Host(
                                "sim-sim-h" + host, "r1", "h" + host, 2000, 8L << 30, 125_000_000))
                        .toList(),
                IntStream.range(0, 4)
                        .mapToObj(vm -> SimulatedFleet.Vm.of("sim", Integer.toString(vm), 1, 1 << 30, 10, vm / 2))
                        .toList());
    }
}
