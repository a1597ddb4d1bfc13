package io.godwit.executors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.executors.migration.Stall;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ExecutorConfigTest {
    private static final ExecutorConfig STANDARD = ExecutorConfig.DEFAULTS;

    @Test
    void the_defaults_are_these() {
        assertEquals(Duration.ofSeconds(3), STANDARD.session());
        assertEquals(Duration.ofMillis(500), STANDARD.margin());
        assertEquals(2, STANDARD.movesPerHost());
        assertEquals(Duration.ofMinutes(10), STANDARD.moveTimeout());
        assertEquals(Duration.ofSeconds(30), STANDARD.lookPatience());
        assertEquals(Duration.ofSeconds(2), STANDARD.progressPeriod());
        assertEquals(Stall.THROTTLE, STANDARD.stall());
        assertEquals(Duration.ofSeconds(30), STANDARD.stalledAfter());
    }

    @Test
    void a_setting_out_of_bounds_is_told_with_key_value_bound_and_remedy() {
        IllegalArgumentException told = assertThrows(
                IllegalArgumentException.class,
                () -> new ExecutorConfig(
                        STANDARD.session(),
                        STANDARD.margin(),
                        40,
                        STANDARD.movesPerLink(),
                        STANDARD.bandwidthMax(),
                        STANDARD.moveTimeout(),
                        STANDARD.lookPatience(),
                        STANDARD.progressPeriod(),
                        STANDARD.stall(),
                        STANDARD.stalledAfter(),
                        STANDARD.stateDirectory()));
        assertEquals("executor.moves-per-host is 40; give 1 to 16, or drop the key for 2", told.getMessage());
    }

    @Test
    void a_margin_that_eats_the_session_is_refused() {
        IllegalArgumentException told = assertThrows(
                IllegalArgumentException.class,
                () -> new ExecutorConfig(
                        STANDARD.session(),
                        Duration.ofSeconds(2),
                        2,
                        STANDARD.movesPerLink(),
                        STANDARD.bandwidthMax(),
                        STANDARD.moveTimeout(),
                        STANDARD.lookPatience(),
                        STANDARD.progressPeriod(),
                        STANDARD.stall(),
                        STANDARD.stalledAfter(),
                        STANDARD.stateDirectory()));
        assertEquals("executor.margin is 2000 ms; give 50 to 1000 ms, or drop the key for 500ms", told.getMessage());
    }
}
