package io.godwit.ops.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.partition.Throughput;
import io.godwit.schemas.units.Bandwidth;
import io.godwit.schemas.units.ByteSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    private static final Path FILE = Path.of("region.yaml");

    record Mover(Duration timeOut, Bandwidth bandwidth, int concurrentMoves) {
        static final Mover DEFAULTS = new Mover(Duration.ofMinutes(10), new Bandwidth(32 << 20), 2);

        Mover {
            if (concurrentMoves < 1 || concurrentMoves > 16) {
                throw new IllegalArgumentException(
                        "mover.concurrent-moves is " + concurrentMoves + "; give 1 to 16, or drop the key for 2");
            }
        }
    }

    record Region(String name, ByteSize retain, Map<String, String> client, List<String> racks, Mover mover) {
        static final Region DEFAULTS =
                new Region("local", ByteSize.ofGibibytes(2), Map.of(), List.of(), Mover.DEFAULTS);
    }

    @Test
    void what_the_file_does_not_name_keeps_its_default() throws Exception {
        assertEquals(Region.DEFAULTS, Settings.parse(FILE, "", Region.class));
        assertEquals(Region.DEFAULTS, Settings.parse(FILE, "mover:\n", Region.class));
        assertEquals(
                new Region(
                        "west",
                        ByteSize.ofGibibytes(5),
                        Map.of("security.protocol", "SSL"),
                        List.of("r1", "r2"),
                        new Mover(Duration.ofSeconds(90), new Bandwidth(125 << 20), 2)),
                Settings.parse(FILE, """
                    name: west
                    retain: 5GiB
                    client:
                      security.protocol: SSL
                    racks: [r1, r2]
                    mover:
                      time-out: 90s
                      bandwidth: 125MiB/s
                    """, Region.class));
    }

    @Test
    void all_faults_are_told_in_one_message_each_with_its_line_and_the_remedy() {
        SettingsFault fault = assertThrows(SettingsFault.class, () -> Settings.parse(FILE, """
            retain: 2GB
            mover:
              timeout: 5m
              bandwidth: 32MiB
            colour: red
            """, Region.class));
        assertEquals("""
            region.yaml has 4 faults:
              line 5: colour is no key; known here are name, retain, client, racks, mover
              line 1: retain: "2GB" is no size; write a whole number and a unit of B, KiB, MiB, GiB, TiB, as in 2GiB, or drop the key for 2GiB
              line 3: mover.timeout is no key; did you mean time-out?
              line 4: mover.bandwidth: "32MiB" is no bandwidth; write a size per second, as in 125MiB/s, or drop the key for 32MiB/s\
            """, fault.getMessage());
    }

    @Test
    void a_value_out_of_its_bounds_is_told_with_the_line_of_its_key() {
        SettingsFault fault = assertThrows(
                SettingsFault.class,
                () -> Settings.parse(FILE, "mover:\n  time-out: 5m\n  concurrent-moves: 40\n", Region.class));
        assertEquals(
                "region.yaml: line 3: mover.concurrent-moves is 40; give 1 to 16, or drop the key for 2",
                fault.getMessage());
    }

    @Test
    void what_hosts_carry_is_written_as_rates_by_host() throws Exception {
        DecisionSettings decisions = Settings.parse(FILE, """
            throughput:
              network: 1GiB/s
              hosts:
                local/r1/h1: {disk: 5MiB/s}
            """, DecisionSettings.class);
        assertEquals(
                new Throughput(
                        new Bandwidth(1 << 30),
                        new Bandwidth(0),
                        Map.of("local/r1/h1", new Throughput.OfHost(new Bandwidth(0), new Bandwidth(5 << 20)))),
                decisions.throughput());
        assertEquals(decisions, DecisionSettings.parse(decisions.toJson()));
        assertEquals(
                List.of(
                        "throughput.network=1GiB/s",
                        "throughput.hosts.local/r1/h1.network=0B/s",
                        "throughput.hosts.local/r1/h1.disk=5MiB/s"),
                Settings.changed(decisions, DecisionSettings.DEFAULTS));
    }

    @Test
    void a_file_that_is_no_YAML_is_told_with_the_place() {
        SettingsFault fault =
                assertThrows(SettingsFault.class, () -> Settings.parse(FILE, "a: [1\nb: 2\n", Region.class));
        assertTrue(fault.getMessage().startsWith("region.yaml: is no YAML: "), fault.getMessage());
        assertTrue(fault.getMessage().contains("line"), fault.getMessage());
    }

    @Test
    void a_second_document_is_a_fault_and_not_passed_over() {
        SettingsFault fault = assertThrows(
                SettingsFault.class, () -> Settings.parse(FILE, "---\nname: west\n---\nname: east\n", Region.class));
        assertEquals(
                "region.yaml: is no YAML: line 4: a second document begins; keep one in a file", fault.getMessage());
    }

    @Test
    void settings_are_shown_as_they_are_written_with_secrets_masked() {
        Region region = new Region(
                "west", ByteSize.ofGibibytes(2), Map.of("ssl.key.password", "hush"), List.of(), Mover.DEFAULTS);
        assertEquals(
                List.of(
                        "name=west",
                        "retain=2GiB",
                        "client.ssl.key.password=****",
                        "racks=[]",
                        "mover.time-out=10m",
                        "mover.bandwidth=32MiB/s",
                        "mover.concurrent-moves=2"),
                Settings.lines(region));
    }

    @Test
    void those_that_differ_from_the_defaults_are_shown_alone() {
        Region usual = new Region("west", ByteSize.ofGibibytes(2), Map.of(), List.of(), Mover.DEFAULTS);
        Region other = new Region("west", ByteSize.ofGibibytes(1), Map.of(), List.of(), Mover.DEFAULTS);
        assertEquals(List.of("retain=1GiB"), Settings.changed(other, usual));
        assertEquals(List.of(), Settings.changed(usual, usual));
    }
}
