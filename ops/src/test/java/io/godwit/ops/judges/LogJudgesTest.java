package io.godwit.ops.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** What the judges find in a recorded log, whose topics and segments are put into one order first. */
final class LogJudgesTest {
    private static final Decision DECISION = new Decision(0, 1L);
    private static final Position POSITION = new Position("detections", 0, 1L, "", "");
    private static final long BOUND = 60_000;

    private final MemoryLog log = new MemoryLog("a", 2);

    @Test
    void a_recovery_has_no_fault() {
        recovered();
        LogJudges.Plans plans = new LogJudges.Plans(
                0,
                1,
                Instant.EPOCH,
                List.of("the journal of segment 0 is not in this log, so none of its plans was judged"));
        assertEquals(new LogJudges.Judged(1, 4, 2, 4, plans, List.of()), LogJudges.of(log, BOUND, true));
    }

    @Test
    void a_fence_without_a_lease_is_found() {
        append(Topic.COMMANDS, 0, 1000, fence("c-1", 3));
        append(Topic.OUTCOMES, 0, 1100, accepted("c-1", ""));
        finds("c-1 is accepted in epochs 3 and 3, in which p-1 does not hold dead and dead");
    }

    @Test
    void a_host_that_is_given_back_while_a_vm_is_being_started_on_it_is_found() {
        append(Topic.HOST_PARTITIONS, 0, 900, opened());
        append(Topic.COMMANDS, 1, 1000, start("c-2"));
        append(Topic.OUTCOMES, 1, 1100, accepted("c-2", "vm"));
        append(Topic.HOST_PARTITIONS, 1, 1200, released("b"));
        finds("b is given back while c-2, which needs it, is open");
    }

    @Test
    void a_command_without_an_end_is_found_when_the_log_goes_on_beyond_the_bound() {
        append(Topic.HOST_PARTITIONS, 0, 900, opened());
        append(Topic.COMMANDS, 1, 1000, start("c-2"));
        append(Topic.DETECTIONS, 0, 1000 + BOUND, overload("late"));
        assertEquals(List.of(), LogJudges.of(log, 2 * BOUND, true).faults());
        append(Topic.DETECTIONS, 0, 1001 + BOUND, overload("later"));
        finds("c-2 has no final outcome after 60 s");
    }

    @Test
    void an_overload_counts_as_answered_where_there_is_no_room() {
        append(Topic.DETECTIONS, 0, 500, overload("d-1"));
        append(Topic.DETECTIONS, 0, 501 + BOUND, overload("later"));
        finds("detection d-1 has no answer after 60 s");
        append(Topic.HOST_PARTITIONS, 0, 600, closed(PartitionEnd.INFEASIBLE));
        assertEquals(List.of(), LogJudges.of(log, BOUND, true).faults());
    }

    /** Of one millisecond are the opening and the command, which stand in different topics and segments. */
    private void recovered() {
        append(Topic.DETECTIONS, 0, 500, overload("d-1"));
        append(Topic.HOST_PARTITIONS, 0, 1000, opened());
        append(Topic.COMMANDS, 0, 1000, fence("c-1", 1));
        append(Topic.OUTCOMES, 0, 1100, accepted("c-1", ""));
        append(Topic.OUTCOMES, 0, 1200, new HostFenced("c-1", POSITION, "executor-1", "dead", 100L, "status off"));
        append(Topic.COMMANDS, 1, 1300, start("c-2"));
        append(Topic.OUTCOMES, 1, 1400, accepted("c-2", "vm"));
        append(Topic.OUTCOMES, 1, 1500, JudgesTest.succeeded("c-2"));
        append(Topic.HOST_PARTITIONS, 1, 1600, released("b"));
        append(Topic.HOST_PARTITIONS, 0, 1600, released("dead"));
        append(Topic.HOST_PARTITIONS, 0, 1700, closed(PartitionEnd.SOLVED));
    }

    private void finds(String fault) {
        List<String> faults = LogJudges.of(log, BOUND, true).faults();
        assertTrue(faults.stream().anyMatch(one -> one.endsWith(fault)), faults::toString);
    }

    private void append(Topic topic, int segment, long millis, SpecificRecord event) {
        log.append(topic, segment, Instant.ofEpochMilli(millis), "key", EventCodec.encode(event));
    }

    private static PartitionOpened opened() {
        return new PartitionOpened(
                DECISION,
                "p-1",
                "dead",
                "d-1",
                POSITION,
                DetectionKind.HOST_CRASH,
                Instant.EPOCH,
                List.of(new Lease("dead", 1L), new Lease("b", 1L)),
                "");
    }

    private static MemberReleased released(String host) {
        return new MemberReleased(DECISION, "p-1", new Lease(host, 1L), false, 0, 0);
    }

    private static PartitionClosed closed(PartitionEnd end) {
        return new PartitionClosed(DECISION, "p-1", "dead", "d-1", end, "", 2);
    }

    private static FenceHost fence(String id, long epoch) {
        return new FenceHost(
                DECISION, id, "p-1", DECISION, "d-1", POSITION, "dead", epoch, Instant.EPOCH, "its host crashed");
    }

    private static ActOnVm start(String id) {
        return new ActOnVm(
                new Decision(0, 2L),
                id,
                "p-1",
                DECISION,
                "d-1",
                POSITION,
                "vm",
                "b",
                1L,
                ActionKind.START,
                "",
                false,
                POSITION,
                "dead",
                Instant.EPOCH,
                "its host crashed");
    }

    private static CommandAccepted accepted(String id, String vmId) {
        return new CommandAccepted(id, POSITION, "executor-1", vmId, "dead", "b");
    }

    private static DetectionBegan overload(String id) {
        return new DetectionBegan(
                id, DetectionKind.OVERLOAD, "dead", null, Instant.EPOCH, "cpu", 1L, 1L, "mc", "r", 1, List.of(), null);
    }
}
