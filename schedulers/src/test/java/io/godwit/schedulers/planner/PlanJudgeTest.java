package io.godwit.schedulers.planner;

import static io.godwit.schedulers.planner.Problems.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import io.godwit.schedulers.planner.PlacementProblem.PostCopy;
import io.godwit.schemas.events.MigrationMode;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanJudgeTest {
    /** h1 is overloaded by 200; h2 has 300 free, h3 has 500. */
    private static Problems overload() {
        return problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .host("h3", 1000)
                .vm("a", "h1", 500)
                .vm("b", "h1", 700)
                .vm("c", "h2", 300)
                .vm("d", "h2", 400)
                .vm("e", "h3", 500);
    }

    @Test
    void a_plan_that_relieves_the_host_into_free_room_has_no_fault() {
        assertEquals(List.of(), faults(overload(), move("a", "h1", "h3")));
    }

    @Test
    void a_plan_without_moves_is_a_fault() {
        assertEquals(List.of("a plan without moves is none"), faults(overload()));
    }

    @Test
    void a_host_that_is_still_overloaded_in_the_end_is_a_fault() {
        assertEquals(List.of("in the end h1 is asked for 1200 of 1000 mc"), faults(overload(), move("c", "h2", "h3")));
    }

    @Test
    void a_target_above_its_capacity_is_a_fault_in_the_end_and_on_the_way() {
        assertEquals(
                List.of(
                        "in the end h2 is asked for 1200 of 1000 mc",
                        "in the end h2, which took a VM in, is asked for 1200 of 1000 mc, above its fill limit of 1000"
                                + " permille",
                        "while moves 0 are under way, h2 is asked for 1200 of 1000 mc"),
                faults(overload(), move("a", "h1", "h2")));
    }

    @Test
    void a_move_that_does_not_wait_for_its_room_is_a_fault_though_the_end_is_right() {
        assertEquals(
                List.of(
                        "while moves 0 are under way, h2 is asked for 1200 of 1000 mc",
                        "while moves 0, 1 are under way, h2 is asked for 1200 of 1000 mc"),
                faults(overload(), move("c", "h2", "h3"), move("a", "h1", "h2")));
        assertEquals(List.of(), faults(overload(), move("c", "h2", "h3"), move("a", "h1", "h2", 0)));
    }

    @Test
    void a_target_above_its_fill_limit_is_a_fault() {
        assertEquals(
                List.of("in the end h3, which took a VM in, is asked for 1000 of 1000 mc, above its fill limit of 900"
                        + " permille"),
                faults(overload().limits(new Limits(1, 0, 900)), move("a", "h1", "h3")));
    }

    @Test
    void moves_of_unknown_fixed_banned_or_misplaced_vms_are_faults() {
        Problems problem = overload().fixed("f", "h1", 0, "it is pinned").ban("a", "h3");
        assertEquals(
                List.of(
                        "move 0 of x to h3 names a VM or a host that the problem does not have",
                        "move 1 of f moves a VM that must stay: it is pinned",
                        "move 2 of a goes to h3, which is banned for it",
                        "move 3 of c starts on h1, but the VM is on h2"),
                faults(
                        problem,
                        move("x", "h1", "h3"),
                        move("f", "h1", "h3"),
                        move("a", "h1", "h3"),
                        move("c", "h1", "h3")));
    }

    @Test
    void waiting_for_a_later_move_or_not_for_the_vms_own_move_before_is_a_fault() {
        assertEquals(
                List.of(
                        "move 0 of c waits for move 1, which does not stand before it",
                        "move 1 of c does not wait for the VM's move 0"),
                faults(overload(), move("c", "h2", "h3", 1), move("c", "h3", "h2")));
    }

    /** Two full hosts whose only relief is to change a and c. */
    private static Problems swap() {
        return problem()
                .limits(new Limits(1_000, 0, 1000, PostCopy.NEVER, true))
                .host("h1", 1000)
                .host("h2", 1000)
                .vm("a", "h1", 600)
                .vm("b", "h1", 500)
                .vm("c", "h2", 400)
                .vm("d", "h2", 400);
    }

    @Test
    void a_swap_with_one_vm_paused_until_the_other_has_left_has_no_fault() {
        Move first = action(move("a", "h1", "h2"), Action.MOVE_PAUSED);
        Move back = move("c", "h2", "h1", 0);
        assertEquals(List.of(), faults(swap(), first, back, action(move("a", "h2", "h2", 0, 1), Action.RESUME)));
        assertEquals(
                List.of("while moves 1, 2 are under way, h2 is asked for 1400 of 1000 mc"),
                faults(swap(), first, back, action(move("a", "h2", "h2", 0), Action.RESUME)));
    }

    @Test
    void a_vm_that_is_never_resumed_or_is_moved_while_paused_is_a_fault() {
        Move first = action(move("a", "h1", "h2"), Action.MOVE_PAUSED);
        Move resume = action(move("a", "h2", "h2", 0, 1), Action.RESUME);
        Move back = move("c", "h2", "h1", 0);
        assertEquals(List.of("a is paused and never resumed"), faults(swap(), first, back));
        assertEquals(
                List.of("a is paused and never resumed", "move 1 of a moves a VM that is paused"),
                faults(swap(), first, move("a", "h2", "h1", 0)));
        assertEquals(
                List.of("move 0 of a resumes on h1 a VM that is not paused there"),
                faults(swap(), action(move("a", "h1", "h1"), Action.RESUME)));
        assertEquals(
                List.of("move 2 of a does not wait for the VM's move 0"),
                faults(swap(), first, back, action(move("a", "h2", "h2", 1), Action.RESUME)));
        assertEquals(
                List.of("move 0 of a pauses a VM that must not be paused"),
                faults(swap().limits(new Limits(1_000, 0, 1000)), first, back, resume));
    }

    private static Move action(Move move, Action action) {
        return new Move(
                move.vmId(),
                move.sourceHostId(),
                move.targetHostId(),
                move.mode(),
                move.after(),
                move.estimatedMillis(),
                move.why(),
                action);
    }

    private static List<String> faults(Problems problem, Move... moves) {
        return PlanJudge.check(problem.overloaded("h1"), new Plan(List.of(moves), 0, "greedy", List.of(), List.of()));
    }

    private static Move move(String vm, String source, String target, Integer... after) {
        return new Move(vm, source, target, MigrationMode.PRE_COPY, List.of(after), 1000, "");
    }
}
