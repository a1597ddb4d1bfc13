package io.godwit.monitors.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SampleTimesTest {
    private static final long PERIOD = 1_000_000_000;
    private final SampleTimes times = new SampleTimes(PERIOD);

    @Test
    void a_host_has_the_same_place_in_every_period_whoever_samples_it() {
        long first = times.nanosUntilNext("sim-a-h01", 0);
        assertEquals(first, times.nanosUntilNext("sim-a-h01", 17 * PERIOD));
        assertEquals(0, new SampleTimes(PERIOD).nanosUntilNext("sim-a-h01", first));
        assertEquals(PERIOD - 1, times.nanosUntilNext("sim-a-h01", first + 1));
    }

    @Test
    void hosts_are_spread_over_the_period() {
        int[] tenths = new int[10];
        for (int i = 0; i < 10_000; i++) {
            tenths[(int) (times.nanosUntilNext("sim-a-h%05d".formatted(i), 0) * 10 / PERIOD)]++;
        }
        for (int count : tenths) {
            assertTrue(count > 700 && count < 1300, "a tenth of the period holds " + count + " of 10000 hosts");
        }
    }
}
