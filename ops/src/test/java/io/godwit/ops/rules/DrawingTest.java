package io.godwit.ops.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.godwit.ceprules.engine.RuleCheck;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DrawingTest {
    @Test
    void observations_come_by_time_whatever_their_order_in_the_file_and_before_the_tick_of_their_second() {
        assertEquals(
                List.of(
                        new Drawn("h2", "", 500, Optional.of(2_000L), 900),
                        new Drawn("h1", "", 1_000, Optional.of(3_000L), 1001)),
                drawn("select hostId, cpuPermille as value from HostSample(cpuPermille > 850)", """
                    scenarios:
                      - name: two hosts
                        events:
                          - {at: 1s, HostSample: {hostId: h1, cpuDemandMillicores: 8001}}
                          - {at: 500ms, HostSample: {hostId: h2, cpuPermille: 900}}
                          - {at: 700ms, HostSample: {hostId: h1, cpuPermille: 850}}
                        expect: none
                    """));
    }

    @Test
    void a_scenario_that_ends_early_leaves_its_detections_open() {
        assertEquals(
                List.of(new Drawn("h1", "", 1_000, Optional.empty(), 0)),
                drawn("select hostId from HostLoss(reason = 'reset', monitor = 'm2')", """
                    scenarios:
                      - name: short
                        lasts: 2s
                        events: [{at: 1s, HostLoss: {hostId: h1, reason: reset, monitor: m2}}]
                        expect: none
                    """));
    }

    @Test
    void time_begins_with_2026_and_vms_are_told_apart() {
        assertEquals(
                List.of(new Drawn("h1", "v1", 0, Optional.of(2_000L), 1_767_225_600_000L)),
                drawn(
                        "select hostId, vmId, atMillis as value from VmNews(change = 'CRASHED' and detail like"
                                + " '%gone%')",
                        """
                        scenarios:
                          - name: one VM of two
                            events:
                              - {at: 0s, VmNews: {hostId: h1, vmId: v1, change: CRASHED, detail: "it is gone now"}}
                              - {at: 0s, VmNews: {hostId: h1, vmId: v2, change: CRASHED}}
                            expect: none
                        """));
    }

    @Test
    void hosts_are_who_the_scenario_says_and_else_called_as_their_id_in_one_rack() {
        String events = """
            events: [{at: 0s, HostLoss: {hostId: h1}}, {at: 0s, HostLoss: {hostId: h2}}]
                expect: none
            """;
        String where = "select hostId from HostLoss(site = '%s' and rack = '%s' and hostName = '%s')";
        assertEquals(
                List.of(new Drawn("h2", "", 0, Optional.of(2_000L), 0)),
                drawn(where.formatted("local", "r1", "h2"), "scenarios:\n  - name: some\n    " + events));
        assertEquals(
                List.of(new Drawn("h1", "", 0, Optional.of(2_000L), 0)),
                drawn(
                        where.formatted("rennes", "r9", "web"),
                        "scenarios:\n  - name: some\n    hosts: {h1: {site: rennes, rack: r9, name: web}}\n    "
                                + events));
    }

    private static List<Drawn> drawn(String statement, String scenarios) {
        RuleCheck.Admitted rule =
                assertInstanceOf(RuleCheck.Admitted.class, RuleCheck.check("// name: mine\n// hold: 1s\n" + statement));
        ScenarioReader.Read read = ScenarioReader.of(scenarios);
        assertEquals(List.of(), read.faults());
        return Drawing.of(rule.compiled(), read.scenarios().getFirst());
    }
}
