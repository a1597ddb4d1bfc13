package io.godwit.schedulers.planner;

import static io.godwit.schedulers.planner.Problems.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schemas.events.MigrationMode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConstraintJudgeTest {
    private static final List<String> H1 = List.of("h1");
    private static final List<String> H3 = List.of("h3");
    private static final List<List<String>> RACKS = List.of(List.of("h1", "h2"), List.of("h3"));

    /** h1 is overloaded by 200 until a has gone to h3, where e is. */
    private static Problems overload() {
        return problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .host("h3", 1000)
                .vm("a", "h1", 300)
                .vm("b", "h1", 900)
                .vm("c", "h2", 300)
                .vm("e", "h3", 500);
    }

    static Stream<Arguments> constraints_that_the_move_of_a_to_h3_breaks() {
        return Stream.of(
                broken("in the end Spread", new Constraint.Spread(List.of("a", "e"), When.DISCRETE)),
                broken("in the end Gather", new Constraint.Gather(List.of("a", "b"), When.DISCRETE)),
                broken("in the end Fence", new Constraint.Fence(List.of("a"), List.of("h1", "h2"), When.DISCRETE)),
                broken("in the end Ban", new Constraint.Ban(List.of("a"), H3, When.DISCRETE)),
                broken("in the end Among", new Constraint.Among(List.of("a", "c"), RACKS, When.DISCRETE)),
                broken(
                        "in the end Split",
                        new Constraint.Split(List.of(List.of("a", "b"), List.of("c", "e")), When.DISCRETE)),
                broken(
                        "in the end SplitAmong",
                        new Constraint.SplitAmong(List.of(List.of("a", "b"), List.of("e")), RACKS, When.DISCRETE)),
                broken("in the end Lonely", new Constraint.Lonely(List.of("e"), When.DISCRETE)),
                broken("the moves break Root", new Constraint.Root(List.of("a"))),
                broken("the moves break Quarantine", new Constraint.Quarantine(H3)),
                broken(
                        "in the end h3, which took a VM in,",
                        new Constraint.Preserve(List.of("e"), Constraint.Resource.CPU, 800)),
                broken(
                        "in the end h3 is asked",
                        new Constraint.Overbook(H3, Constraint.Resource.CPU, 700, When.DISCRETE)),
                broken(
                        "in the end ResourceCapacity",
                        new Constraint.ResourceCapacity(H3, Constraint.Resource.CPU, 700, When.DISCRETE)),
                broken("in the end RunningCapacity", new Constraint.RunningCapacity(H3, 1, When.DISCRETE)),
                broken("the moves break Deadline", new Constraint.Deadline(List.of("a"), 999)));
    }

    private static Arguments broken(String fault, Constraint constraint) {
        return Arguments.of(fault, constraint);
    }

    @ParameterizedTest
    @MethodSource("constraints_that_the_move_of_a_to_h3_breaks")
    void each_kind_that_a_move_breaks_is_told(String fault, Constraint constraint) {
        List<String> faults = faults(overload().keep(constraint), move("a", "h1", "h3"));
        assertEquals(1, faults.stream().filter(each -> each.startsWith(fault)).count(), faults::toString);
        assertEquals(List.of(), faults(overload(), move("a", "h1", "h3")));
    }

    @Test
    void a_host_that_must_stay_empty_is_kept_empty() {
        Problems problem = overload().host("h4", 1000);
        Constraint offline = new Constraint.Offline(List.of("h4"));
        Constraint few = new Constraint.MaxOnline(List.of("h1", "h2", "h3", "h4"), 3, When.DISCRETE);
        assertEquals(
                List.of("in the end " + few + " is broken", "in the end " + offline + " is broken"),
                faults(problem.keep(offline).keep(few), move("a", "h1", "h4")));
    }

    @Test
    void what_holds_in_the_end_but_not_on_the_way_is_a_fault_only_where_it_is_continuous() {
        for (When when : When.values()) {
            Constraint apart = new Constraint.Spread(List.of("a", "e"), when);
            Problems problem = overload().keep(apart);
            List<String> faults = faults(problem, move("a", "h1", "h3"), move("e", "h3", "h2"));
            assertEquals(when == When.CONTINUOUS, !faults.isEmpty(), faults::toString);
            assertEquals(List.of(), faults(problem, move("e", "h3", "h2"), move("a", "h1", "h3", 0)));
        }
    }

    @Test
    void moves_that_constraints_put_in_order_wait_for_each_other() {
        Constraint order = new Constraint.Seq(List.of("e", "a"));
        Constraint after = new Constraint.Precedence(List.of("e"), List.of("a"));
        Constraint apart = new Constraint.Serialize(List.of("a", "e"));
        Constraint together = new Constraint.Sync(List.of("a", "e"));
        Problems problem = overload().keep(order).keep(after).keep(apart);
        assertEquals(
                List.of("the moves break " + after, "the moves break " + order, "the moves break " + apart),
                faults(problem, move("a", "h1", "h3"), move("e", "h3", "h2")));
        assertEquals(List.of(), faults(problem, move("e", "h3", "h2"), move("a", "h1", "h3", 0)));
        assertEquals(
                List.of("the moves break " + together),
                faults(overload().keep(together), move("e", "h3", "h2"), move("a", "h1", "h3", 0)));
        assertEquals(List.of(), faults(overload().keep(together), move("a", "h1", "h3"), move("e", "h3", "h2")));
    }

    @Test
    void what_was_broken_before_may_stay_so_if_the_plan_says_so_and_it_gets_no_worse() {
        Constraint apart = new Constraint.Spread(List.of("b", "a", "c", "e"), When.CONTINUOUS);
        Problems problem = overload().host("h4", 1000).keep(apart).vm("f", "h1", 0);
        problem.keep(new Constraint.Ban(List.of("f"), H1, When.DISCRETE));
        String ban = new Constraint.Ban(List.of("f"), H1, When.DISCRETE).toString();
        Plan silent = new Plan(List.of(move("a", "h1", "h4")), 0, "greedy", List.of(), List.of());
        Plan open = new Plan(List.of(move("a", "h1", "h4")), 0, "greedy", List.of(), List.of("ban"));
        assertEquals(
                List.of("in the end " + ban + " is still broken, and the plan does not say so"),
                PlanJudge.check(problem.overloaded("h1"), silent));
        assertEquals(List.of(), PlanJudge.check(problem.overloaded("h1"), open));
    }

    @Test
    void a_group_whose_other_vms_nobody_here_sees_is_not_left_though_it_is_meant_for_the_end_only() {
        Constraint among = new Constraint.Among(List.of("a", "elsewhere"), RACKS, When.DISCRETE);
        assertEquals(List.of("the moves break " + among), faults(overload().keep(among), move("a", "h1", "h3")));
        assertEquals(List.of(), faults(overload().keep(among), move("a", "h1", "h2")));
    }

    @Test
    void a_bound_that_others_share_is_not_used_up_here() {
        Constraint bound = new Constraint.RunningCapacity(List.of("h3", "h9"), 50, When.DISCRETE);
        assertEquals(
                List.of("in the end, what " + bound + " bounds has grown, and others share that bound"),
                faults(overload().keep(bound), move("a", "h1", "h3")));
    }

    private static List<String> faults(Problems problem, Move... moves) {
        return PlanJudge.check(problem.overloaded("h1"), new Plan(List.of(moves), 0, "greedy", List.of(), List.of()));
    }

    private static Move move(String vm, String source, String target, Integer... after) {
        return new Move(vm, source, target, MigrationMode.PRE_COPY, List.of(after), 1000, "");
    }
}
