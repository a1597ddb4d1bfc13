package io.godwit.ops.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.observations.HostLabel;
import io.godwit.ops.rules.Scenario.End;
import io.godwit.ops.rules.Scenario.Expected;
import io.godwit.ops.rules.Scenario.Given;
import io.godwit.ops.settings.YamlNode.Spot;
import io.godwit.schemas.events.VmChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ScenarioReaderTest {
    @Test
    void a_scenario_is_read_with_its_times_observations_and_expectations() {
        ScenarioReader.Read read = ScenarioReader.of("""
            scenarios:
              - name: all there is
                lasts: 2m
                hosts: {h1: {rack: r7}, h2: {site: rennes, name: web-2}}
                sample: {cpuCapacityMillicores: 4000, cpuPermille: 500, memoryUsedBytes: 8GiB}
                events:
                  - {at: 10s, HostSample: {hostId: h1, cpuDemandMillicores: 5000, vms: 2}}
                  - {every: 500ms, until: 1s, HostSample: {hostId: h2, monitor: m2, samplePeriodMillis: 500}}
                  - {at: 11s, VmNews: {hostId: h1, vmId: v1, change: CRASHED, detail: "qemu: gone"}}
                  - {at: 12s, Probe: {hostId: h1, answered: false}}
                  - at: 13s
                    HostLoss: {hostId: h1, reason: reset}
                expect:
                  - {hostId: h1, begins: 10s, within: 1s, ends: 40s, value: 4}
                  - {hostId: h1, vmId: v1, begins: 11s, ends: never}
              - name: nothing
                events: [{at: 0, Probe: {hostId: h1, answered: true, prober: p}}]
                expect: none
            """);
        assertEquals(List.of(), read.faults());
        assertEquals(
                List.of(
                        new Scenario(
                                "all there is",
                                new Spot(2, 5),
                                Optional.of(120_000L),
                                Map.of(
                                        "h1", new HostLabel("h1", "local", "r7", "h1"),
                                        "h2", new HostLabel("h2", "rennes", "r1", "web-2")),
                                List.of(
                                        Given.once(10_000, sample("h1", "monitor-1", 10_000, 5000, 4000, 2)),
                                        new Given(0, 500, 1000, sample("h2", "m2", 500, 2000, 2000, 0)),
                                        Given.once(
                                                11_000,
                                                new Observation.VmNews("h1", "v1", VmChange.CRASHED, "qemu: gone")),
                                        Given.once(12_000, new Observation.Probe("h1", "overlay-1", false)),
                                        Given.once(13_000, new Observation.HostLoss("h1", "monitor-1", "reset"))),
                                List.of(
                                        new Expected(
                                                new Spot(14, 9),
                                                "h1",
                                                "",
                                                10_000,
                                                1000,
                                                new End.At(40_000),
                                                Optional.of(4L)),
                                        new Expected(
                                                new Spot(15, 9),
                                                "h1",
                                                "v1",
                                                11_000,
                                                0,
                                                new End.Never(),
                                                Optional.empty()))),
                        new Scenario(
                                "nothing",
                                new Spot(16, 5),
                                Optional.empty(),
                                Map.of(),
                                List.of(Given.once(0, new Observation.Probe("h1", "p", true))),
                                List.of())),
                read.scenarios());
    }

    private static Observation sample(
            String hostId, String monitor, int periodMillis, long demand, long used, int vms) {
        return new Observation.HostSample(
                hostId, monitor, periodMillis, 4000, demand, used, 64L << 30, 8L << 30, vms, "", 0);
    }

    @Test
    void every_fault_of_a_file_is_told_with_its_place_and_the_remedy() {
        assertEquals(
                List.of(
                        "2:5: name is missing; give a sentence about hosts",
                        "2:12: the scenario lasts 5s, and its last observation comes at 99s; let it last so long, or"
                                + " drop the key",
                        "3:14: \"hostId\" is no key of what all samples say; known here are monitor,"
                                + " samplePeriodMillis, cpuCapacityMillicores, cpuDemandMillicores, cpuUsedMillicores,"
                                + " cpuPermille, memoryCapacityBytes, memoryUsedBytes, memoryPermille, vms,"
                                + " cpuModel, migrationBytesPerSecond",
                        "3:31: vms: -1 is out of bounds; give 0 to 1000",
                        "5:19: \"HostSampel\" is no key of an observation; did you mean HostSample?",
                        "6:14: at: \"soon\" is no duration; write a whole number and a unit of ms, s, m, h, d, as in"
                                + " 10m",
                        "6:62: memoryUsedBytes: \"much\" is no size; write a whole number and a unit of B, KiB, MiB,"
                                + " GiB, TiB, as in 2GiB",
                        "7:17: \"every\" is 0; give 1ms or more",
                        "7:39: answered is missing; give true or false",
                        "8:18: ticks come by themselves each second; drop the Sweep",
                        "9:9: no observation is named; give one of HostSample, VmNews, Probe, HostLoss",
                        "10:18: \"until\" stands without \"every\"; give both, or drop it",
                        "10:39: hostId is missing; give a host, as in hostId: h1",
                        "10:40: \"host\" is no key of a HostLoss; did you mean hostId?",
                        "11:36: \"until\" is 2s, before the first at 9s; give a later time",
                        "11:78: change: \"GONE\" is no change of a VM; give one of STARTED, RESUMED, SUSPENDED,"
                                + " SHUT_DOWN, STOPPED, FAILED, CRASHED, MIGRATED_IN, MIGRATED_OUT, DEFINED, UNDEFINED,"
                                + " JOB_COMPLETED",
                        "12:43: cpuPermille and cpuDemandMillicores say the same twice; keep one of them",
                        "12:43: cpuPermille 901 is no whole amount of a capacity of 500; give cpuDemandMillicores, or"
                                + " a larger capacity",
                        "13:9: several observations stand in one; give one of HostSample, VmNews, Probe, HostLoss",
                        "13:49: answered: \"perhaps\" is neither true nor false; give one of them",
                        "14:14: at: \"25h\" is more than a scenario may last; give 0 to 1d",
                        "14:29: a HostLoss has keys: hostId, monitor, reason; give them",
                        "15:14: at has keys or items below it; give one value",
                        "15:39: hostId: nothing stands here; give a text",
                        "17:9: hostId is missing; give the host that it speaks of",
                        "17:10: \"host\" is no key of an expected detection; did you mean hostId?",
                        "17:39: \"ends\" is 5s, before it begins at 10s; give a later time",
                        "18:41: \"ends\" is 5s, before it begins at 10s; give a later time",
                        "18:52: value: \"1.5\" is no whole number; give one without a unit",
                        "20:12: the scenario lasts 10s, and its last observation comes at 101s; let it last so long,"
                                + " or drop the key",
                        "21:5: the scenario gives 101001 observations; give at most 100000, with a longer \"every\"",
                        "22:13: expect is no list, or an empty one; give a list of detections, or none"),
                faults("""
                    scenarios:
                      - lasts: 5s
                        sample: {hostId: h9, vms: -1}
                        events:
                          - {at: 10s, HostSampel: {hostId: h1}}
                          - {at: soon, HostSample: {hostId: h1, memoryUsedBytes: much}}
                          - {every: 0s, until: 1s, Probe: {hostId: h1}}
                          - {at: 1s, Sweep: {}}
                          - {at: 1s}
                          - {at: 1s, until: 2s, HostLoss: {host: h1}}
                          - {at: 9s, every: 1s, until: 2s, VmNews: {hostId: h1, vmId: v, change: GONE}}
                          - {at: 1s, HostSample: {hostId: h1, cpuPermille: 901, cpuDemandMillicores: 3, cpuCapacityMillicores: 500}}
                          - {at: 99s, Probe: {hostId: h1, answered: perhaps}, HostLoss: {hostId: h1}}
                          - {at: 25h, HostLoss: h1}
                          - {at: [1s], HostLoss: {hostId: ""}}
                        expect:
                          - {host: h1, begins: 10s, ends: 5s}
                          - {hostId: h1, begins: 10s, ends: 5s, value: 1.5}
                      - name: too many
                        lasts: 10s
                        events: [{every: 1ms, until: 101s, HostLoss: {hostId: h1}}]
                        expect: []
                    """));
    }

    @Test
    void two_scenarios_of_one_name_are_a_fault() {
        String one = "  - {name: a, expect: none, events: [{at: 1s, HostLoss: {hostId: h1}}]}\n";
        assertEquals(
                List.of("3:5: another scenario, in line 2, is called \"a\" as well; give each its own name"),
                faults("scenarios:\n" + one + one));
    }

    @Test
    void what_is_no_file_of_scenarios_is_told() {
        assertEquals(List.of("1:1: scenarios is missing; give a list of scenarios"), faults(""));
        assertEquals(
                List.of("1:12: scenarios is no list, or an empty one; give a list of scenarios"),
                faults("scenarios: 3"));
        assertEquals(List.of("1:1: the file has keys: scenarios; give them"), faults("- 1"));
        assertTrue(
                faults("scenarios: [\nb: 2\n").getFirst().contains("is no YAML: "),
                faults("scenarios: [\nb: 2\n")::toString);
        assertEquals(
                List.of("2:1: \"scenarios\" stands in line 1 already; keep one of them"),
                faults("scenarios: 1\nscenarios: 2\n"));
    }

    @Test
    void the_reader_knows_each_property_that_the_page_names_and_no_other() throws IOException {
        Path page = Path.of("docs", "rules.md");
        String text = Files.readString(Files.exists(page) ? page : Path.of("..").resolve(page));
        Map<String, TreeSet<String>> named = new LinkedHashMap<>();
        String type = "";
        String table = text.substring(text.indexOf("## Observations"), text.indexOf("## What is admitted"));
        for (String line : table.lines().toList()) {
            String[] cells = line.split("\\|", -1);
            if (cells.length > 3 && !cells[1].contains("-")) {
                type = cells[1].isBlank() ? type : cells[1].replace("`", "").strip();
                for (String property : cells[2].replace("`", "").strip().split(", *", -1)) {
                    if (!property.isBlank() && !property.equals("property")) {
                        named.computeIfAbsent(type, _ -> new TreeSet<>()).add(property);
                    }
                }
            }
        }
        assertEquals(new TreeSet<>(List.of("atMillis", "observation")), named.remove("all"));
        assertEquals(new TreeSet<>(List.of("site", "rack", "hostName")), named.remove("all with a host"));
        Map<String, TreeSet<String>> known = new LinkedHashMap<>();
        ObservationReader.PROPERTIES.forEach((name, properties) -> known.put(name, new TreeSet<>(properties)));
        assertEquals(named, known);
    }

    @Test
    void a_host_that_is_described_is_observed_and_described_by_its_rack_site_and_name() {
        assertEquals(
                List.of(
                        "3:18: \"rak\" is no key of a host; did you mean rack?",
                        "3:28: no observation is of host \"h2\"; mend its name, or drop it",
                        "3:32: a host has keys: rack, site, name; give them",
                        "7:12: hosts are named one by one; give them, as in h1: {rack: r1}"),
                faults("""
                    scenarios:
                      - name: one
                        hosts: {h1: {rak: r1}, h2: r1}
                        events: [{at: 0s, HostLoss: {hostId: h1}}]
                        expect: none
                      - name: two
                        hosts: [h1]
                        events: [{at: 0s, HostLoss: {hostId: h1}}]
                        expect: none
                    """));
    }

    private static List<String> faults(String text) {
        return ScenarioReader.of(text).faults().stream()
                .map(fault -> fault.at().line() + ":" + fault.at().column() + ": " + fault.says())
                .toList();
    }
}
