package io.godwit.monitors.hosts.simulated.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoissonLoadTest {
    private static final long SECOND = 1_000_000;
    private static final Duration PERIOD = Duration.ofMinutes(5);
    private final PoissonLoad load = new PoissonLoad(23, 70, 30, PERIOD);

    @Test
    void every_vm_starts_at_the_mean() {
        for (int vm = 0; vm < 100; vm++) {
            assertEquals(700, load.at(vm, 0).cpuPermille());
        }
    }

    @Test
    void a_vm_changes_once_per_period_on_average_and_only_to_tens_of_percent() {
        long hour = 3600 * SECOND;
        int changes = 0;
        long sumPermille = 0;
        for (int vm = 0; vm < 500; vm++) {
            for (long at = load.at(vm, 0).untilMicros();
                    at < hour;
                    at = load.at(vm, at).untilMicros()) {
                int permille = load.at(vm, at).cpuPermille();
                assertTrue(permille >= 0 && permille <= 1000 && permille % 100 == 0, "load " + permille);
                sumPermille += permille;
                changes++;
            }
        }
        assertEquals(12, changes / 500.0, 0.5); // an hour holds 12 periods of 300 s
        // gaussian(70, 30) clipped to 0..100 has its mean at 67.0, because more is cut off above than below
        assertEquals(670, (double) sumPermille / changes, 10);
    }

    @Test
    void gaps_between_changes_are_exponential() {
        List<Long> gaps = new ArrayList<>();
        for (int vm = 0; vm < 300; vm++) {
            for (long at = load.at(vm, 0).untilMicros(); at < 20_000 * SECOND; ) {
                long next = load.at(vm, at).untilMicros();
                gaps.add(next - at);
                at = next;
            }
        }
        double longerThanPeriod =
                gaps.stream().filter(gap -> gap > 300 * SECOND).count() / (double) gaps.size();
        assertEquals(Math.exp(-1), longerThanPeriod, 0.02);
    }

    @Test
    void a_moment_has_the_same_load_however_it_is_reached() {
        PoissonLoad again = new PoissonLoad(23, 70, 30, PERIOD);
        long month = 30L * 86400 * SECOND;
        assertEquals(load.at(7, month), again.at(7, month));
        Load.Step step = load.at(7, 1000 * SECOND);
        assertEquals(step, load.at(7, step.untilMicros() - 1));
        assertNotEquals(step.untilMicros(), load.at(7, step.untilMicros()).untilMicros());
    }

    @Test
    void vms_and_seeds_are_independent() {
        assertNotEquals(load.at(1, 0).untilMicros(), load.at(2, 0).untilMicros());
        assertNotEquals(
                load.at(1, 0).untilMicros(),
                new PoissonLoad(24, 70, 30, PERIOD).at(1, 0).untilMicros());
    }
}
