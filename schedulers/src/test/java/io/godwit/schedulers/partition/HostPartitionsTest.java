package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberRefused;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.OutcomeRelayed;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostPartitionsTest {
    private static final long[] BUSY = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 900};
    private static final long[] OVER = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 350};

    @Test
    void an_overload_is_relieved_by_one_move_to_a_host_of_the_same_segment_in_one_turn() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000, 1000)
                .mode("auto")
                .sampleAll()
                .settle();

        assertEquals(1, region.events(PartitionOpened.class).size());
        assertEquals("h2", region.last(MemberGranted.class).getLease().getHostId());
        assertEquals(PlanAnswer.PLAN, region.last(PlanDecided.class).getAnswer());
        MigrateVm command = region.last(MigrateVm.class);
        assertEquals("h1-8", command.getVmId());
        assertEquals("h2", command.getTargetHostId());
        assertEquals(1, region.events(MigrateVm.class).size());
        assertEquals(0, region.events(PartitionClosed.class).size());
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void hosts_go_back_when_the_last_command_has_its_outcome() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000, 1000)
                .mode("auto")
                .sampleAll()
                .settle();

        region.succeed(region.last(MigrateVm.class)).settle();

        assertEquals(PartitionEnd.SOLVED, region.last(PartitionClosed.class).getEnd());
        assertEquals(2, region.events(MemberReleased.class).size());
        assertTrue(region.last(MemberReleased.class).getMoved());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void no_partition_opens_on_samples_from_before_the_last_move() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000, 1000)
                .mode("auto")
                .sampleAll()
                .settle();
        region.succeed(region.last(MigrateVm.class)).pass(100).tick().settle();
        assertEquals(1, region.events(PartitionOpened.class).size());

        region.pass(500).sampleAll().settle();

        assertEquals(1, region.events(PartitionOpened.class).size());
        assertEquals(1, region.events(MigrateVm.class).size());
    }

    @Test
    void before_any_mode_is_told_a_plan_is_shown_and_nothing_is_commanded() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000)
                .sampleAll()
                .settle();

        assertEquals("advise", region.last(PlanDecided.class).getMode());
        assertEquals(PartitionEnd.ADVISED, region.last(PartitionClosed.class).getEnd());
        assertEquals(List.of(), region.events(MigrateVm.class));
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void advice_is_not_repeated_within_a_minute_unless_the_vms_change() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000)
                .sampleAll()
                .settle();
        for (int second = 0; second < 50; second++) {
            region.pass(1000).tick().sampleAll().settle();
        }
        assertEquals(1, region.events(PlanDecided.class).size());

        region.hosts.get("h1").vms.put("h1-9", 10L);
        region.pass(1000).sampleAll().settle();
        assertEquals(2, region.events(PlanDecided.class).size());

        for (int second = 0; second < 61; second++) {
            region.pass(1000).tick().sampleAll().settle();
        }
        assertEquals(3, region.events(PlanDecided.class).size());
    }

    @Test
    void a_change_from_advise_to_auto_acts_at_once() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000)
                .sampleAll()
                .settle();

        region.mode("auto").settle();

        assertEquals(1, region.events(MigrateVm.class).size());
    }

    @Test
    void mode_off_opens_nothing_and_awaits_what_was_commanded() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000)
                .mode("auto")
                .sampleAll()
                .settle();
        region.mode("off").pass(1000).tick().settle();
        assertEquals(0, region.events(PartitionClosed.class).size());

        region.succeed(region.last(MigrateVm.class)).pass(500).settle();
        assertEquals(1, region.events(PartitionClosed.class).size());

        region.hosts.get("h1").vms.put("h1-9", 4000L);
        region.pass(1000).sampleAll().settle();
        assertEquals(1, region.events(PartitionOpened.class).size());
        assertEquals(List.of(), Judge.faultsOf(region.appended.subList(0, region.appended.size() - 3), true));
    }

    @Test
    void a_partition_grows_to_two_three_five_hosts_until_there_is_a_plan() {
        Region region = new Region(1).host("h1", 0, 5000, 5000).mode("auto");
        for (int host = 2; host < 6; host++) {
            region.host("h" + host, 0, 4000, 1500, 1500); // 1000 free each: only rearranging helps
        }
        region.sampleAll().settle();

        assertTrue(region.last(PlanDecided.class).getMembers().size() >= 3);
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void a_host_of_another_segment_is_asked_for_where_the_own_segment_has_no_room() {
        Region region = new Region(3)
                .host("h1", 0, OVER)
                .host("h2", 2, 1000)
                .mode("auto")
                .sampleAll()
                .settle();

        MigrateVm command = region.last(MigrateVm.class);
        assertEquals("h2", command.getTargetHostId());
        assertEquals(2, command.getTargetSegment());
        assertEquals(2, region.events(MemberAsked.class).size());
        assertEquals(1, region.events(MemberRefused.class).size());
        assertEquals(2, region.events(MemberGranted.class).size());

        region.succeed(command).settle();
        assertEquals(PartitionEnd.SOLVED, region.last(PartitionClosed.class).getEnd());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void the_outcome_of_a_move_that_another_segment_acts_on_is_relayed() {
        // h1 can only be relieved by a bypass or by moving VMs of h2, whose commands stand in h2's segment
        Region region = new Region(2)
                .host("h1", 0, 4500, 4000)
                .host("h2", 1, 3000, 1400)
                .host("h3", 1, 6900)
                .mode("auto")
                .sampleAll()
                .settle();
        for (int round = 0; round < 5 && !region.openCommands().isEmpty(); round++) {
            region.pass(1000).succeed(region.openCommands().getFirst()).settle();
        }

        boolean foreign = region.events(MigrateVm.class).stream()
                .anyMatch(command -> !command.getSourceHostId().equals("h1"));
        assertEquals(foreign, !region.events(OutcomeRelayed.class).isEmpty());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void a_grant_that_comes_too_late_is_answered_by_a_release() {
        Region region = new Region(2).host("h1", 0, OVER).host("h2", 1, 1000).mode("auto");
        region.sampleAll();
        region.settle(); // asked, granted, commanded
        Region late = new Region(2).host("h1", 0, OVER).host("h2", 1, 1000).mode("auto");
        late.sampleAll();
        MemberGranted grant = region.events(MemberGranted.class).stream()
                .filter(MemberGranted::getAnswer)
                .findFirst()
                .orElseThrow();
        MemberGranted unknown =
                MemberGranted.newBuilder(grant).setPartitionId("p-0-999").build();
        late.mode("off").append(Topic.HOST_PARTITIONS, 0, "h2", unknown);
        late.settle();

        assertEquals("p-0-999", late.events(MemberReleased.class).getFirst().getPartitionId());
    }

    @Test
    void with_the_whole_region_in_and_no_plan_it_says_infeasible_and_tries_again_later() {
        Region region = new Region(2)
                .host("h1", 0, OVER)
                .host("h2", 1, BUSY)
                .mode("auto")
                .sampleAll()
                .settle();

        assertEquals(PlanAnswer.INFEASIBLE, region.last(PlanDecided.class).getAnswer());
        assertEquals(PartitionEnd.INFEASIBLE, region.last(PartitionClosed.class).getEnd());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
        int answers = region.events(PlanDecided.class).size();

        region.pass(500).tick().sampleAll().settle();
        assertEquals(answers, region.events(PlanDecided.class).size());

        region.hosts.get("h2").vms.remove("h2-0");
        region.pass(2000).sampleAll().tick().settle();
        assertEquals(PlanAnswer.PLAN, region.last(PlanDecided.class).getAnswer());
    }

    @Test
    void an_overload_that_has_gone_by_the_newest_sample_is_answered_viable() {
        Region region = new Region(1).host("h1", 0, 1000).host("h2", 0, 1000).mode("auto");
        region.sampleAll();
        region.began("h1", DetectionKind.OVERLOAD, region.appended.getLast());
        region.settle();

        assertEquals(PlanAnswer.VIABLE, region.last(PlanDecided.class).getAnswer());
        assertEquals(PartitionEnd.VIABLE, region.last(PartitionClosed.class).getEnd());
    }

    @Test
    void stale_samples_raise_no_migration() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000)
                .mode("off")
                .sampleAll()
                .settle();

        region.pass(3001).mode("auto").tick().settle();
        assertEquals(List.of(), region.events(PartitionOpened.class));

        region.sample("h2").sample("h1").settle();
        assertEquals(1, region.events(MigrateVm.class).size());
    }

    @Test
    void a_detection_whose_host_is_held_is_considered_again_when_the_host_frees() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 3000, 3000, 500)
                .host("h3", 0, BUSY)
                .mode("auto")
                .sampleAll()
                .settle();
        assertEquals("h2", region.last(MigrateVm.class).getTargetHostId());
        region.hosts.get("h2").vms.put("h2-0", 5000L);
        region.pass(1000).sample("h2").settle();
        assertEquals(1, region.events(PartitionOpened.class).size());

        region.hosts.get("h3").vms.clear();
        region.succeed(region.last(MigrateVm.class)).settle();
        region.pass(500).sample("h1").sample("h3").settle();
        region.sample("h2").settle();

        assertEquals(2, region.events(PartitionOpened.class).size());
        assertEquals("h2", region.last(MigrateVm.class).getSourceHostId());
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void a_younger_partition_that_still_grows_yields_the_host_of_an_older_detection() {
        Region region = new Region(2)
                .host("h1", 0, 6000)
                .host("h2", 0, 1300, 1300, 1300, 1300, 1300, 1300, 1300, 1300, 1300)
                .host("h9", 1, BUSY)
                .mode("auto");
        region.sample("h9").sample("h1").settle();
        region.hosts.get("h1").vms.put("h1-1", 2100L);
        region.sample("h1"); // the older detection, read last
        LogRecord sample = region.take(0, Topic.OBSERVATIONS);
        LogRecord older = region.take(0, Topic.DETECTIONS);
        region.pass(10).sample("h2");
        region.settleOnly(0, Topic.OBSERVATIONS);
        region.settleOnly(0, Topic.DETECTIONS); // h2 holds h1, needs a third host, and asks segment 1
        assertEquals(1, region.events(MemberAsked.class).size());

        region.append(Topic.OBSERVATIONS, 0, "h1", sample.value());
        region.append(Topic.DETECTIONS, 0, "h1", older.value());
        region.settleOnly(0, Topic.OBSERVATIONS);
        region.settleOnly(0, Topic.DETECTIONS);
        assertEquals(PartitionEnd.YIELDED, region.last(PartitionClosed.class).getEnd());
        assertEquals("h1", region.last(PartitionOpened.class).getInitiator());

        region.settle();
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void a_failed_move_is_not_tried_again_at_once_with_the_same_vm() {
        Region region = new Region(1)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000)
                .mode("auto")
                .sampleAll()
                .settle();
        MigrateVm first = region.last(MigrateVm.class);

        region.fail(first).settle();
        assertEquals(PartitionEnd.FAILED, region.last(PartitionClosed.class).getEnd());
        region.pass(1100).sample("h2").sample("h1").tick().settle();

        MigrateVm second = region.last(MigrateVm.class);
        assertFalse(first.getVmId().equals(second.getVmId()));
    }

    @Test
    void a_detection_on_an_unknown_host_goes_to_the_dead_letters() {
        Region region = new Region(1).host("h1", 0, OVER).mode("auto");
        region.hosts.put("ghost", new Region.Host("ghost", 0, 1));
        region.began("ghost", DetectionKind.OVERLOAD, region.appended.getLast());
        region.append(Topic.DETECTIONS, 0, "x", new byte[] {1, 2, 3});
        region.settle();

        assertEquals(2, region.unreadable.size());
        assertTrue(region.unreadable.getFirst().contains("godwit host add"));
    }

    @Test
    void a_detection_that_is_read_before_its_host_is_answered_once_the_host_is_known() {
        Region region = new Region(1).host("h2", 0, 1000).mode("auto");
        region.hosts.put("h1", new Region.Host("h1", 0, 8_000));
        region.began("h1", DetectionKind.OVERLOAD, region.appended.getLast());
        region.settle();
        region.host("h1", 0, OVER).sampleAll().settle();

        assertEquals("h1", region.last(PartitionOpened.class).getInitiator());
    }

    @Test
    void a_vm_that_has_just_arrived_stays() {
        Region region = new Region(1)
                .host("h1", 0, 4000, 3000)
                .host("h2", 0, 1000)
                .mode("auto")
                .sampleAll()
                .settle();
        region.hosts.get("h1").vms.put("new", 1500L);
        region.pass(1000).sampleAll().settle();

        assertFalse(region.last(MigrateVm.class).getVmId().equals("new"));
    }
}
