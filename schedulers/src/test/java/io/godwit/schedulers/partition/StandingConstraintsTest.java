package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.PlacementProblem;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.ConstraintKind;
import io.godwit.schemas.events.ConstraintResource;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.StatedConstraint;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From the log to the planner: constraints are folded, kept over restarts, and handed on where they concern somebody. */
class StandingConstraintsTest {
    private static final long[] OVER = {4000, 4350};
    private static final List<String> WEB = List.of("h1-0", "h1-1");
    private static final Constraint BAN = new Constraint.Ban(WEB, List.of("h2"), When.DISCRETE);
    private static final Constraint ROOT = new Constraint.Root(List.of("h1-0"));
    private static final Constraint ELSEWHERE = new Constraint.Spread(List.of("h9-0", "h9-1"), When.CONTINUOUS);

    private final List<PlacementProblem> asked = new ArrayList<>();

    /** Finds no plan while there are constraints, and remembers what it was asked. */
    private final Planner planner = problem -> {
        asked.add(problem);
        return problem.constraints().isEmpty()
                ? new Answer.Viable()
                : new Answer.Infeasible("a constraint forbids it", 0, false);
    };

    private final Region region = new Region(1, planner).host("h1", 0, OVER).host("h2", 0, 1000);

    @Test
    void the_planner_is_asked_with_those_that_name_a_host_or_vm_at_hand_whatever_script_demands_them() {
        apply("b", BAN, ELSEWHERE);
        apply("a", ROOT);
        region.sampleAll().settle();

        assertEquals(List.of(BAN, ROOT), asked.getLast().constraints());
        assertEquals(List.of(), region.unreadable);
    }

    @Test
    void the_newest_of_a_name_holds_also_after_a_restart() {
        apply("web", BAN);
        apply("web", ROOT);
        region.settle().restart(0).sampleAll().settle();

        assertEquals(List.of(ROOT), asked.getLast().constraints());
        var entries = region.schedulers.get(0).state().entries();
        assertEquals(entries.keySet(), SchedulerState.of(entries).entries().keySet());
        assertTrue(entries.containsKey("constraints/web"), entries.keySet().toString());
    }

    @Test
    void an_overload_that_had_no_plan_is_looked_at_again_soon_after_a_withdrawal() {
        apply("web", BAN);
        region.sampleAll().settle();
        for (int second = 0; second < 70; second++) { // by now the next look is due at second 92
            region.pass(1_000).tick().sampleAll().settle();
        }
        int before = asked.size();
        region.pass(1_000).tick().sampleAll().settle();
        assertEquals(before, asked.size(), "it was not waiting");

        withdraw("web");
        region.settle().pass(1_000).tick().sampleAll().settle();

        assertTrue(asked.size() > before, "it still waits");
        assertEquals(List.of(), asked.getLast().constraints());
    }

    @Test
    void what_makes_no_constraint_goes_to_the_dead_letters_with_the_reason_and_what_held_goes_on() {
        apply("web", ROOT);
        append(stated("web", ConstraintKind.UNKNOWN, List.of(List.of("h1-0")), 0));
        append(stated("web", ConstraintKind.SPREAD, List.of(), 0));
        append(stated("web", ConstraintKind.DEADLINE, List.of(List.of("h1-0")), -1));
        append(stated("web", ConstraintKind.SPLIT, List.of(List.of("h1-0"), List.of("h1-0")), 0));
        region.sampleAll().settle();

        assertEquals(4, region.unreadable.size(), region.unreadable.toString());
        for (int record = 0; record < 4; record++) {
            String reason = region.unreadable.get(record);
            String why = List.of("run the version that wrote it", "written spread(VMs)", "give 1 to", "in two sets")
                    .get(record);
            assertTrue(reason.startsWith("the constraints \"web\" cannot be kept") && reason.contains(why), reason);
        }
        assertEquals(List.of(ROOT), asked.getLast().constraints());
    }

    @Test
    void a_move_goes_where_the_constraints_let_it() {
        assertEquals("h2", targetUnder());
        assertEquals("h3", targetUnder(BAN));
        assertEquals("h3", targetUnder(new Constraint.Fence(WEB, List.of("h1", "h3"), When.CONTINUOUS)));
    }

    /** Where the planner moves a VM of h1 to, with h2 nearly empty, h3 less so, and these constraints. */
    private static String targetUnder(Constraint... constraints) {
        Region three = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000)
                .host("h3", 0, 2000)
                .mode("auto")
                .control("web", applied("web", constraints))
                .sampleAll()
                .settle();
        return three.last(MigrateVm.class).getTargetHostId();
    }

    private static ConstraintsApplied stated(String name, ConstraintKind kind, List<List<String>> vms, long amount) {
        boolean continuous = kind == ConstraintKind.DEADLINE;
        var constraint = new StatedConstraint(kind, continuous, vms, List.of(), ConstraintResource.NONE, amount);
        return new ConstraintsApplied(name, "", List.of(constraint), "test", "test");
    }

    private static ConstraintsApplied applied(String name, Constraint... constraints) {
        return new ConstraintsApplied(
                name,
                "as given",
                List.of(constraints).stream()
                        .map(constraint -> Form.of(constraint).stated())
                        .toList(),
                "test",
                "test");
    }

    private void apply(String name, Constraint... constraints) {
        append(applied(name, constraints));
    }

    private void append(ConstraintsApplied applied) {
        region.append(Topic.CONTROLS, 0, applied.getName(), applied);
    }

    private void withdraw(String name) {
        region.append(Topic.CONTROLS, 0, name, new ConstraintsWithdrawn(name, "test", "test"));
    }
}
