package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.Evidence;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RejectedMove;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class WhyChainTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Position NOWHERE = new Position("observations.host.v1", 0, 0L, "", "");

    private final MemoryLog log = new MemoryLog("a", 1);

    @BeforeEach
    void begin() {
        for (String host : List.of("h1", "h2")) {
            add(Topic.INVENTORY, 0, new HostJoined(host, "a", "r", host, 0, "simulated:" + host, "", "test", "test"));
        }
        add(
                Topic.HOST_PARTITIONS,
                1,
                new PartitionOpened(
                        new Decision(0, 1L),
                        "p-0-1",
                        "h1",
                        "d1",
                        NOWHERE,
                        DetectionKind.OVERLOAD,
                        START,
                        List.of(new Lease("h1", 1L)),
                        "nearest"));
    }

    @Test
    void a_vm_that_was_left_paused_is_told_of_with_its_resumption_under_either_id() {
        add(Topic.COMMANDS, 2, move(true));
        assertEquals("commanded", state("c-0-1"));
        add(Topic.OUTCOMES, 12, succeeded("c-0-1", "h1", "h2"));
        assertEquals("succeeded, paused", state("c-0-1"));
        add(
                Topic.COMMANDS,
                13,
                new ResumeVm(
                        new Decision(0, 4L),
                        "c-0-4",
                        "p-0-1",
                        new Decision(0, 2L),
                        "d1",
                        NOWHERE,
                        "v1",
                        "h2",
                        4L,
                        "c-0-1",
                        "v2 has left h2"));
        add(Topic.OUTCOMES, 14, succeeded("c-0-4", "h2", "h2"));
        assertEquals("succeeded, resumed", state("c-0-4"));
        assertTrue(
                why("c-0-4").stream()
                        .anyMatch(line -> line.contains("it was resumed by c-0-4 (succeeded): v2 has left h2")),
                why("c-0-4")::toString);
        assertEquals(why("c-0-1"), why("c-0-4"));
    }

    @Test
    void a_migration_that_leaves_nothing_paused_says_nothing_of_it() {
        add(Topic.COMMANDS, 2, move(false));
        add(Topic.OUTCOMES, 12, succeeded("c-0-1", "h1", "h2"));
        assertEquals("succeeded", state("c-0-1"));
    }

    @Test
    void a_plan_that_the_judge_refused_explains_why_its_vm_stayed() {
        add(
                Topic.HOST_PARTITIONS,
                3,
                new PlanRefused(
                        new Decision(0, 2L),
                        "p-0-1",
                        "d1",
                        "ab",
                        "repair",
                        List.of(new PlannedMove(
                                "v1",
                                "h1",
                                "h2",
                                List.of(),
                                9000L,
                                "relieves h1",
                                MigrationMode.PRE_COPY,
                                false,
                                false,
                                ActionKind.UNKNOWN)),
                        List.of("memory of h2 exceeded")));
        RegionState state = rebuilt();
        WhyChain chain = new WhyChain(log, state, ZoneOffset.UTC);
        List<String> ofVm =
                ChainText.lines(chain.of(WhyFound.spared(state, "v1").orElseThrow()));
        List<String> ofPartition =
                ChainText.lines(chain.of(state.partitions().byId("p-0-1").orElseThrow()));
        for (List<String> lines : List.of(ofVm, ofPartition)) {
            assertTrue(lines.stream().anyMatch(line -> line.contains("the judge refused a plan")), lines::toString);
            assertTrue(lines.contains("           fault: memory of h2 exceeded"), lines::toString);
            assertTrue(lines.contains("           refused move: v1 a/r/h1 → a/r/h2 (relieves h1)"), lines::toString);
        }
        assertEquals(Optional.empty(), WhyFound.spared(state, "v2"));
    }

    @Test
    void a_detection_is_told_with_its_rule_its_numbers_and_what_was_decided_for_it() {
        detected();
        RegionState state = rebuilt();
        List<String> lines = ChainText.lines(new WhyChain(log, state, ZoneOffset.UTC)
                .of(WhyFound.detection(state, "d1").orElseThrow()));
        assertEquals(
                List.of(
                        "a/r/h1 was in custom: cpu-demand 7000 of 6000 mc (d1, open)",
                        "  because  rule busy v2 says so                                               detections 0:0",
                        "  because  rule busy v2 says so, deployed by ann at 2026-01-01 00:00:02.000: noisy racks",
                        "  because  of this observation: 7 samples above 6000 mc                       observations"
                                + " 0:0",
                        "           largest: v1 6000 mc, v2 1000 mc",
                        "  then     host partition p-0-1 [a/r/h1 a/r/h2] decided so: no host has room  host-partitions"
                                + " 0:1",
                        "           rejected: v1 (spread(v1, v2) keeps it from h2)",
                        "           ended: infeasible, no host has room"),
                lines);
        assertEquals("d1", WhyFound.detection(state, "h1").orElseThrow().id(), "a host means its newest one");
    }

    @Test
    void what_was_done_to_a_vm_is_explained_with_its_outcome() {
        detected();
        add(
                Topic.COMMANDS,
                12,
                new ActOnVm(
                        new Decision(0, 3L),
                        "c-0-7",
                        "p-0-1",
                        new Decision(0, 2L),
                        "d1",
                        new Position("detections.host.v1", 0, 0L, "", ""),
                        "v1",
                        "h1",
                        1L,
                        ActionKind.STOP,
                        "",
                        false,
                        null,
                        "",
                        START.plusSeconds(60),
                        "too loud"));
        add(
                Topic.OUTCOMES,
                13,
                new CommandRefused("c-0-7", NOWHERE, "e", "v1", "h1", "h1", "too-late", "the deadline passed"));
        ActionRecord action = ActionRecord.find(log, "c-0-7", Optional.empty()).orElseThrow();
        Chain chain = new WhyChain(log, rebuilt(), ZoneOffset.UTC).of(action);
        List<String> lines = ChainText.lines(chain);
        assertEquals("stop v1 on a/r/h1 (c-0-7, refused: too-late: the deadline passed)", lines.getFirst());
        assertTrue(lines.get(2).startsWith("  then     refused: too-late: the deadline passed"), lines::toString);
        assertTrue(lines.get(3).startsWith("  because  host partition p-0-1"), lines::toString);
        assertTrue(lines.get(5).startsWith("  because  a/r/h1 was in custom: cpu-demand"), lines::toString);
        assertTrue(ActionRecord.find(log, "c-0-7", Optional.of(START.plusSeconds(12)))
                .orElseThrow()
                .outcome()
                .isEmpty());
        assertEquals(Optional.empty(), ActionRecord.find(log, "c-0", Optional.empty()));
    }

    @Test
    void a_chain_can_be_drawn_and_read_by_programs() {
        Chain.Builder builder = new Chain.Builder("v1 \"web\" moved");
        Chain.Node command = builder.because(
                builder.answer(), Chain.Kind.COMMAND, "relieves h1", Optional.of(NOWHERE), "", List.of("one detail"));
        builder.then(command, Chain.Kind.OUTCOME, "failed: time-out", Optional.empty(), "late", List.of());
        Chain chain = builder.build();
        assertEquals(
                List.of(
                        "digraph why {",
                        "  rankdir=BT;",
                        "  node [shape=box];",
                        "  n0 [label=\"v1 \\\"web\\\" moved\\l\", style=bold];",
                        "  n1 [label=\"relieves h1\\lone detail\\lobservations 0:0\\l\"];",
                        "  n2 [label=\"failed: time-out\\llate\\l\"];",
                        "  n1 -> n0 [label=\"led to\"];",
                        "  n1 -> n2 [label=\"then\"];",
                        "}"),
                ChainText.dot(chain));
        assertEquals(
                List.of(
                        Map.of("node", "n1", "link", "because", "of", "n0"),
                        Map.of("node", "n2", "link", "then", "of", "n1")),
                ChainText.row(chain).get("edges"));
    }

    /** An operator's rule saw h1, and its host partition found no plan. */
    private void detected() {
        add(Topic.RULES, 2, new RuleDeployed("busy", 2, "text", "ann", "noisy racks", false, 60));
        add(
                Topic.OBSERVATIONS,
                3,
                new HostSampled(
                        "h1",
                        0,
                        0L,
                        1_000,
                        "m",
                        8_000L,
                        7_000L,
                        7_000L,
                        8L << 30,
                        1L << 30,
                        List.of(vm("v1", 6_000L), vm("v2", 1_000L)),
                        "",
                        0L));
        add(
                Topic.DETECTIONS,
                4,
                new DetectionBegan(
                        "d1",
                        DetectionKind.CUSTOM,
                        "h1",
                        null,
                        START,
                        "cpu-demand",
                        7_000L,
                        6_000L,
                        "mc",
                        "busy",
                        2,
                        List.of(new Evidence(NOWHERE, "7 samples above 6000 mc")),
                        null));
        add(
                Topic.HOST_PARTITIONS,
                5,
                new PlanDecided(
                        new Decision(0, 2L),
                        "p-0-1",
                        "d1",
                        new Position("detections.host.v1", 0, 0L, "", ""),
                        PlanAnswer.INFEASIBLE,
                        "auto",
                        List.of(),
                        List.of(new RejectedMove("v1", "spread(v1, v2) keeps it from h2")),
                        List.of(new Lease("h1", 1L), new Lease("h2", 7L)),
                        0L,
                        "greedy",
                        "",
                        "no host has room",
                        List.of(),
                        List.of(),
                        ""));
        add(
                Topic.HOST_PARTITIONS,
                5,
                new PartitionClosed(
                        new Decision(0, 3L), "p-0-1", "h1", "d1", PartitionEnd.INFEASIBLE, "no host has room", 2));
    }

    private static VmSample vm(String id, long millicores) {
        return new VmSample(id, VmState.RUNNING, millicores, millicores, 1L << 30, -1L, -1L, -1L);
    }

    private String state(String named) {
        Migrations.Migration migration = WhyFound.migration(rebuilt(), named).orElseThrow();
        return (String)
                new StateRows(rebuilt(), ZoneOffset.UTC).migration(migration).get("state");
    }

    private List<String> why(String named) {
        RegionState state = rebuilt();
        return ChainText.lines(new WhyChain(log, state, ZoneOffset.UTC)
                .of(WhyFound.migration(state, named).orElseThrow()));
    }

    private RegionState rebuilt() {
        return StateRebuild.of(log, Optional.empty(), START.plusSeconds(1000));
    }

    private void add(Topic topic, int second, SpecificRecord event) {
        log.append(topic, 0, START.plusSeconds(second), "h1", EventCodec.encode(event));
    }

    private static MigrateVm move(boolean staysPaused) {
        return MigrateVm.newBuilder()
                .setDecision(new Decision(0, 3L))
                .setCommandId("c-0-1")
                .setPartitionId("p-0-1")
                .setPlan(new Decision(0, 2L))
                .setDetectionId("d1")
                .setDetection(NOWHERE)
                .setVmId("v1")
                .setSourceHostId("h1")
                .setTargetHostId("h2")
                .setTargetSegment(0)
                .setSourceEpoch(1L)
                .setTargetEpoch(4L)
                .setMode(MigrationMode.PRE_COPY)
                .setBytesPerSecondMax(0L)
                .setStartBefore(START.plusSeconds(60))
                .setEstimatedMillis(9000L)
                .setReason("relieves h1")
                .setStaysPaused(staysPaused)
                .build();
    }

    private static CommandSucceeded succeeded(String id, String source, String target) {
        return new CommandSucceeded(
                id, NOWHERE, "executor-1", "v1", source, target, 7000L, 30L, 5L, MigrationMode.PRE_COPY, -1L, 0L);
    }
}
