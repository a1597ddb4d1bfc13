package io.godwit.ops.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each judge finds the fault that is planted in a row of records, and none in a sound one. */
final class JudgesTest {
    private static final Decision DECISION = new Decision(0, 1L);
    private static final Judges.Demands DUE = new Judges.Demands(true, false);
    private static final Judges.Demands NOT_DUE = new Judges.Demands(false, false);
    private static final Position POSITION = new Position("detections", 0, 1L, "", "");

    private String place = "b";
    private final Judges judges = new Judges(_ -> place, 60_000);

    @Test
    void a_host_partition_that_opens_moves_and_closes_has_no_fault_of_leases_or_commands() {
        opens("p-1", 1);
        commands("c-1", 1);
        judges.appended(Topic.OUTCOMES, accepted("c-1"), 2000);
        judges.appended(Topic.OUTCOMES, succeeded("c-1"), 9000);
        releases("p-1", 1);
        judges.settled(200_000, 90_000, DUE);
        assertEquals(List.of(), withoutPlans());
    }

    @Test
    void a_host_that_is_lent_twice_is_found() {
        opens("p-1", 1);
        opens("p-2", 2);
        finds("a is lent to p-2 in epoch 2 while p-1 holds it in epoch 1");
    }

    @Test
    void an_epoch_that_does_not_grow_is_found() {
        opens("p-1", 5);
        releases("p-1", 5);
        opens("p-2", 5);
        finds("a is lent in epoch 5, which is not above 5");
    }

    @Test
    void a_lease_that_never_ends_is_found() {
        opens("p-1", 1);
        judges.settled(200_000, 90_000, DUE);
        finds("a is held by p-1 since 199 s");
        finds("host partition p-1 is open since 199 s");
    }

    @Test
    void a_command_that_is_accepted_under_an_old_lease_is_found() {
        opens("p-1", 1);
        commands("c-1", 1);
        releases("p-1", 1);
        judges.appended(Topic.OUTCOMES, accepted("c-1"), 2000);
        finds("c-1 is accepted in epochs 1 and 1, in which p-1 does not hold a and b");
    }

    @Test
    void a_command_that_ends_twice_is_found() {
        opens("p-1", 1);
        commands("c-1", 1);
        judges.appended(Topic.OUTCOMES, accepted("c-1"), 2000);
        judges.appended(Topic.OUTCOMES, succeeded("c-1"), 9000);
        judges.appended(Topic.OUTCOMES, succeeded("c-1"), 9500);
        finds("c-1 has succeeded after it has succeeded");
    }

    @Test
    void a_command_without_an_end_is_found() {
        opens("p-1", 1);
        commands("c-1", 1);
        judges.settled(200_000, 90_000, DUE);
        finds("c-1 has no final outcome after 199 s");
    }

    @Test
    void an_outcome_that_lies_is_found() {
        opens("p-1", 1);
        commands("c-1", 1);
        judges.appended(Topic.OUTCOMES, accepted("c-1"), 2000);
        place = "a";
        judges.appended(Topic.OUTCOMES, succeeded("c-1"), 9000);
        finds("c-1 is said to have succeeded, and its VM is on a");
    }

    @Test
    void a_vm_that_two_commands_move_is_found() {
        opens("p-1", 1);
        commands("c-1", 1);
        commands("c-2", 1);
        judges.appended(Topic.OUTCOMES, accepted("c-1"), 2000);
        judges.appended(Topic.OUTCOMES, accepted("c-2"), 2100);
        finds("vm is moved by c-1 and by c-2 at once");
    }

    @Test
    void a_move_that_no_plan_said_is_found() {
        opens("p-1", 1);
        commands("c-1", 1);
        finds("c-1 brings vm from a to b, which no plan of p-1 said");
    }

    @Test
    void an_overload_without_an_answer_is_found_where_answers_are_due() {
        judges.appended(Topic.DETECTIONS, overload(), 1000);
        judges.settled(200_000, 90_000, NOT_DUE);
        assertEquals(List.of(), judges.verdict().faults());
        judges.settled(200_000, 90_000, DUE);
        finds("detection d-1 has no answer after 199 s");
    }

    @Test
    void a_detection_that_begins_twice_is_found() {
        judges.appended(Topic.DETECTIONS, overload(), 1000);
        judges.appended(Topic.DETECTIONS, overload(), 1500);
        finds("detection d-1 begins twice");
    }

    @Test
    void a_plan_that_the_products_judge_refused_is_found() {
        judges.appended(
                Topic.HOST_PARTITIONS,
                new PlanRefused(DECISION, "p-1", "d-1", "", "greedy", List.of(), List.of("b gets too full")),
                1000);
        finds("the product's own judge refused a plan of p-1: b gets too full");
    }

    private void opens(String partition, long epoch) {
        judges.appended(
                Topic.HOST_PARTITIONS,
                new PartitionOpened(
                        DECISION,
                        partition,
                        "a",
                        "d-1",
                        POSITION,
                        DetectionKind.OVERLOAD,
                        Instant.EPOCH,
                        List.of(new Lease("a", epoch), new Lease("b", epoch)),
                        ""),
                1000);
    }

    private void releases(String partition, long epoch) {
        for (String host : List.of("a", "b")) {
            judges.appended(
                    Topic.HOST_PARTITIONS,
                    new MemberReleased(DECISION, partition, new Lease(host, epoch), false, 0, 0),
                    1500);
        }
        judges.appended(
                Topic.HOST_PARTITIONS,
                new PartitionClosed(DECISION, partition, "a", "d-1", PartitionEnd.SOLVED, "", 2),
                1500);
    }

    private void commands(String id, long epoch) {
        judges.appended(
                Topic.COMMANDS,
                new MigrateVm(
                        DECISION,
                        id,
                        "p-1",
                        DECISION,
                        "d-1",
                        POSITION,
                        "vm",
                        "a",
                        "b",
                        0,
                        epoch,
                        epoch,
                        MigrationMode.PRE_COPY,
                        0L,
                        Instant.EPOCH,
                        9000L,
                        "relieves a",
                        false,
                        false,
                        false),
                1000);
    }

    private static CommandAccepted accepted(String id) {
        return new CommandAccepted(id, POSITION, "executor-1", "vm", "a", "b");
    }

    static CommandSucceeded succeeded(String id) {
        return new CommandSucceeded(
                id, POSITION, "executor-1", "vm", "a", "b", 9000L, 30L, 0L, MigrationMode.PRE_COPY, 0L, 9000L);
    }

    private static DetectionBegan overload() {
        return new DetectionBegan(
                "d-1",
                DetectionKind.OVERLOAD,
                "a",
                null,
                Instant.EPOCH,
                "cpu-demand",
                8100L,
                8000L,
                "mc",
                "overload",
                1,
                List.of(),
                null);
    }

    private void finds(String fault) {
        assertTrue(
                judges.verdict().faults().stream().anyMatch(one -> one.endsWith(fault)),
                judges.verdict().faults()::toString);
    }

    /** These rows have no PlanDecided, which the judge of loads would need. */
    private List<String> withoutPlans() {
        return judges.verdict().faults().stream()
                .filter(fault -> !fault.contains("which no plan of"))
                .toList();
    }
}
