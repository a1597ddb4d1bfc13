package io.godwit.monitors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.monitors.hosts.simulated.HostsConfig;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class MonitorConfigTest {
    private static String fault(Supplier<Object> settings) {
        return assertThrows(IllegalArgumentException.class, settings::get).getMessage();
    }

    @Test
    void defaults_are_pinned() {
        assertEquals(
                new MonitorConfig(Duration.ofSeconds(1), Duration.ofSeconds(30), "127.0.0.1:0"),
                MonitorConfig.DEFAULTS);
        assertEquals(
                new HostsConfig(
                        40,
                        400,
                        4,
                        800,
                        23,
                        "",
                        70,
                        30,
                        Duration.ofMinutes(5),
                        "",
                        Duration.ZERO,
                        Duration.ofMinutes(5),
                        "127.0.0.1:7461"),
                HostsConfig.DEFAULTS);
    }

    @Test
    void a_wrong_setting_is_told_with_key_value_bound_and_remedy() {
        assertEquals(
                "monitor.sample-period is 10ms; give 100ms to 300s, or drop the key for 1s",
                fault(() -> new MonitorConfig(Duration.ofMillis(10), Duration.ofSeconds(30), "127.0.0.1:0")));
        assertEquals(
                "monitor.listen is \"here\"; give address:port with a port of 0 to 65535, as in 127.0.0.1:7461",
                fault(() -> new MonitorConfig(Duration.ofSeconds(1), Duration.ofSeconds(30), "here")));
        HostsConfig plain = HostsConfig.DEFAULTS;
        assertEquals(
                "hosts.racks is 50; give 1 to 40, or drop the key for 4",
                fault(() -> new HostsConfig(
                        40,
                        400,
                        50,
                        800,
                        23,
                        "",
                        70,
                        30,
                        plain.loadChangePeriod(),
                        "",
                        plain.crashEvery(),
                        plain.crashDuration(),
                        plain.listen())));
    }
}
