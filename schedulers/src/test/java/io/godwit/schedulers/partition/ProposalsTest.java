package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.log.Topic;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plans that wait for a person's word, and what becomes of them by then. */
class ProposalsTest {
    private final Region region = new Region(1)
            .settings("{}")
            .host("h1", 0, 5000, 4000)
            .host("h2", 0, 1000)
            .host("h3", 0, 2000)
            .mode("approve")
            .sampleAll()
            .settle();

    private PlanDecided proposed() {
        return region.events(PlanDecided.class).stream()
                .filter(decided -> decided.getAnswer() == PlanAnswer.PLAN)
                .toList()
                .getLast();
    }

    private Region say(PlanDecided plan, boolean approved) {
        region.append(
                Topic.REQUESTS,
                0,
                "h1",
                new ProposalAnswered(
                        "a-" + region.events(ProposalAnswered.class).size(),
                        plan.getProposalId(),
                        plan.getDetectionId(),
                        "h1",
                        approved,
                        "ann",
                        "a test"));
        return region.settle();
    }

    private Region later(long millis) {
        return region.pass(millis).sampleAll().tick().settle();
    }

    private RequestAnswered answer() {
        return region.last(RequestAnswered.class);
    }

    private void sound() {
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
        assertEquals(List.of(), region.unreadable);
    }

    @Test
    void a_plan_is_proposed_and_holds_no_host_while_it_waits() {
        assertEquals("approve", proposed().getMode());
        assertTrue(proposed().getProposalId().startsWith("d-0-"), proposed()::toString);
        PartitionClosed closed = region.last(PartitionClosed.class);
        assertEquals(PartitionEnd.ADVISED, closed.getEnd());
        assertTrue(closed.getReason().contains("godwit approve " + proposed().getProposalId()), closed::toString);
        assertEquals(List.of(), region.events(MigrateVm.class));
        assertEquals(0, region.schedulers.get(0).state().openPartitions());
        sound();
    }

    @Test
    void a_plan_that_is_found_again_keeps_its_name() {
        PlanDecided first = proposed();
        for (int minute = 0; minute < 5; minute++) {
            later(59_000);
            later(1000);
        }
        assertNotEquals(first.getDecision(), proposed().getDecision());
        assertEquals(first.getProposalId(), proposed().getProposalId());
    }

    @Test
    void an_approved_plan_is_carried_out_where_it_is_found_again() {
        PlanDecided plan = proposed();
        region.restart(0);
        say(plan, true);

        MigrateVm command = region.openCommands().getFirst();
        assertEquals(plan.getMoves().getFirst().getVmId(), command.getVmId());
        assertEquals(plan.getMoves().getFirst().getTargetHostId(), command.getTargetHostId());
        assertEquals("done", answer().getAnswer());
        region.restart(0).succeed(command).settle();
        later(10_000);
        assertEquals(PartitionEnd.SOLVED, region.last(PartitionClosed.class).getEnd());
        sound();
    }

    @Test
    void one_that_has_become_another_is_proposed_anew_and_nothing_of_it_is_commanded() {
        PlanDecided plan = proposed();
        String target = plan.getMoves().getFirst().getTargetHostId();
        region.hosts.get(target).vms.put("newcomer", 6_500L); // no room there any more
        region.pass(2000).sampleAll().settle();
        say(plan, true);

        assertEquals("refused", answer().getAnswer());
        assertTrue(answer().getReason().contains(proposed().getProposalId()), answer()::toString);
        assertNotEquals(plan.getProposalId(), proposed().getProposalId());
        assertEquals(List.of(), region.events(MigrateVm.class));

        say(proposed(), true);
        assertEquals("done", answer().getAnswer());
        assertEquals(1, region.openCommands().size());
        sound();
    }

    @Test
    void an_approval_that_comes_when_nothing_is_left_to_do_is_told_so() {
        PlanDecided plan = proposed();
        region.hosts.get("h1").vms.put("h1-0", 1000L);
        region.pass(2000);
        region.append(
                Topic.REQUESTS,
                0,
                "h1",
                new ProposalAnswered("a-1", plan.getProposalId(), plan.getDetectionId(), "h1", true, "ann", "a test"));
        region.sampleAll().settle();
        assertEquals("refused", answer().getAnswer());
        assertEquals(List.of(), region.events(MigrateVm.class));
    }

    @Test
    void a_rejected_detection_is_not_planned_again_until_it_has_ended_and_begun_anew() {
        say(proposed(), false);
        assertEquals("done", answer().getAnswer());
        int plans = region.events(PlanDecided.class).size();
        region.restart(0);
        later(600_000);
        region.mode("auto").settle();
        later(600_000);
        assertEquals(plans, region.events(PlanDecided.class).size());

        region.mode("approve");
        region.hosts.get("h1").vms.put("h1-0", 1000L);
        later(1000);
        region.hosts.get("h1").vms.put("h1-0", 5000L);
        later(1000);
        assertEquals(plans + 1, region.events(PlanDecided.class).size());
        sound();
    }

    @Test
    void words_about_what_is_not_proposed_are_refused() {
        PlanDecided plan = proposed();
        say(PlanDecided.newBuilder(plan).setProposalId("d-0-1").build(), true);
        assertTrue(answer().getReason().contains("the newest plan for it is " + plan.getProposalId()));
        say(PlanDecided.newBuilder(plan).setDetectionId("nothing").build(), true);
        assertTrue(answer().getReason().contains("has ended"));
        say(plan, true);
        say(plan, true);
        assertEquals("refused", answer().getAnswer());
        assertTrue(answer().getReason().contains("ann has approved it already"), answer()::toString);
        assertEquals(1, region.openCommands().size());
    }

    @Test
    void an_approval_while_the_site_is_off_is_refused_and_the_plan_waits_on() {
        PlanDecided plan = proposed();
        region.mode("off").settle();
        say(plan, true);
        assertTrue(answer().getReason().contains("godwit site mode"), answer()::toString);
        region.mode("approve").settle();
        assertEquals(List.of(), region.events(MigrateVm.class));
        say(proposed(), true);
        assertEquals(1, region.openCommands().size());
    }

    @Test
    void a_site_that_goes_to_auto_commands_without_a_word() {
        region.mode("auto").settle();
        assertEquals(1, region.openCommands().size());
        sound();
    }
}
