package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.VmFact;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Emptying, headroom and budgets: what is done only while nothing more urgent is, and not too often. */
class WhatCanWaitTest {
    private static final long[] OVER = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 350};

    private static Region with(String settings) {
        return new Region(1).settings(settings).mode("auto");
    }

    /** h1 does little, and a rule has said so. */
    private static Region quiet(Region region) {
        region.sampleAll();
        region.began("h1", DetectionKind.UNDERLOAD, region.appended.getLast());
        return region.settle();
    }

    @Test
    void underloaded_hosts_are_left_alone_unless_the_settings_say_so() {
        Region region = quiet(with("{}").host("h1", 0, 200, 200).host("h2", 0, 2000));
        assertEquals(List.of(), region.events(PartitionOpened.class));
    }

    @Test
    void an_underloaded_host_is_answered_with_a_host_partition_that_holds_no_empty_host() {
        Region region = quiet(with("{\"emptyUnderloaded\":true}")
                .host("h1", 0, 200, 200)
                .host("h2", 0)
                .host("h3", 0, 3000));

        assertEquals(DetectionKind.UNDERLOAD, region.last(PartitionOpened.class).getDetectionKind());
        List<String> held = region.last(PlanDecided.class).getMembers().stream()
                .map(lease -> lease.getHostId())
                .toList();
        assertEquals(List.of("h1", "h3"), held);
    }

    /** Three hosts, of which h1 is being emptied of five VMs. */
    private static Region beingEmptied() {
        return quiet(with("{\"emptyUnderloaded\":true,\"vmHoldMillis\":0}")
                .host("h1", 0, 100, 100, 100, 100, 100)
                .host("h2", 0, 3000)
                .host("h3", 0, 3000, 3000));
    }

    @Test
    void a_host_is_emptied_by_no_more_moves_at_once_than_it_may_have() {
        Region region = beingEmptied();
        assertEquals(2, region.openCommands().size());

        region.succeed(region.openCommands().getFirst()).settle();
        assertEquals(2, region.openCommands().size());
        while (!region.openCommands().isEmpty()) {
            region.succeed(region.openCommands().getFirst()).settle();
        }

        assertEquals(Map.of(), region.hosts.get("h1").vms);
        assertEquals(PartitionEnd.SOLVED, region.last(PartitionClosed.class).getEnd());
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void emptying_goes_no_further_once_an_overload_is_open() {
        Region region = beingEmptied();
        region.hosts.get("h3").vms.put("more", 2500L);
        region.pass(1000).sample("h2").sample("h3").settle();
        region.openCommands().forEach(region::succeed);
        region.settle();

        assertEquals(3, region.hosts.get("h1").vms.size());
        String emptying = region.events(PartitionOpened.class).getFirst().getPartitionId();
        PartitionClosed closed = region.events(PartitionClosed.class).stream()
                .filter(one -> one.getPartitionId().equals(emptying))
                .findFirst()
                .orElseThrow();
        assertEquals(PartitionEnd.YIELDED, closed.getEnd());

        region.pass(3000).sampleAll().tick().settle();
        MigrateVm relief = region.openCommands().getFirst();
        assertEquals("h3", relief.getSourceHostId());
        assertEquals(DetectionKind.OVERLOAD, region.last(PartitionOpened.class).getDetectionKind());
    }

    @Test
    void to_empty_a_host_its_vms_are_banned_from_it() {
        Turn turn = new Turn(SchedulerState.of(Map.of()), 0, 1);
        HostFacts facts = new HostFacts(
                "h1",
                "a/r/h1",
                0,
                8000L,
                1L << 34,
                1L << 27,
                List.of(new VmFact("v", 100L, 1L, -1L, true, "", 0L, 0L)),
                null,
                1000,
                0L,
                0L);
        assertEquals(
                List.of(new Constraint.Ban(List.of("v"), List.of("h1"), Constraint.When.DISCRETE)),
                new Goal(turn, new Room(turn))
                        .problem(DetectionKind.UNDERLOAD, "h1", List.of(facts))
                        .constraints());
    }

    @Test
    void nothing_is_emptied_while_an_overload_is_open_or_another_segment_has_just_asked_for_help() {
        Region region = new Region(2)
                .settings("{\"emptyUnderloaded\":true}")
                .mode("auto")
                .host("h1", 0, 200, 200)
                .host("h2", 0, 2000)
                .host("h9", 1, 1000);
        region.append(
                Topic.HOST_PARTITIONS,
                0,
                "h9",
                new MemberAsked(
                        new Decision(1, 900L),
                        "p-1-900",
                        "",
                        Instant.ofEpochMilli(1_700_000_000_000L),
                        "h9",
                        0,
                        9_000L,
                        1L,
                        1,
                        -1,
                        1));
        region.settle();
        quiet(region);
        assertEquals(List.of(), region.events(PartitionOpened.class));

        region.pass(31_000).sampleAll().tick().settle();
        assertEquals(1, region.events(PartitionOpened.class).size());

        Region overloaded = with("{\"emptyUnderloaded\":true}")
                .host("h1", 0, 200, 200)
                .host("h2", 0, 7900)
                .host("h3", 0, OVER)
                .mode("auto");
        overloaded.hosts.get("h3").vms.replaceAll((_, demand) -> demand * 4); // too much for anybody
        quiet(overloaded);
        assertTrue(overloaded.events(PartitionOpened.class).stream()
                .noneMatch(opened -> opened.getDetectionKind() == DetectionKind.UNDERLOAD));
    }

    @Test
    void a_reserve_and_the_last_hosts_stay() {
        Region reserve = quiet(with("{\"emptyUnderloaded\":true,\"emptying\":{\"reservePermille\":600}}")
                .host("h1", 0, 200, 200)
                .host("h2", 0, 3000));
        assertEquals(List.of(), reserve.events(PartitionOpened.class));

        Region kept = quiet(with("{\"emptyUnderloaded\":true,\"emptying\":{\"hostsKept\":2}}")
                .host("h1", 0, 200, 200)
                .host("h2", 0, 3000));
        assertEquals(List.of(), kept.events(PartitionOpened.class));
    }

    @Test
    void no_host_is_emptied_within_the_hold_after_a_move() {
        Region region = with("{\"emptyUnderloaded\":true,\"vmHoldMillis\":0}")
                .host("h1", 0, OVER)
                .host("h2", 0, 1000)
                .host("h3", 0, 1000);
        region.sampleAll().settle();
        region.succeed(region.last(MigrateVm.class)).settle();
        region.hosts.get("h1").vms.replaceAll((_, _) -> 20L);
        region.pass(1000).sampleAll();
        region.began("h1", DetectionKind.UNDERLOAD, region.appended.getLast());
        region.settle();
        assertEquals(1, region.events(PartitionOpened.class).size());

        region.pass(300_000).sampleAll().tick().settle();
        assertEquals(2, region.events(PartitionOpened.class).size());
    }

    @Test
    void a_host_with_too_little_headroom_is_relieved_before_it_is_overloaded() {
        Region region = with("{\"headroomPermille\":100}")
                .host("h1", 0, 3000, 3000, 1500)
                .host("h2", 0, 6000)
                .host("h3", 0, 3000);
        region.sample("h2").sample("h3").sample("h1").settle();

        assertEquals(DetectionKind.HEADROOM, region.last(PartitionOpened.class).getDetectionKind());
        MigrateVm command = region.last(MigrateVm.class);
        assertEquals("h1-2", command.getVmId());
        assertEquals("h3", command.getTargetHostId()); // h2 would have too little headroom then
        region.succeed(command).pass(1000).sampleAll().settle();
        assertEquals(1, region.events(MigrateVm.class).size());
        assertEquals(0, region.schedulers.get(0).state().openDetections());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void headroom_waits_while_an_overload_is_open_and_when_its_budget_is_spent() {
        Region region = new Region(1)
                .settings("{\"headroomPermille\":100,\"movesPerHour\":{\"headroom\":1}}")
                .mode("auto")
                .host("h1", 0, 3000, 3000, 1500)
                .host("h2", 0, 3000, 3000, 1400)
                .host("h3", 0, 1000);
        region.sample("h3").sample("h2").sample("h1").settle();
        assertEquals(1, region.events(MigrateVm.class).size());

        region.succeed(region.last(MigrateVm.class))
                .pass(1000)
                .sampleAll()
                .tick()
                .settle();
        assertEquals(1, region.events(MigrateVm.class).size());

        region.pass(3_600_000).sample("h3").sample("h2").sample("h1").settle();
        assertEquals(2, region.events(MigrateVm.class).size());
    }

    @Test
    void a_host_whose_budget_is_spent_neither_takes_nor_gives_until_the_hour_is_over() {
        Region region =
                with("{\"movesPerHour\":{\"host\":1}}").host("h1", 0, OVER).host("h2", 0, 1000);
        region.sampleAll().settle();
        region.succeed(region.last(MigrateVm.class)).settle();
        region.hosts.get("h1").vms.put("more", 900L);
        region.pass(1000).sampleAll().settle();
        assertEquals(1, region.events(MigrateVm.class).size());

        region.pass(3_600_000).sample("h2").sample("h1").settle();
        assertEquals(2, region.events(MigrateVm.class).size());
    }

    @Test
    void a_vm_that_has_moved_often_enough_within_an_hour_stays() {
        Region region = with("{\"movesPerHour\":{\"vm\":1},\"vmHoldMillis\":0}")
                .host("h1", 0, 4000, 4000)
                .host("h2", 0, 500)
                .host("h3", 0, 1000);
        region.sampleAll().settle();
        region.hosts.get("h1").vms.put("guest", 600L); // has just come, and is the cheapest to move
        region.pass(1000).sampleAll().settle();

        assertTrue(region.last(MigrateVm.class).getVmId().startsWith("h1-"));
    }

    @Test
    void a_vm_that_returns_to_a_host_within_the_hold_is_noted_in_the_decision() {
        Region region = with("{\"vmHoldMillis\":0}").host("h1", 0, 4000, 3900).host("h2", 0, 6000);
        region.mode("off");
        region.hosts.get("h2").vms.put("guest", 1500L);
        region.sampleAll().settle();
        region.hosts.get("h2").vms.remove("guest");
        region.hosts.get("h1").vms.put("guest", 1500L); // it alone is small enough for h2, where it was
        region.pass(1_000).sampleAll().settle();
        region.pass(11_000).sampleAll().settle();

        region.settings("{\"vmHoldMillis\":30000}").mode("auto").settle();

        PlanDecided plan = region.last(PlanDecided.class);
        assertEquals(List.of("guest"), plan.getReturns());
        String why = plan.getMoves().getFirst().getWhy();
        assertTrue(why.contains("returns to a host that it left 11 s ago"), why);
    }
}
