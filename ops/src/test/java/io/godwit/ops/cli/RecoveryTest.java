package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.ops.incident.Recovery;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Phases of recoveries as the log times them; h1 crashes in segment 0, its VMs go to h2 of segment 1. */
final class RecoveryTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Position NOWHERE = new Position("observations.host.v1", 0, 0L, "", "");

    private final MemoryLog log = new MemoryLog("a", 2);

    @BeforeEach
    void crash() {
        add(Topic.INVENTORY, 0, 0, new HostJoined("h1", "a", "r", "h1", 0, "simulated:h1", "", "test", "test"));
        add(Topic.INVENTORY, 1, 0, new HostJoined("h2", "a", "r", "h2", 1, "simulated:h2", "", "test", "test"));
        add(Topic.OBSERVATIONS, 0, 4, sample("h1", 0, vm("v1", 900), vm("v2", 900)));
        add(Topic.OBSERVATIONS, 0, 5, sample("h1", 0, vm("v1", 900), vm("v2", 900)));
        add(Topic.OBSERVATIONS, 1, 6, sample("h2", 1));
        add(
                Topic.DETECTIONS,
                0,
                15,
                new DetectionBegan(
                        "d1",
                        DetectionKind.HOST_CRASH,
                        "h1",
                        null,
                        START.plusSeconds(15),
                        "silence",
                        10L,
                        10L,
                        "s",
                        "host-crash",
                        2,
                        List.of(),
                        null));
    }

    @Test
    void each_phase_is_timed_from_the_last_sample_to_the_first_one_of_the_new_copy() {
        add(Topic.COMMANDS, 0, 16, fence("c-0-1"));
        add(Topic.OUTCOMES, 0, 18, new HostFenced("c-0-1", NOWHERE, "e", "h1", 1_900L, "its status is off"));
        add(Topic.COMMANDS, 1, 18, start("c-0-2", "v1"));
        add(Topic.COMMANDS, 1, 18, start("c-0-3", "v2"));
        add(Topic.OBSERVATIONS, 1, 19, sample("h2", 1, vm("v1", 0)));
        add(Topic.OUTCOMES, 1, 20, started("c-0-2", "v1"));
        add(
                Topic.OUTCOMES,
                1,
                21,
                new CommandFailed("c-0-3", NOWHERE, "e", "v2", "h2", "h2", "hypervisor-error", "no disk", ""));
        add(Topic.OBSERVATIONS, 1, 22, sample("h2", 1, vm("v1", 0)));
        add(Topic.OBSERVATIONS, 1, 23, sample("h2", 1, vm("v1", 300)));
        add(Topic.OBSERVATIONS, 1, 24, sample("h2", 1, vm("v1", 900)));

        Recovery recovery = recovery(Optional.empty());
        assertEquals(
                List.of(
                        "LAST_SAMPLE  h1 +0 took - ",
                        "DETECTED  h1 +10 took 10 host-crash v2",
                        "FENCE_COMMANDED  h1 +11 took 1 c-0-1",
                        "FENCED  h1 +13 took 2 its status is off",
                        "START_COMMANDED v1 h2 +13 took - c-0-2",
                        "START_COMMANDED v2 h2 +13 took - c-0-3",
                        "STARTED v1 h2 +15 took 2 ",
                        "START_FAILED v2 h2 +16 took 3 hypervisor-error: no disk",
                        "SEEN_RUNNING v1 h2 +18 took 5 uses 300 mc"),
                words(recovery));
        assertEquals(List.of("v1", "v2"), recovery.commanded());
        assertEquals(List.of("v1"), recovery.started());
        assertEquals(Optional.of(Duration.ofSeconds(18)), recovery.untilLast(Recovery.Kind.SEEN_RUNNING));
        assertEquals(6, recovery(Optional.of(START.plusSeconds(18))).phases().size(), "what came later is left out");
    }

    @Test
    void a_person_who_vouches_stands_where_a_proof_would() {
        add(Topic.COMMANDS, 0, 16, fence("c-0-1"));
        add(
                Topic.OUTCOMES,
                0,
                17,
                new CommandFailed("c-0-1", NOWHERE, "e", "", "h1", "h1", "no-fencer", "fencing.by is none", ""));
        add(Topic.REQUESTS, 0, 60, new DownConfirmed("h1", "ann", "I pulled its plug"));
        add(Topic.REQUESTS, 0, 61, new DownConfirmed("h7", "ann", "another host"));

        assertEquals(
                List.of(
                        "LAST_SAMPLE  h1 +0 took - ",
                        "DETECTED  h1 +10 took 10 host-crash v2",
                        "FENCE_COMMANDED  h1 +11 took 1 c-0-1",
                        "FENCE_FAILED  h1 +12 took 1 no-fencer: fencing.by is none",
                        "VOUCHED_FOR  h1 +55 took 45 ann: I pulled its plug"),
                words(recovery(Optional.empty())));
    }

    @Test
    void a_recovery_is_found_by_its_detection_or_its_host_and_nothing_else_is_one() {
        RegionState state = state();
        assertEquals("d1", RecoveryCommands.ShowRecovery.crash(state, "d1").id());
        assertEquals("d1", RecoveryCommands.ShowRecovery.crash(state, "h1").id());
        assertThrows(Failed.class, () -> RecoveryCommands.ShowRecovery.crash(state, "h2"));
        assertThrows(Failed.class, () -> RecoveryCommands.ShowRecovery.crash(state, "d2"));
    }

    private Recovery recovery(Optional<Instant> until) {
        return Recovery.of(log, state().detections().byId("d1").orElseThrow(), until);
    }

    private RegionState state() {
        return StateRebuild.of(log, Optional.empty(), START.plusSeconds(100));
    }

    private static List<String> words(Recovery recovery) {
        return recovery.phases().stream()
                .map(phase -> "%s %s %s +%d took %s %s"
                        .formatted(
                                phase.kind(),
                                phase.vmId(),
                                phase.hostId(),
                                Duration.between(recovery.from(), phase.at()).toSeconds(),
                                phase.took()
                                        .map(took -> Long.toString(took.toSeconds()))
                                        .orElse("-"),
                                phase.detail()))
                .toList();
    }

    private static FenceHost fence(String id) {
        return new FenceHost(
                new Decision(0, 1L),
                id,
                "p-0-1",
                new Decision(0, 1L),
                "d1",
                NOWHERE,
                "h1",
                1L,
                START.plusSeconds(60),
                "it crashed");
    }

    private static ActOnVm start(String id, String vm) {
        return new ActOnVm(
                new Decision(0, 2L),
                id,
                "p-0-1",
                new Decision(0, 1L),
                "d1",
                NOWHERE,
                vm,
                "h2",
                1L,
                ActionKind.START,
                "",
                false,
                null,
                "h1",
                START.plusSeconds(60),
                "its host crashed");
    }

    private static CommandSucceeded started(String id, String vm) {
        return new CommandSucceeded(id, NOWHERE, "e", vm, "h2", "h2", 2_000L, -1L, -1L, MigrationMode.UNKNOWN, -1L, 0L);
    }

    private static VmSample vm(String id, long used) {
        return new VmSample(id, VmState.RUNNING, used, used, 1L << 30, -1L, -1L, -1L);
    }

    private static HostSampled sample(String host, int segment, VmSample... vms) {
        return new HostSampled(
                host, segment, 0L, 1_000, "m", 8_000L, 1_000L, 1_000L, 8L << 30, 1L << 30, List.of(vms), "", 0L);
    }

    private void add(Topic topic, int segment, int second, SpecificRecord event) {
        log.append(topic, segment, START.plusSeconds(second), "k", EventCodec.encode(event));
    }
}
