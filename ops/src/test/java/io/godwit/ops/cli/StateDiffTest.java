package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.SettingsAnnounced;
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

/** h1 and h2 of one segment; v1 moves from the one to the other in the course of the log. */
final class StateDiffTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Position NOWHERE = new Position("detections.host.v1", 0, 0L, "", "");

    private final MemoryLog log = new MemoryLog("a", 1);

    @BeforeEach
    void begin() {
        for (String host : List.of("h1", "h2")) {
            add(Topic.INVENTORY, 0, new HostJoined(host, "a", "r", host, 0, "simulated:" + host, "", "test", "test"));
        }
        add(Topic.OBSERVATIONS, 5, sample("h1", "v1", "v2"));
        add(Topic.OBSERVATIONS, 5, sample("h2"));
        add(Topic.CONTROLS, 6, new ModeChanged("a", "auto", "ann", "go"));
    }

    @Test
    void what_opened_moved_and_ended_is_told_by_the_moments() {
        add(Topic.DETECTIONS, 10, began());
        add(Topic.HOST_PARTITIONS, 11, opened());
        add(Topic.COMMANDS, 12, move());
        add(Topic.OBSERVATIONS, 15, sample("h1", "v1", "v2"));
        assertEquals(
                List.of(
                        "host a/r/h1 held by: nobody > p-0-1",
                        "detection a/r/h1 opened: null > overload: cpu-demand 8100 of 8000 mc (overload v1)",
                        "host partition p-0-1 opened: null > of a/r/h1 for overload",
                        "migration v1 began: null > a/r/h1 → a/r/h2, relieves h1"),
                diff(8, 16));

        add(Topic.OUTCOMES, 20, succeeded());
        add(Topic.OBSERVATIONS, 21, sample("h1", "v2"));
        add(Topic.OBSERVATIONS, 21, sample("h2", "v1"));
        add(Topic.DETECTIONS, 22, ended());
        add(
                Topic.HOST_PARTITIONS,
                23,
                new PartitionClosed(new Decision(0, 4L), "p-0-1", "h1", "d1", PartitionEnd.SOLVED, "done", 1));
        assertEquals(
                List.of(
                        "host a/r/h1 VMs: 2 > 1",
                        "host a/r/h1 held by: p-0-1 > nobody",
                        "host a/r/h2 VMs: 0 > 1",
                        "VM v1 host: a/r/h1 > a/r/h2",
                        "detection a/r/h1 ended: overload: cpu-demand 8100 of 8000 mc (overload v1) > null",
                        "host partition p-0-1 closed: of a/r/h1 for overload > null",
                        "migration v1 ended: a/r/h1 → a/r/h2, relieves h1 > null"),
                diff(16, 30));
        assertEquals(
                List.of("host a/r/h1 VMs: 2 > 1", "host a/r/h2 VMs: 0 > 1", "VM v1 host: a/r/h1 > a/r/h2"),
                diff(8, 30),
                "what began and ended in between differs by what it leaves");
    }

    @Test
    void what_people_changed_is_told() {
        add(Topic.CONTROLS, 9, new SettingsAnnounced("a", "schedulers", "{\"hold\":\"PT1M\",\"deep\":{\"x\":1}}", "u"));
        add(Topic.RULES, 9, rule(1));
        add(Topic.DETECTIONS, 9, new RuleActivated("busy", 1, 0, 0L));
        add(Topic.CONTROLS, 20, new ModeChanged("a", "off", "bob", "lightning"));
        add(
                Topic.CONTROLS,
                20,
                new SettingsAnnounced("a", "schedulers", "{\"hold\":\"PT1M\",\"deep\":{\"x\":2}}", "u"));
        add(Topic.RULES, 20, rule(2));
        add(Topic.REQUESTS, 21, new DrainAsked("q1", "h1", "ann", "memory"));
        add(Topic.INVENTORY, 21, new HostLeft("h2", "ann", "sold"));
        assertEquals(
                List.of(
                        "site a mode: auto (ann: go) > off (bob: lightning)",
                        "settings schedulers deep.x: 1 > 2",
                        "rule busy version: v1 > v2",
                        "host a/r/h1 state: ok > drained",
                        "host a/r/h1 drain: no > ann: memory",
                        "host a/r/h2 left: with 0 VMs > null",
                        "request a/r/h1 asked: null > drain by ann: memory"),
                diff(10, 30));
    }

    private List<String> diff(int from, int to) {
        return StateDiff.between(facts(START.plusSeconds(from)), facts(START.plusSeconds(to))).stream()
                .map(row -> "%s %s %s: %s > %s"
                        .formatted(
                                row.get("what"),
                                row.get("subject"),
                                row.get("change"),
                                row.get("before"),
                                row.get("after")))
                .toList();
    }

    private StateFacts facts(Instant moment) {
        RegionState state = StateRebuild.of(log, Optional.of(moment), moment);
        return new StateFacts(state, new StateRows(state, ZoneOffset.UTC));
    }

    private void add(Topic topic, int second, SpecificRecord event) {
        log.append(topic, 0, START.plusSeconds(second), "k", EventCodec.encode(event));
    }

    private static RuleDeployed rule(int version) {
        return new RuleDeployed("busy", version, "text", "ann", "try", false, 60);
    }

    private static HostSampled sample(String host, String... vms) {
        return new HostSampled(
                host,
                0,
                0L,
                1_000,
                "m",
                8_000L,
                1_000L,
                1_000L,
                8L << 30,
                1L << 30,
                Stream.of(vms)
                        .map(vm -> new VmSample(vm, VmState.RUNNING, 10L, 10L, 1L << 30, -1L, -1L, -1L))
                        .toList(),
                "",
                0L);
    }

    private static DetectionBegan began() {
        return new DetectionBegan(
                "d1",
                DetectionKind.OVERLOAD,
                "h1",
                null,
                START,
                "cpu-demand",
                8100L,
                8000L,
                "mc",
                "overload",
                1,
                List.of(),
                null);
    }

    private static DetectionEnded ended() {
        return new DetectionEnded(
                "d1",
                DetectionKind.OVERLOAD,
                "h1",
                null,
                START,
                START,
                "7000 of 8000",
                "overload",
                1,
                List.of(),
                null,
                Instant.EPOCH);
    }

    private static PartitionOpened opened() {
        return new PartitionOpened(
                new Decision(0, 1L),
                "p-0-1",
                "h1",
                "d1",
                NOWHERE,
                DetectionKind.OVERLOAD,
                START,
                List.of(new Lease("h1", 1L)),
                "nearest");
    }

    private static MigrateVm move() {
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
                .setStaysPaused(false)
                .build();
    }

    private static CommandSucceeded succeeded() {
        return new CommandSucceeded(
                "c-0-1", NOWHERE, "e", "v1", "h1", "h2", 7000L, 30L, 5L, MigrationMode.PRE_COPY, -1L, 0L);
    }
}
