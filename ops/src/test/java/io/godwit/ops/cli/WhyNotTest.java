package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.ConstraintKind;
import io.godwit.schemas.events.ConstraintResource;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RejectedMove;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.events.StatedConstraint;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** h1 with v1 and v2, and h2 that is empty, in one segment. */
final class WhyNotTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Position NOWHERE = new Position("detections.host.v1", 0, 0L, "", "");

    private final MemoryLog log = new MemoryLog("a", 1);

    @BeforeEach
    void begin() {
        for (String host : List.of("h1", "h2")) {
            add(Topic.INVENTORY, 0, new HostJoined(host, "a", "r", host, 0, "simulated:" + host, "", "test", "test"));
        }
        add(Topic.CONTROLS, 0, new ModeChanged("a", "auto", "ann", "go"));
    }

    @Test
    void a_host_that_is_well_is_told_how_far_it_was_from_the_levels() {
        builtIn("overload");
        sampled(10, "h1", 7_000);
        List<String> lines = host("h1", 11);
        assertTrue(
                lines.contains("MISSED rule overload: cpu demand 7000 of 8000 mc: 1001 mc below an overload at once"
                        + " (above 100 %)"),
                lines::toString);
        assertTrue(
                lines.contains("CLEAR rule underload: no version of it is live that this build knows the levels of"),
                lines::toString);
        assertTrue(lines.contains("CLEAR mode: auto (ann: go)"), lines::toString);
        assertTrue(lines.stream().noneMatch(line -> line.startsWith("HELD_BACK")), lines::toString);
    }

    @Test
    void an_open_detection_is_told_with_the_end_of_its_newest_try_and_what_that_left() {
        sampled(10, "h1", 8_100);
        detected();
        List<String> lines = host("h1", 11);
        assertTrue(
                lines.contains("HELD_BACK detection: overload d1 is open after one try, the newest (p-0-1) ended"
                        + " infeasible: no host has room; it is tried again after a back-off, 2.0 s and doubled up to"
                        + " 30.0 s, or once room was made"),
                lines::toString);
        assertTrue(lines.contains("HELD_BACK a plan: v1: spread(v1, v2) keeps it from h2"), lines::toString);
        assertTrue(
                lines.contains("MISSED rule overload: it stays open: 740 mc of CPU above the 92 % at which it ends"),
                lines::toString);
    }

    @Test
    void a_mode_a_spent_budget_and_an_old_sample_hold_a_host_back() {
        add(Topic.CONTROLS, 1, new ModeChanged("a", "off", "bob", "lightning"));
        settings("{\"movesPerHour\":{\"vm\":1,\"host\":1,\"rack\":5,\"site\":0,\"headroom\":0}}");
        sampled(10, "h1", 7_000);
        moved();
        List<String> lines = host("h1", 60);
        assertTrue(lines.contains("HELD_BACK mode: off (bob: lightning): nothing is decided"), lines::toString);
        assertTrue(
                lines.contains("HELD_BACK budget: moves-per-hour.host is 1: the last hour saw 1 moves from or to it, so"
                        + " it is spent"),
                lines::toString);
        assertTrue(
                lines.contains(
                        "CLEAR budget: moves-per-hour.rack is 5: the last hour saw 1 moves from hosts of its rack"
                                + " in its segment"),
                lines::toString);
        assertTrue(
                lines.contains("HELD_BACK quality: its newest sample is 51.0 s old, more than 3 periods of 1.0 s, and"
                        + " begins no move"),
                lines::toString);
    }

    @Test
    void what_operators_rules_detect_begins_nothing_and_says_so() {
        sampled(10, "h1", 7_000);
        add(Topic.DETECTIONS, 9, began(DetectionKind.CUSTOM, "busy"));
        assertTrue(
                host("h1", 11)
                        .contains(
                                "HELD_BACK detection: custom d1 is open, and no host partition was opened for it: what"
                                        + " operators' rules detect is shown and begins nothing"),
                host("h1", 11)::toString);
    }

    @Test
    void a_vm_is_kept_by_its_hold_by_plans_that_let_it_stay_and_bound_by_constraints() {
        sampled(10, "h1", 8_100, "v1", "v2");
        detected();
        moved();
        add(
                Topic.CONTROLS,
                15,
                new ConstraintsApplied(
                        "web",
                        "",
                        List.of(new StatedConstraint(
                                ConstraintKind.SPREAD,
                                false,
                                List.of(List.of("v1", "v2")),
                                List.of(),
                                ConstraintResource.NONE,
                                0L)),
                        "ann",
                        "two racks"));
        List<String> lines = vm("v1", 40);
        assertTrue(
                lines.contains("HELD_BACK hold: its last move (c-0-1) succeeded 20.0 s before; a VM stays for 60.0 s"
                        + " after that (vm-hold-millis), so until 2026-01-01 00:01:20.000"),
                lines::toString);
        assertTrue(
                lines.contains("HELD_BACK a plan: 30.0 s before, host partition p-0-1 weighed it and let it stay:"
                        + " spread(v1, v2) keeps it from h2"),
                lines::toString);
        assertTrue(lines.contains("BOUNDS constraint: spread(v1 v2) of web"), lines::toString);
        assertTrue(
                lines.stream().anyMatch(line -> line.startsWith("HELD_BACK its host: detection: overload d1 is open")),
                lines::toString);
        assertTrue(
                vm("v1", 90).stream().anyMatch(line -> line.startsWith("CLEAR hold: its last move (c-0-1) succeeded")),
                vm("v1", 90)::toString);
    }

    @Test
    void a_rule_that_is_retired_or_has_said_it_already_says_nothing_more() {
        sampled(10, "h1", 7_000);
        operators(1);
        add(Topic.DETECTIONS, 5, began(DetectionKind.CUSTOM, "busy"));
        List<String> open = rule("busy", 11);
        assertTrue(
                open.contains("UNDER_WAY detection: d1 is open on a/r/h1 since 2026-01-01 00:00:00.000; it is not said"
                        + " anew before it has ended"),
                open::toString);
        assertTrue(open.contains("HELD_BACK activation: v1 was not active in segment 0"), open::toString);
        add(Topic.RULES, 12, new RuleRetired("busy", 1, "bob", "too loud"));
        assertTrue(
                rule("busy", 13).contains("HELD_BACK rule: v1 was retired by bob: too loud"),
                rule("busy", 13)::toString);
    }

    @Test
    void an_operators_rule_is_drawn_again_over_its_look_back() {
        operators(1);
        add(Topic.DETECTIONS, 1, new RuleActivated("busy", 1, 0, 0L));
        sampled(20, "h1", 7_000);
        List<String> quiet = rule("busy", 20);
        assertTrue(
                quiet.contains("MISSED look-back: drawn again over 10.0 s, its look-back, from 10 observations, it"
                        + " detects 0 times on 0 hosts, 0 of them on a/r/h1"),
                quiet::toString);
        for (int second = 21; second < 30; second++) {
            add(Topic.OBSERVATIONS, second, sample("h1", 7_900));
        }
        List<String> busy = rule("busy", 30);
        assertTrue(
                busy.stream()
                        .anyMatch(line -> line.startsWith("CLEAR look-back: drawn again")
                                && line.endsWith("it detects 1 times on 1 hosts, 1 of them on a/r/h1")),
                busy::toString);
    }

    private List<String> host(String named, int second) {
        RegionState state = state(second);
        return lines(new WhyNotHost(log, state, rows(state), at(second))
                .of(state.host(named).orElseThrow()));
    }

    private List<String> vm(String named, int second) {
        RegionState state = state(second);
        return lines(new WhyNotVm(log, state, rows(state), at(second))
                .of(state.vm(named).orElseThrow()));
    }

    private List<String> rule(String rule, int second) {
        RegionState state = state(second);
        return lines(new WhyNotRule(log, state, rows(state), at(second), OperatorsConfig.DEFAULTS)
                .of(rule, state.host("h1")));
    }

    private static List<String> lines(List<Weighed> weighed) {
        return weighed.stream()
                .map(one -> "%s %s: %s".formatted(one.bearing(), one.what(), one.says()))
                .toList();
    }

    private RegionState state(int second) {
        return StateRebuild.of(log, Optional.of(at(second)), at(second));
    }

    private static StateRows rows(RegionState state) {
        return new StateRows(state, ZoneOffset.UTC);
    }

    private static Instant at(int second) {
        return START.plusSeconds(second);
    }

    private void add(Topic topic, int second, SpecificRecord event) {
        log.append(topic, 0, at(second), "h1", EventCodec.encode(event));
    }

    /** A sample each second before this one. */
    private void sampled(int seconds, String host, long demand, String... vms) {
        for (int second = 0; second < seconds; second++) {
            add(Topic.OBSERVATIONS, second, sample(host, demand, vms));
        }
    }

    private static HostSampled sample(String host, long demand, String... vms) {
        return new HostSampled(
                host,
                0,
                0L,
                1_000,
                "m",
                8_000L,
                demand,
                demand,
                8L << 30,
                1L << 30,
                Stream.of(vms)
                        .map(vm -> new VmSample(vm, VmState.RUNNING, 10L, 10L, 1L << 30, -1L, -1L, -1L))
                        .toList(),
                "",
                0L);
    }

    private void builtIn(String rule) {
        add(Topic.RULES, 0, new RuleDeployed(rule, 1, BuiltInRules.text(rule), "godwit", "comes with it", true, 60));
    }

    private void operators(int version) {
        String text = """
            // name: busy
            // hold: 3s
            select hostId, count(*) as value from HostSample(cpuPermille > 950)#time(10 sec)
            group by hostId having count(*) >= 3
            """;
        add(Topic.RULES, 0, new RuleDeployed("busy", version, text, "ann", "try", false, 10));
    }

    private void settings(String json) {
        DecisionSettings parsed = DecisionSettings.parse(json);
        add(Topic.CONTROLS, 1, new SettingsAnnounced("a", "schedulers", parsed.toJson(), "up"));
    }

    private static DetectionBegan began(DetectionKind kind, String rule) {
        return new DetectionBegan(
                "d1", kind, "h1", null, START, "cpu-demand", 8_100L, 8_000L, "mc", rule, 1, List.of(), null);
    }

    /** An overload of h1 whose host partition found no plan. */
    private void detected() {
        add(Topic.DETECTIONS, 9, began(DetectionKind.OVERLOAD, "overload"));
        Lease lease = new Lease("h1", 1L);
        add(
                Topic.HOST_PARTITIONS,
                10,
                new PartitionOpened(
                        new Decision(0, 1L),
                        "p-0-1",
                        "h1",
                        "d1",
                        NOWHERE,
                        DetectionKind.OVERLOAD,
                        START,
                        List.of(lease),
                        "nearest"));
        add(
                Topic.HOST_PARTITIONS,
                10,
                new PlanDecided(
                        new Decision(0, 2L),
                        "p-0-1",
                        "d1",
                        NOWHERE,
                        PlanAnswer.INFEASIBLE,
                        "auto",
                        List.of(),
                        List.of(new RejectedMove("v1", "spread(v1, v2) keeps it from h2")),
                        List.of(lease),
                        0L,
                        "greedy",
                        "",
                        "no host has room",
                        List.of(),
                        List.of(),
                        ""));
        add(
                Topic.HOST_PARTITIONS,
                10,
                new PartitionClosed(
                        new Decision(0, 3L), "p-0-1", "h1", "d1", PartitionEnd.INFEASIBLE, "no host has room", 1));
    }

    /** v1 came to h1 at second 20. */
    private void moved() {
        add(
                Topic.COMMANDS,
                12,
                MigrateVm.newBuilder()
                        .setDecision(new Decision(0, 3L))
                        .setCommandId("c-0-1")
                        .setPartitionId("p-0-9")
                        .setPlan(new Decision(0, 2L))
                        .setDetectionId("d0")
                        .setDetection(NOWHERE)
                        .setVmId("v1")
                        .setSourceHostId("h2")
                        .setTargetHostId("h1")
                        .setTargetSegment(0)
                        .setSourceEpoch(1L)
                        .setTargetEpoch(4L)
                        .setMode(MigrationMode.PRE_COPY)
                        .setBytesPerSecondMax(0L)
                        .setStartBefore(START.plusSeconds(60))
                        .setEstimatedMillis(9000L)
                        .setReason("relieves h2")
                        .setStaysPaused(false)
                        .build());
        add(
                Topic.OUTCOMES,
                20,
                new CommandSucceeded(
                        "c-0-1", NOWHERE, "e", "v1", "h2", "h1", 7000L, 30L, 5L, MigrationMode.PRE_COPY, -1L, 0L));
    }
}
