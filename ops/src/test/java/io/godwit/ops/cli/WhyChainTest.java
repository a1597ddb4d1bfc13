package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
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
        List<String> ofVm = chain.lines(WhyChain.findSpared(state, "v1").orElseThrow());
        List<String> ofPartition = chain.lines(state.partitions().byId("p-0-1").orElseThrow());
        for (List<String> lines : List.of(ofVm, ofPartition)) {
            assertTrue(lines.stream().anyMatch(line -> line.contains("the judge refused a plan")), lines::toString);
            assertTrue(lines.contains("           fault: memory of h2 exceeded"), lines::toString);
            assertTrue(lines.contains("           refused move: v1 a/r/h1 → a/r/h2 (relieves h1)"), lines::toString);
        }
        assertEquals(Optional.empty(), WhyChain.findSpared(state, "v2"));
    }

    private String state(String named) {
        Migrations.Migration migration = WhyChain.find(rebuilt(), named).orElseThrow();
        return (String)
                new StateRows(rebuilt(), ZoneOffset.UTC).migration(migration).get("state");
    }

    private List<String> why(String named) {
        RegionState state = rebuilt();
        return new WhyChain(log, state, ZoneOffset.UTC)
                .lines(WhyChain.find(state, named).orElseThrow());
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
