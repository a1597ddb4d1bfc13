package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.HostsGranted;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.SolveAnswered;
import io.godwit.schemas.events.SolveAsked;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PoliciesTest {
    private static final long[] BUSY = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 900};
    private static final long[] OVER = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 350};

    private static Region with(int segments, String policy) {
        return new Region(segments).settings("{\"policy\":\"" + policy + "\"}").mode("auto");
    }

    @Test
    void the_policy_static_leaves_detections_open() {
        Region region = with(1, "static").host("h1", 0, OVER).host("h2", 0, 1000);
        region.sampleAll().settle().pass(5000).tick().sampleAll().settle();

        assertEquals(List.of(), region.events(PartitionOpened.class));
        assertEquals(1, region.schedulers.get(0).state().openDetections());
    }

    @Test
    void a_change_of_policy_takes_up_what_was_left_open() {
        Region region = with(1, "static").host("h1", 0, OVER).host("h2", 0, 1000);
        region.sampleAll().settle();

        region.settings("{\"policy\":\"dvms-local\"}").settle();

        assertEquals(1, region.events(MigrateVm.class).size());
    }

    @Test
    void a_change_of_policy_ends_what_still_grows() {
        Region region = with(2, "dvms-local").host("h1", 0, OVER).host("h2", 1, 1000);
        region.sampleAll();
        region.settleOnly(0, Topic.CONTROLS).settleOnly(0, Topic.INVENTORY);
        region.settleOnly(0, Topic.OBSERVATIONS).settleOnly(0, Topic.DETECTIONS);
        assertEquals(1, region.events(MemberAsked.class).size());

        region.settings("{\"policy\":\"static\"}").settle();

        assertEquals(
                PartitionEnd.POLICY_CHANGED, region.last(PartitionClosed.class).getEnd());
        assertEquals(List.of(), region.events(MigrateVm.class));
        assertEquals(List.of(), Judge.faultsOf(withoutDetections(region), true));
    }

    @Test
    void what_a_change_of_policy_ended_is_answered_even_where_nothing_is_left_to_do() {
        Region region = with(2, "dvms-local").host("h1", 0, OVER).host("h2", 1, 1000);
        region.sampleAll();
        region.settleOnly(0, Topic.CONTROLS).settleOnly(0, Topic.INVENTORY);
        region.settleOnly(0, Topic.OBSERVATIONS).settleOnly(0, Topic.DETECTIONS);

        region.settings("{\"policy\":\"dvms\",\"marginPermille\":100}").settle();

        assertEquals(PlanAnswer.VIABLE, region.last(PlanDecided.class).getAnswer());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    /** The judge wants every detection answered, which no policy static does. */
    private static List<io.godwit.schemas.log.LogRecord> withoutDetections(Region region) {
        return region.appended.stream()
                .filter(record -> record.topic() != Topic.DETECTIONS)
                .toList();
    }

    @Test
    void the_policy_dvms_takes_the_next_host_on_the_ring_whichever_segment_owns_it() {
        Region region = with(4, "dvms").host("h0", 0, OVER);
        IntStream.range(1, 12).forEach(host -> region.host("h" + host, host % 4, 1000));
        region.settle().tick().settle(); // the segments tell each other their hosts
        region.sampleAll().settle();

        Ring ring = new Ring(IntStream.range(0, 12)
                .mapToObj(host -> new Ring.Seat("h" + host, host % 4))
                .toList());
        assertEquals(ring.after("h0", 1).hostId(), region.last(MigrateVm.class).getTargetHostId());
        assertEquals(2, region.last(PlanDecided.class).getMembers().size());
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void the_policy_dvms_passes_by_hosts_without_room() {
        Region region = with(3, "dvms").host("h0", 0, OVER);
        IntStream.range(1, 9).forEach(host -> region.host("h" + host, host % 3, BUSY));
        Ring ring = new Ring(IntStream.range(0, 9)
                .mapToObj(host -> new Ring.Seat("h" + host, host % 3))
                .toList());
        String roomy = ring.after("h0", 6).hostId();
        region.hosts.get(roomy).vms.clear();
        region.settle().tick().settle();
        region.sampleAll().settle();

        assertEquals(roomy, region.last(MigrateVm.class).getTargetHostId());
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void the_policy_centralized_solves_all_overloads_of_the_site_at_once_outside_the_transaction() {
        Region region = with(3, "centralized")
                .host("h1", 0, OVER)
                .host("h2", 1, OVER)
                .host("h3", 2, 1000)
                .host("h4", 2, 1000);
        region.sampleAll().settle();
        assertEquals(List.of(), region.events(PartitionOpened.class));

        region.tick().settle();
        assertEquals(1, region.events(SolveAsked.class).size());
        assertEquals(List.of(), region.events(MigrateVm.class));
        assertEquals(2, region.events(HostsGranted.class).size());

        region.solve().settle();
        PlanDecided plan = region.last(PlanDecided.class);
        assertEquals(PlanAnswer.PLAN, plan.getAnswer());
        assertEquals(4, plan.getMembers().size());
        assertFalse(plan.getDetectionId().isEmpty());
        assertEquals(1, plan.getDetections().size());
        assertEquals(2, region.events(MigrateVm.class).size());

        List.copyOf(region.openCommands()).forEach(region::succeed);
        region.settle();
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void the_policy_centralized_looks_again_after_its_period_and_gives_back_what_it_does_not_need() {
        Region region = with(2, "centralized").host("h1", 0, 1000).host("h2", 1, 1000);
        region.sampleAll().settle().tick().settle();
        assertEquals(PartitionEnd.VIABLE, region.last(PartitionClosed.class).getEnd());

        region.pass(29_000).sampleAll().tick().settle();
        assertEquals(1, region.events(PartitionOpened.class).size());
        region.pass(1_000).sampleAll().tick().settle();
        assertEquals(2, region.events(PartitionOpened.class).size());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void an_answer_that_is_lost_is_asked_for_anew_and_the_old_one_counts_no_more() {
        Region region = with(1, "centralized").host("h1", 0, OVER).host("h2", 0, 1000);
        region.sampleAll().settle().tick().settle();
        SolveJob lost = region.jobs.removeFirst();

        region.restart(0).pass(60_000).sampleAll().tick().settle();
        assertEquals(2, region.events(SolveAsked.class).size());

        Output late = lost.answer(new io.godwit.schedulers.planner.RepairPlanner());
        region.append(late.topic(), 0, late.key(), late.value());
        region.settle();
        assertEquals(List.of(), region.events(MigrateVm.class));

        region.solve().settle();
        assertEquals(1, region.events(MigrateVm.class).size());
        Output again = Output.of(Topic.HOST_PARTITIONS, 0, "site", region.last(SolveAnswered.class));
        region.append(again.topic(), 0, again.key(), again.value());
        region.settle();
        assertEquals(1, region.events(MigrateVm.class).size());
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void a_manager_holds_its_whole_group_and_has_one_host_partition_at_a_time() {
        Region region = new Region(1)
                .settings("{\"policy\":\"hierarchical\",\"managerHosts\":3}")
                .mode("auto")
                .host("a1", 0, OVER)
                .host("a2", 0, 1000)
                .host("a3", 0, OVER)
                .host("b1", 0, 1000);
        region.sampleAll().settle();

        assertEquals(1, region.events(PartitionOpened.class).size());
        assertEquals(3, region.last(PlanDecided.class).getMembers().size());
        assertEquals(
                List.of("a1", "a3"),
                region.events(MigrateVm.class).stream()
                        .map(MigrateVm::getSourceHostId)
                        .sorted()
                        .toList());
        assertTrue(region.events(MigrateVm.class).stream()
                .allMatch(command -> command.getTargetHostId().equals("a2")));
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void what_a_manager_cannot_solve_the_leader_tries_with_the_roomiest_group() {
        Region region = with(3, "hierarchical")
                .host("a1", 1, OVER)
                .host("a2", 1, BUSY)
                .host("b1", 2, 1000)
                .host("b2", 2, 7000)
                .host("c1", 0, 6000);
        region.settle().sample("a2").sample("b1").sample("b2").sample("c1").settle();
        region.tick().settle().sample("a1").settle();

        MigrateVm command = region.last(MigrateVm.class);
        assertEquals("b1", command.getTargetHostId());
        assertEquals(4, region.last(PlanDecided.class).getMembers().size());
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }
}
