package io.godwit.schedulers.planner;

import static io.godwit.schedulers.planner.Problems.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.planner.Answer.Infeasible;
import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.Answer.Rejected;
import io.godwit.schedulers.planner.Answer.Viable;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import io.godwit.schedulers.planner.PlacementProblem.PostCopy;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import io.godwit.schemas.events.MigrationMode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RepairPlannerTest {
    private static final Limits URGENT = new Limits(1_000, 0, 1000, PostCopy.URGENT, false);
    private final Planner planner = new RepairPlanner();

    @Test
    void hosts_within_their_capacity_are_viable_and_nothing_moves() {
        assertEquals(
                new Viable(),
                planner.plan(problem().host("h1", 1000).vm("a", "h1", 1000).overloaded("h1")));
    }

    @Test
    void an_overload_within_the_margin_is_viable() {
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .vm("a", "h1", 525)
                .vm("b", "h1", 525)
                .limits(new Limits(1_000, 50, 1000))
                .overloaded("h1");
        assertEquals(new Viable(), planner.plan(problem));
    }

    @Test
    void the_vm_that_moves_fastest_goes_to_the_host_with_most_room() {
        PlacementProblem problem = problem()
                .host("h1", 8000)
                .host("h2", 8000)
                .host("h3", 8000)
                .vm("web-7", "h1", 1000, 1, 12_500_000)
                .vm("db-2", "h1", 900, 4, 56_250_000)
                .vm("small", "h1", 200, 1, 0)
                .vm("rest", "h1", 6250, 16, 0)
                .vm("x", "h2", 6100)
                .vm("y", "h3", 5000)
                .overloaded("h1");
        Plan plan = plan(problem);
        assertEquals(
                List.of(new Move(
                        "web-7",
                        "h1",
                        "h3",
                        MigrationMode.PRE_COPY,
                        List.of(),
                        9545,
                        "relieves h1 (8350 → 7350 of 8000 mc)")),
                plan.moves());
        assertEquals("greedy", plan.engine());
        assertEquals(0, plan.nodesSearched());
        assertEquals(
                List.of(
                        new Rejected("small", "gives back 200 of the 350 mc needed"),
                        new Rejected("db-2", "62 s to move"),
                        new Rejected("rest", "no host has 6250 mc free")),
                plan.rejected());
    }

    @Test
    void a_vm_that_must_stay_stays_and_the_plan_says_why() {
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .fixed("a", "h1", 300, "a migration failed 20 s ago")
                .vm("b", "h1", 800)
                .overloaded("h1");
        Plan plan = plan(problem);
        assertEquals("b", plan.moves().getFirst().vmId());
        assertEquals(List.of(new Rejected("a", "a migration failed 20 s ago")), plan.rejected());
    }

    @Test
    void a_vm_does_not_go_where_it_is_banned() {
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 2000)
                .host("h3", 1000)
                .vm("a", "h1", 1100)
                .ban("a", "h2")
                .host("h4", 1200)
                .overloaded("h1");
        assertEquals("h4", plan(problem).moves().getFirst().targetHostId());
    }

    @Test
    void who_follows_another_vm_to_a_host_that_it_opens_waits_until_the_host_may_be_opened() {
        PlacementProblem problem = problem()
                .host("h0", 4000)
                .vm("a", "h0", 3000)
                .vm("b", "h0", 3000)
                .vm("c", "h0", 3000)
                .host("h1", 2000)
                .vm("leaves", "h1", 1000)
                .host("h2", 8000)
                .host("h3", 2000)
                .vm("w", "h3", 1000)
                .keep(new Constraint.MaxOnline(List.of("h1", "h2"), 1, When.CONTINUOUS))
                .overloaded("h0");
        Plan plan = plan(problem);

        assertEquals(3, plan.moves().size());
        assertEquals("leaves", plan.moves().getFirst().vmId());
        assertEquals(List.of(0), plan.moves().get(1).after());
        assertEquals(List.of(1), plan.moves().get(2).after());
        assertEquals(List.of(), PlanJudge.check(problem, plan));
    }

    @Test
    void a_target_is_filled_to_its_fill_limit_and_no_further() {
        Problems problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .vm("a", "h1", 700)
                .vm("b", "h1", 400)
                .vm("c", "h2", 450);
        assertEquals(1, plan(problem.overloaded("h1")).moves().size());
        assertInstanceOf(
                Infeasible.class,
                planner.plan(problem.limits(new Limits(1_000, 0, 800)).overloaded("h1")));
    }

    @Test
    void room_that_is_promised_to_a_vm_in_flight_is_not_given_twice() {
        Problems problem = problem().host("h1", 1000).vm("a", "h1", 700).vm("b", "h1", 400);
        problem.host(new Host("h2", "h2", 1000, 64L << 30, 125_000_000, 700, 0));
        assertInstanceOf(Infeasible.class, planner.plan(problem.overloaded("h1")));
    }

    @Test
    void too_little_memory_is_an_overload_too() {
        Problems problem = problem().host("h2", 1000);
        problem.host(new Host("h1", "h1", 1000, 3L << 30, 125_000_000, 0, 0));
        problem.vm("a", "h1", 10, 2, 0).vm("b", "h1", 10, 2, 0);
        assertEquals(
                "relieves h1 (4 GiB → 2 GiB of 3 GiB)",
                plan(problem.overloaded("h1")).moves().getFirst().why());
    }

    @Test
    void less_capacity_in_sum_than_demand_is_infeasible_without_a_search() {
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .vm("a", "h1", 700)
                .vm("b", "h1", 700)
                .vm("c", "h2", 700)
                .overloaded("h1");
        assertEquals(
                new Infeasible("2 hosts can give 2000 mc in sum and are asked for 2100 mc", 0, false),
                planner.plan(problem));
    }

    @Test
    void room_in_pieces_that_fit_no_vm_is_infeasible_for_these_hosts() {
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .host("h3", 1000)
                .vm("a", "h1", 600)
                .vm("b", "h1", 600)
                .vm("c", "h2", 700)
                .vm("d", "h3", 700)
                .overloaded("h1");
        Infeasible infeasible = assertInstanceOf(Infeasible.class, planner.plan(problem));
        assertFalse(infeasible.limitHit());
        assertTrue(infeasible.stuck());
        assertEquals(
                "no VM on 3 hosts has room on another one to begin with; 600 mc are free for VMs, 300 mc at most on one"
                        + " host",
                infeasible.reason());
    }

    @Test
    void a_vm_of_another_host_makes_room_and_the_mover_waits_for_it() {
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .host("h3", 1000)
                .vm("a", "h1", 600)
                .vm("b", "h1", 600)
                .vm("c", "h2", 400)
                .vm("d", "h2", 300)
                .vm("e", "h3", 700)
                .overloaded("h1");
        Plan plan = plan(problem);
        assertEquals(2, plan.moves().size());
        assertEquals("d", plan.moves().getFirst().vmId());
        assertEquals("makes room on h2 for a", plan.moves().getFirst().why());
        assertEquals(List.of(0), plan.moves().getLast().after());
    }

    /** Two full hosts with memory to spare whose only relief is that a and c change places. */
    private static Problems mustSwap() {
        return problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .vm("a", "h1", 600)
                .fixed("b", "h1", 500, "it is pinned")
                .vm("c", "h2", 400)
                .fixed("d", "h2", 400, "it is pinned");
    }

    @Test
    void where_no_third_helps_one_arrives_paused_and_goes_on_once_the_other_has_left() {
        Limits never = new Limits(10_000, 0, 1000);
        assertTrue(assertInstanceOf(
                        Infeasible.class, planner.plan(mustSwap().limits(never).overloaded("h1")))
                .stuck());
        Limits lastResort = new Limits(10_000, 0, 1000, PostCopy.URGENT, true);
        Plan plan = plan(mustSwap().limits(lastResort).overloaded("h1"));
        assertEquals(List.of("a h1→h2", "c h2→h1", "a h2→h2"), moves(plan));
        assertEquals(
                List.of(Action.MOVE_PAUSED, Action.MOVE, Action.RESUME),
                plan.moves().stream().map(Move::action).toList());
        assertEquals(
                List.of(List.of(), List.of(0), List.of(0, 1)),
                plan.moves().stream().map(Move::after).toList());
        assertEquals(MigrationMode.PRE_COPY, plan.moves().getFirst().mode()); // post-copy would run it there at once
        assertEquals(
                "relieves h1 (1100 → 500 of 1000 mc); is paused there, as h2 has no CPU for it yet",
                plan.moves().getFirst().why());
        assertEquals("goes on, as h2 has CPU for it now", plan.moves().getLast().why());
        // with a third host that has room there is a detour, so nobody is paused
        Plan detour = plan(mustSwap().host("h3", 450).limits(lastResort).overloaded("h1"));
        assertTrue(detour.moves().stream().allMatch(move -> move.action() == Action.MOVE));
    }

    @Test
    void a_vm_that_must_not_be_paused_is_not_and_memory_must_fit_on_the_way() {
        Limits lastResort = new Limits(10_000, 0, 1000, PostCopy.NEVER, true);
        Problems problem = problem()
                .limits(lastResort)
                .host("h1", 1000)
                .host("h2", 1000)
                .fixed("b", "h1", 500, "it is pinned")
                .fixed("d", "h2", 400, "it is pinned");
        for (String id : List.of("a", "c")) {
            boolean first = id.equals("a");
            problem.vm(new Vm(
                    id,
                    first ? "h1" : "h2",
                    first ? 600 : 400,
                    1L << 30,
                    0,
                    0,
                    0,
                    1000,
                    List.of(),
                    false,
                    Optional.empty()));
        }
        assertInstanceOf(Infeasible.class, planner.plan(problem.overloaded("h1")));
        Problems tight = problem()
                .limits(lastResort)
                .host(new Host("h1", "h1", 1000, 3L << 30, 125_000_000, 0, 0))
                .host(new Host("h2", "h2", 1000, 3L << 30, 125_000_000, 0, 0))
                .vm("a", "h1", 600, 2, 0)
                .fixed("b", "h1", 500, "it is pinned")
                .vm("c", "h2", 400, 2, 0)
                .fixed("d", "h2", 400, "it is pinned");
        assertInstanceOf(Infeasible.class, planner.plan(tight.overloaded("h1")));
    }

    @Test
    void two_hosts_that_must_swap_do_so_by_way_of_a_third() {
        // h2 is full until c has left, h1 until a has; c may rest on h3, but its fill limit of 360 lets it not end
        // there.
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .host("h3", 400)
                .vm("a", "h1", 800)
                .fixed("b", "h1", 400, "it is pinned")
                .vm("c", "h2", 400)
                .fixed("d", "h2", 90, "it is pinned")
                .limits(new Limits(10_000, 0, 900))
                .overloaded("h1");
        Plan plan = plan(problem);
        assertEquals(List.of("c h2→h3", "a h1→h2", "c h3→h1"), moves(plan));
        assertEquals(List.of(0), plan.moves().get(1).after());
        assertEquals(List.of(0, 1), plan.moves().get(2).after());
    }

    @Test
    void a_search_that_ends_at_its_node_limit_says_so() {
        PlacementProblem problem = Problems.gaussian(new SplittableRandom(1), 6, 100, new Limits(10, 0, 1000));
        Infeasible infeasible = assertInstanceOf(Infeasible.class, planner.plan(problem));
        assertTrue(infeasible.limitHit());
        assertTrue(infeasible.reason().startsWith("no plan for 6 hosts within 10 search nodes"), infeasible::reason);
    }

    @Test
    void a_host_whose_vms_are_banned_from_it_is_emptied_though_nothing_is_overloaded() {
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .vm("a", "h1", 100)
                .vm("b", "h1", 200)
                .vm("c", "h2", 300)
                .keep(new Constraint.Ban(List.of("a", "b"), List.of("h1"), When.DISCRETE))
                .overloaded("h1");
        assertEquals(List.of("a h1→h2", "b h1→h2"), moves(plan(problem)));
        assertEquals("for ban({a, b}, {h1})", plan(problem).moves().getFirst().why());
    }

    @Test
    void a_vm_that_relieves_and_must_leave_anyway_is_chosen_before_a_faster_one() {
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .vm("fast", "h1", 600)
                .vm("slow", "h1", 600, 8, 0)
                .keep(new Constraint.Fence(List.of("slow"), List.of("h2"), When.CONTINUOUS))
                .overloaded("h1");
        assertEquals(List.of("slow h1→h2"), moves(plan(problem)));
    }

    @Test
    void an_overload_is_relieved_though_a_broken_constraint_cannot_be_mended_and_the_plan_says_so() {
        Problems problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .vm("a", "h1", 600)
                .vm("b", "h1", 600)
                .fixed("c", "h2", 100, "it is pinned")
                .fixed("d", "h2", 100, "it is pinned")
                .keep(new Constraint.Spread(List.of("c", "d"), When.DISCRETE));
        Plan plan = plan(problem.overloaded("h1"));
        assertEquals(1, plan.moves().size());
        assertEquals(List.of("spread({c, d})"), plan.stillBroken());
    }

    @Test
    void a_move_names_the_constraint_that_kept_its_vm_from_a_better_target() {
        Problems problem = problem().host("h1", 1000).host("h2", 1000).host("h3", 1000);
        problem.vm("a", "h1", 600).fixed("b", "h1", 600, "it is pinned");
        problem.fixed("x", "h2", 100, "it is pinned").fixed("y", "h3", 200, "it is pinned");
        assertEquals(
                "relieves h1 (1200 → 600 of 1000 mc)",
                plan(problem.overloaded("h1")).moves().getFirst().why());
        problem.keep(new Constraint.Spread(List.of("a", "x"), When.DISCRETE));
        Move move = plan(problem.overloaded("h1")).moves().getFirst();
        assertEquals("h3", move.targetHostId());
        assertEquals("relieves h1 (1200 → 600 of 1000 mc), not to h2, from which spread({a, x}) keeps it", move.why());
    }

    @Test
    void a_vm_that_stays_names_the_constraint_that_kept_it() {
        Problems problem = problem().host("h1", 1000).host("h2", 1000).host("h3", 1000);
        problem.vm("a", "h1", 300, 8, 0)
                .vm("b", "h1", 250)
                .vm("c", "h1", 250)
                .vm("d", "h1", 260)
                .vm("e", "h1", 250);
        problem.fixed("x", "h2", 100, "it is pinned").fixed("full", "h3", 750, "it is pinned");
        problem.keep(new Constraint.Ban(List.of("b"), List.of("h2", "h3"), When.DISCRETE))
                .keep(new Constraint.Spread(List.of("d", "x"), When.DISCRETE))
                .keep(new Constraint.Root(List.of("e")));
        assertEquals(
                Set.of(
                        new Rejected("b", "ban({b}, {h2, h3}) keeps it from h2"),
                        new Rejected("d", "no host has 260 mc free, and spread({d, x}) keeps it from h2"),
                        new Rejected("e", "root({e}) keeps it")),
                Set.copyOf(plan(problem.overloaded("h1")).rejected().stream()
                        .filter(rejected -> List.of("b", "d", "e").contains(rejected.vmId()))
                        .toList()));
    }

    @Test
    void two_vms_that_must_be_apart_at_every_moment_change_hosts_one_after_the_other() {
        PlacementProblem problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .host("h3", 1000)
                .vm("a", "h1", 600)
                .fixed("b", "h1", 500, "it is pinned")
                .vm("c", "h2", 100)
                .fixed("d", "h3", 900, "it is pinned")
                .keep(new Constraint.Spread(List.of("a", "c"), When.CONTINUOUS))
                .overloaded("h1");
        Plan plan = plan(problem);
        assertEquals(List.of("c h2→h3", "a h1→h2"), moves(plan));
        assertEquals(List.of(0), plan.moves().getLast().after());
    }

    @Test
    void a_relieving_move_is_made_by_post_copy_where_that_is_allowed() {
        Problems problem = problem()
                .host("h1", 1000)
                .host("h2", 1000)
                .vm("a", "h1", 600, 1, 60_000_000)
                .vm("b", "h1", 500, 8, 60_000_000);
        Move plain = plan(problem.overloaded("h1")).moves().getFirst();
        Move quick = plan(problem.limits(URGENT).overloaded("h1")).moves().getFirst();
        assertEquals(MigrationMode.PRE_COPY, plain.mode());
        assertEquals(MigrationMode.POST_COPY, quick.mode());
        assertTrue(quick.estimatedMillis() < plain.estimatedMillis(), quick::toString);
    }

    @Test
    void post_copy_costs_its_switch_over_so_a_large_busy_vm_that_may_is_moved_before_a_small_one_that_may_not() {
        Problems problem = problem().host("h1", 1000).host("h2", 1000).limits(URGENT);
        problem.vm(vm("a", 500, 1, 60_000_000)).vm(vm("b", 600, 8, 60_000_000, MigrationMode.POST_COPY));
        Move move = plan(problem.overloaded("h1")).moves().getFirst();
        assertEquals("b", move.vmId());
        assertEquals(68_720, move.estimatedMillis(), "the whole copy, as its hosts are held so long");
    }

    @Test
    void of_two_that_switch_over_the_one_with_the_shorter_copy_goes() {
        Problems problem = problem().host("h1", 1000).host("h2", 1000).limits(URGENT);
        problem.vm(vm("a", 500, 8, 0, MigrationMode.POST_COPY)).vm(vm("b", 600, 2, 0, MigrationMode.POST_COPY));
        assertEquals("b", plan(problem.overloaded("h1")).moves().getFirst().vmId());
    }

    @Test
    void a_guest_that_writes_nearly_as_fast_as_its_link_sends_is_held_back_where_that_is_allowed() {
        Problems problem = problem().host("h1", 1000).host("h2", 1000);
        problem.vm(vm("a", 600, 1, 100_000_000, MigrationMode.AUTO_CONVERGE)).fixed("b", "h1", 500, "it is pinned");
        Move move = plan(problem.overloaded("h1")).moves().getFirst();
        assertEquals(MigrationMode.AUTO_CONVERGE, move.mode());
        assertEquals(17_180, move.estimatedMillis(), "twice memory / bandwidth");

        Move calm = moveOf(vm("a", 600, 1, 99_000_000, MigrationMode.AUTO_CONVERGE), problem());
        Move forbidden = moveOf(vm("a", 600, 1, 200_000_000), problem());
        Move urgent = moveOf(
                vm("a", 600, 1, 200_000_000, MigrationMode.AUTO_CONVERGE, MigrationMode.POST_COPY),
                problem().limits(URGENT));
        assertEquals(MigrationMode.PRE_COPY, calm.mode());
        assertEquals(MigrationMode.PRE_COPY, forbidden.mode());
        assertEquals(85_900, forbidden.estimatedMillis(), "a last choice");
        assertEquals(MigrationMode.POST_COPY, urgent.mode());
    }

    private Move moveOf(Vm vm, Problems problem) {
        problem.host("h1", 1000).host("h2", 1000).vm(vm).fixed("b", "h1", 500, "it is pinned");
        return plan(problem.overloaded("h1")).moves().getFirst();
    }

    @Test
    void what_counts_is_the_share_that_a_move_has_of_links_that_others_use_too() {
        Problems problem = problem().host("h1", 1000).host("h2", 1000).host("h3", 1000);
        problem.vm(vm("a", 900, 1, 60_000_000, MigrationMode.AUTO_CONVERGE))
                .vm(vm("b", 900, 1, 0, MigrationMode.AUTO_CONVERGE))
                .fixed("c", "h1", 900, "it is pinned");
        List<Move> moves = plan(problem.overloaded("h1")).moves();
        assertEquals(
                List.of("b PRE_COPY", "a AUTO_CONVERGE"),
                moves.stream().map(move -> move.vmId() + " " + move.mode()).toList());
    }

    @Test
    void a_network_that_carries_too_much_and_cannot_be_mended_does_not_keep_an_overload_from_its_relief() {
        Problems problem = problem()
                .host("h1", 1000)
                .host(new Host("h2", "h2", 1000, 64L << 30, 1_000, 0, 125_000_000, 0, 0, 0, 0, List.of()))
                .host("h3", 1000);
        problem.vm("a", "h1", 600).vm("b", "h1", 600);
        problem.vm(new Vm("c", "h2", 100, 1L << 30, 2_000, 0, 0, 1000, List.of(), true, Optional.of("it is pinned")));
        Plan plan = plan(problem.overloaded("h1"));
        assertEquals(List.of("a h1→h3"), moves(plan));
        assertEquals(List.of("the network of h2 is asked for 2000 of 1000 bytes/s"), plan.stillBroken());
    }

    private static Vm vm(String id, long cpuMillicores, long gibibytes, long dirty, MigrationMode... modes) {
        return new Vm(
                id, "h1", cpuMillicores, gibibytes << 30, 0, 0, dirty, 1000, List.of(modes), true, Optional.empty());
    }

    @Test
    void moves_that_share_a_link_are_expected_to_take_longer() {
        Problems problem = problem().host("h1", 1000).host("h2", 1000).host("h3", 1000);
        problem.vm("a", "h1", 900).vm("b", "h1", 900).fixed("c", "h1", 900, "it is pinned");
        Plan plan = plan(problem.overloaded("h1"));
        assertEquals(2, plan.moves().size());
        plan.moves().forEach(move -> assertEquals(17_180, move.estimatedMillis()));
    }

    @Test
    void network_and_disk_count_where_they_are_given() {
        Problems problem = problem()
                .host("h1", 1000)
                .host(new Host("h2", "h2", 1000, 64L << 30, 1_000, 0, 125_000_000, 0, 0, 0, 0, List.of()))
                .host("h3", 1000);
        problem.vm(new Vm("a", "h1", 600, 1L << 30, 2_000, 9_000, 0, 1000, List.of(), true, Optional.empty()));
        problem.vm("b", "h1", 900).vm("c", "h3", 300);
        assertEquals(List.of("a h1→h3"), moves(plan(problem.overloaded("h1"))));
    }

    private static List<String> moves(Plan plan) {
        return plan.moves().stream()
                .map(move -> move.vmId() + " " + move.sourceHostId() + "→" + move.targetHostId())
                .toList();
    }

    private Plan plan(PlacementProblem problem) {
        Plan plan = assertInstanceOf(Plan.class, planner.plan(problem));
        assertEquals(List.of(), PlanJudge.check(problem, plan));
        return plan;
    }
}
