package io.godwit.ops.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Host a gives its VM to b once b has given its own to c; each has 4 cores, and each VM asks for 3. */
class LoadJudgeTest {
    private static final Position SOMEWHERE = new Position("detections.host.v1", 0, 0L, "", "");
    private static final Decision DECISION = new Decision(0, 1L);

    private final Verdict verdict = new Verdict();
    private final KnownHosts known = new KnownHosts();
    private final LoadJudge judge = new LoadJudge(verdict, known);

    @BeforeEach
    void plan() {
        known.delivered(host("a", "vm-a"));
        known.delivered(host("b", "vm-b"));
        known.delivered(host("c"));
        judge.take(
                PlanDecided.newBuilder()
                        .setDecision(DECISION)
                        .setPartitionId("p-0-1")
                        .setDetectionId("d")
                        .setDetection(SOMEWHERE)
                        .setAnswer(PlanAnswer.PLAN)
                        .setMode("auto")
                        .setMoves(List.of(move("vm-b", "b", "c", List.of()), move("vm-a", "a", "b", List.of(0))))
                        .setRejected(List.of())
                        .setMembers(List.of(new Lease("a", 1L), new Lease("b", 1L), new Lease("c", 1L)))
                        .setNodesSearched(0)
                        .setEngine("repair")
                        .setSnapshotDigest("")
                        .setReason("")
                        .build(),
                0);
    }

    @Test
    void moves_in_the_order_of_the_plan_overload_nothing() {
        judge.take(command("c-0-1", "vm-b", "b", "c"), 1);
        judge.take(succeeded("c-0-1", "vm-b", "b", "c"), 2);
        judge.take(command("c-0-2", "vm-a", "a", "b"), 3);

        assertEquals(List.of(), verdict.faults());
    }

    @Test
    void a_move_that_does_not_wait_for_the_room_it_takes_is_found() {
        judge.take(command("c-0-1", "vm-b", "b", "c"), 1);
        judge.take(command("c-0-2", "vm-a", "a", "b"), 1);

        assertEquals(1, verdict.faults().size());
        assertTrue(verdict.faults().getFirst().contains("LoadJudge: c-0-2 brings b to 6000 of 4000 mc"));
    }

    @Test
    void a_move_that_no_plan_said_is_found() {
        judge.take(command("c-0-1", "vm-b", "b", "elsewhere"), 1);

        assertTrue(verdict.faults().getFirst().contains("which no plan of p-0-1 said"));
    }

    @Test
    void a_start_after_a_crash_loads_its_host_until_it_fails() {
        judge.take(start("c-0-1", "vm-a", "a", "c"), 1);
        judge.take(new CommandRefused("c-0-1", SOMEWHERE, "executor-1", "vm-a", "c", "c", "too-late", "of old"), 2);
        judge.take(start("c-0-2", "vm-a", "a", "c"), 3);
        assertEquals(List.of(), verdict.faults());
        judge.take(start("c-0-3", "vm-b", "b", "c"), 4);

        assertTrue(verdict.faults().getFirst().contains("LoadJudge: c-0-3 brings c to 6000 of 4000 mc"));
    }

    @Test
    void a_refusal_of_a_copy_that_was_written_after_the_end_undoes_nothing() {
        judge.take(command("c-0-1", "vm-b", "b", "c"), 1);
        judge.take(succeeded("c-0-1", "vm-b", "b", "c"), 2);
        judge.take(command("c-0-1", "vm-b", "b", "c"), 3);
        judge.take(new CommandRefused("c-0-1", SOMEWHERE, "executor-1", "vm-b", "b", "c", "too-late", "of old"), 4);
        judge.take(command("c-0-2", "vm-a", "a", "b"), 5);
        judge.take(succeeded("c-0-2", "vm-a", "a", "b"), 6);
        judge.take(command("c-0-3", "vm-b", "c", "a"), 7);

        assertEquals(List.of(), verdict.faults());
    }

    private static HostSampled host(String id, String... vmIds) {
        List<VmSample> vms = List.of(vmIds).stream()
                .map(vm -> new VmSample(vm, VmState.RUNNING, 3000L, 3000L, 1L << 30, 0L, -1L, -1L))
                .toList();
        return new HostSampled(id, 0, 0L, 1000, "monitor-1", 4000L, 3000L, 3000L, 8L << 30, 1L << 30, vms, "", 0L);
    }

    private static PlannedMove move(String vm, String source, String target, List<Integer> after) {
        return new PlannedMove(
                vm, source, target, after, 1000L, "", MigrationMode.PRE_COPY, false, false, ActionKind.UNKNOWN);
    }

    private static MigrateVm command(String id, String vm, String source, String target) {
        return new MigrateVm(
                DECISION,
                id,
                "p-0-1",
                DECISION,
                "d",
                SOMEWHERE,
                vm,
                source,
                target,
                0,
                1L,
                1L,
                MigrationMode.PRE_COPY,
                0L,
                Instant.EPOCH,
                1000L,
                "",
                false,
                false,
                false);
    }

    private static ActOnVm start(String id, String vm, String crashed, String host) {
        return new ActOnVm(
                DECISION,
                id,
                "p-0-1",
                DECISION,
                "d",
                SOMEWHERE,
                vm,
                host,
                1L,
                ActionKind.START,
                "",
                false,
                SOMEWHERE,
                crashed,
                Instant.EPOCH,
                "its host crashed");
    }

    private static CommandSucceeded succeeded(String id, String vm, String source, String target) {
        return new CommandSucceeded(
                id,
                SOMEWHERE,
                "executor-1",
                vm,
                source,
                target,
                1000L,
                30L,
                1L << 30,
                MigrationMode.PRE_COPY,
                -1L,
                1000L);
    }
}
