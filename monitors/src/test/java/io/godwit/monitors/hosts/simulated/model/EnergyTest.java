package io.godwit.monitors.hosts.simulated.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class EnergyTest {
    private static final long HOUR = 3_600_000_000L;

    @Test
    void the_default_host_draws_100_to_200_w_by_what_it_is_asked_for() {
        assertEquals(100_000, PowerCurve.DEFAULT.milliwatts(0, 8000));
        assertEquals(125_000, PowerCurve.DEFAULT.milliwatts(2000, 8000));
        assertEquals(133_333, PowerCurve.DEFAULT.milliwatts(1, 3));
        assertEquals(200_000, PowerCurve.DEFAULT.milliwatts(8000, 8000));
        assertEquals(200_000, PowerCurve.DEFAULT.milliwatts(12_000, 8000), "it cannot give more than it has");
    }

    @Test
    void between_two_points_of_a_curve_runs_a_straight_line() {
        PowerCurve curve = new PowerCurve("c", List.of(10L, 20L, 20L, 20L, 20L, 20L, 20L, 20L, 20L, 20L, 120L), 0);
        assertEquals(15, curve.milliwatts(5, 100));
        assertEquals(20, curve.milliwatts(50, 100));
        assertEquals(70, curve.milliwatts(95, 100));
        assertThrows(IllegalArgumentException.class, () -> new PowerCurve("c", List.of(1L), 0));
    }

    @Test
    void energy_does_not_depend_on_how_often_it_is_asked() {
        EnergyMeter once = new EnergyMeter(2, 0);
        EnergyMeter often = new EnergyMeter(2, 0);
        for (EnergyMeter meter : List.of(once, often)) {
            meter.draws(0, 100_001, 0);
            meter.draws(1, 200_000, 0);
        }
        for (long micros = 0; micros < HOUR; micros += 777_777) {
            often.advance(micros);
        }
        once.advance(HOUR);
        often.advance(HOUR);
        assertEquals(once.millijoules(), often.millijoules());
        assertEquals(300_001L * 3600, once.millijoules());
        assertEquals(300.001, once.wattHours());
    }

    @Test
    void a_host_that_is_off_draws_what_its_curve_says_for_that() {
        EnergyMeter meter = new EnergyMeter(1, 0);
        meter.draws(0, PowerCurve.DEFAULT.milliwatts(0, 8), 0);
        meter.draws(0, PowerCurve.DEFAULT.offMilliwatts(), HOUR);
        meter.advance(2 * HOUR);
        assertEquals(110.0, meter.wattHours());
        assertThrows(IllegalArgumentException.class, () -> meter.advance(HOUR));
    }
}
