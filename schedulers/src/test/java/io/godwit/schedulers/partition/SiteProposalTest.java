package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.log.Topic;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A plan for the whole site that waits for a person's word: it answers detections of several segments. */
class SiteProposalTest {
    private static final long[] OVER = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 350};
    private static final String CENTRALIZED = "{\"policy\":\"centralized\"}";

    private final Region region = new Region(3)
            .settings(CENTRALIZED)
            .mode("approve")
            .host("h1", 0, OVER)
            .host("h2", 1, OVER)
            .host("h3", 2, 1000)
            .host("h4", 2, 1000)
            .sampleAll()
            .settle();

    private List<PlanDecided> plans() {
        return region.events(PlanDecided.class).stream()
                .filter(decided -> decided.getAnswer() == PlanAnswer.PLAN)
                .toList();
    }

    private PlanDecided proposed() {
        return plans().getLast();
    }

    private Region solve() {
        return region.pass(1000).sampleAll().tick().settle().solve().settle();
    }

    private Region solveAfterPeriod() {
        region.pass(30_000);
        return solve();
    }

    private Region say(PlanDecided plan, boolean approved) {
        region.append(
                Topic.REQUESTS,
                0,
                "site",
                new ProposalAnswered(
                        "a-" + region.events(ProposalAnswered.class).size(),
                        plan.getProposalId(),
                        plan.getDetectionId(),
                        "site",
                        approved,
                        "ann",
                        "a test"));
        return region.settle();
    }

    private RequestAnswered answer() {
        return region.last(RequestAnswered.class);
    }

    private void sound() {
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
        assertEquals(List.of(), region.unreadable);
    }

    @Test
    void a_plan_for_the_site_is_proposed_holds_no_host_and_keeps_its_name_while_it_waits() {
        solve();
        PlanDecided first = proposed();
        assertEquals("approve", first.getMode());
        assertTrue(first.getProposalId().startsWith("d-0-"), first::toString);
        assertEquals(2, first.getMoves().size());
        PartitionClosed closed = region.last(PartitionClosed.class);
        assertEquals(PartitionEnd.ADVISED, closed.getEnd());
        assertTrue(closed.getReason().contains("godwit approve " + first.getProposalId()), closed::toString);
        region.restart(0);
        solveAfterPeriod();
        assertNotEquals(first.getDecision(), proposed().getDecision());
        assertEquals(first.getProposalId(), proposed().getProposalId());
        assertEquals(List.of(), region.events(MigrateVm.class));
        sound();
    }

    @Test
    void an_approved_one_is_solved_anew_at_once_and_carried_out_where_it_is_found_again() {
        solve();
        PlanDecided plan = proposed();
        region.restart(0);
        say(plan, true);
        assertEquals(List.of(), region.events(RequestAnswered.class));
        region.restart(0);
        solve();
        assertEquals("done", answer().getAnswer());
        assertEquals("site", answer().getHostId());
        assertEquals(2, region.events(MigrateVm.class).size());
        List.copyOf(region.openCommands()).forEach(region::succeed);
        region.settle();
        assertEquals(PartitionEnd.SOLVED, region.last(PartitionClosed.class).getEnd());
        sound();
    }

    @Test
    void one_that_has_become_another_is_proposed_anew_and_nothing_of_it_is_commanded() {
        solve();
        PlanDecided plan = proposed();
        say(plan, true);
        region.hosts.get("h3").vms.put("newcomer", 6_500L);
        region.hosts.get("h4").vms.put("another", 6_000L);
        solve();
        assertEquals("refused", answer().getAnswer());
        assertTrue(answer().getReason().contains(proposed().getProposalId()), answer()::toString);
        assertNotEquals(plan.getProposalId(), proposed().getProposalId());
        assertEquals(List.of(), region.events(MigrateVm.class));

        say(plan, true);
        assertTrue(answer().getReason()
                .contains("the newest plan for it is " + proposed().getProposalId()));
        say(proposed(), true);
        solve();
        assertEquals("done", answer().getAnswer());
        assertEquals(2, region.openCommands().size());
        sound();
    }

    @Test
    void a_rejected_one_is_planned_again_in_no_mode_until_an_overload_begins_that_it_did_not_answer() {
        solve();
        say(proposed(), false);
        assertEquals("done", answer().getAnswer());
        int plans = plans().size();
        region.restart(0);
        solveAfterPeriod();
        assertTrue(region.last(PartitionClosed.class).getReason().startsWith("ann has rejected "));
        region.mode("auto").settle();
        solveAfterPeriod();
        assertEquals(plans, plans().size());

        region.hosts.get("h4").vms.put("heavy", 7_500L);
        solveAfterPeriod();
        assertEquals(plans + 1, plans().size());
        sound();
    }

    @Test
    void a_rejection_ends_the_solving_that_is_under_way() {
        solve();
        PlanDecided plan = proposed();
        region.pass(30_000).sampleAll().tick().settle();
        say(plan, false);
        assertEquals(PartitionEnd.ADVISED, region.last(PartitionClosed.class).getEnd());
        region.solve().settle();
        assertEquals(1, plans().size());
        assertEquals(0, region.schedulers.get(0).state().openPartitions());
        sound();
    }

    @Test
    void an_approval_that_comes_when_nothing_is_left_to_do_is_told_so() {
        solve();
        PlanDecided plan = proposed();
        region.hosts.get("h1").vms.put("h1-0", 100L);
        region.hosts.get("h2").vms.put("h2-0", 100L);
        say(plan, true);
        solve();
        assertEquals("refused", answer().getAnswer());
        assertTrue(answer().getReason().startsWith("nothing of it is carried out"), answer()::toString);
        say(plan, true);
        assertEquals("nothing is proposed for the site now", answer().getReason());
        assertEquals(List.of(), region.events(MigrateVm.class));
        sound();
    }

    @Test
    void another_policy_ends_what_was_proposed_for_the_site_and_centralized_what_was_proposed_for_a_host() {
        solve();
        PlanDecided plan = proposed();
        say(plan, true);
        region.settings("{\"policy\":\"dvms-local\"}").settle();
        assertTrue(answer().getReason().contains("the policy is dvms-local now"), answer()::toString);
        PlanDecided ofHost = proposed();
        assertNotEquals("site", region.last(PartitionOpened.class).getInitiator());
        say(plan, true);
        assertEquals("the policy is dvms-local now, which plans for no whole site", answer().getReason());

        region.settings(CENTRALIZED).settle();
        String hostId = ofHost.getMoves().getFirst().getSourceHostId();
        region.append(
                Topic.REQUESTS,
                hostId.equals("h1") ? 0 : 1,
                hostId,
                new ProposalAnswered(
                        "late", ofHost.getProposalId(), ofHost.getDetectionId(), hostId, true, "ann", "a test"));
        region.settle();
        assertEquals("the policy is centralized now, which plans for no single host", answer().getReason());
        assertEquals(List.of(), region.events(MigrateVm.class));
        sound();
    }

    @Test
    void a_plan_that_was_carried_out_in_vain_waits_for_another_word_under_another_name() {
        solve();
        PlanDecided plan = proposed();
        say(plan, true);
        solve();
        List.copyOf(region.openCommands()).forEach(region::fail);
        region.settle();
        int commands = region.events(MigrateVm.class).size();
        region.pass(600_000); // until the VMs are no longer held back
        solve();
        assertNotEquals(plan.getProposalId(), proposed().getProposalId());
        assertEquals(commands, region.events(MigrateVm.class).size());
        say(proposed(), true);
        solve();
        assertEquals("done", answer().getAnswer());
        sound();
    }
}
