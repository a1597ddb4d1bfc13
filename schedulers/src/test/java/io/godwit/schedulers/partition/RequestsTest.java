package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.RequestWithdrawn;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people ask for: by the same leases, planner and judge as what Godwit does by itself. */
class RequestsTest {
    private static Region region(String mode) {
        return new Region(2)
                .settings("{}")
                .host("h1", 0, 2000, 1000)
                .host("h2", 0, 1000)
                .host("h3", 1, 1000)
                .mode(mode)
                .sampleAll()
                .settle();
    }

    private static VmActionAsked.Builder ask(ActionKind action, String vm, String host) {
        return VmActionAsked.newBuilder()
                .setRequestId("q-" + action + "-" + vm)
                .setVmId(vm)
                .setHostId(host)
                .setAction(action)
                .setWithinMillis(60_000)
                .setBy("ann")
                .setReason("a test");
    }

    private static Region asked(Region region, VmActionAsked asked) {
        region.append(Topic.REQUESTS, region.hosts.get(asked.getHostId()).segment, asked.getHostId(), asked);
        return region.settle();
    }

    private static Region drain(Region region, String host) {
        region.append(
                Topic.REQUESTS,
                region.hosts.get(host).segment,
                host,
                new DrainAsked("d-" + host, host, "ann", "new memory"));
        return region.settle();
    }

    private static Region later(Region region, long millis) {
        return region.pass(millis).sampleAll().tick().settle();
    }

    private static RequestAnswered answer(Region region) {
        assertEquals(
                1,
                region.events(RequestAnswered.class).size(),
                () -> region.events(RequestAnswered.class).toString());
        return region.events(RequestAnswered.class).getFirst();
    }

    private static void nothingIsHeld(Region region) {
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
        assertEquals(List.of(), region.unreadable);
        region.schedulers
                .values()
                .forEach(scheduler -> assertEquals(0, scheduler.state().openPartitions()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "advise"})
    void what_a_person_asks_for_is_commanded_under_a_lease_in_every_mode_but_off(String mode) {
        Region region =
                asked(region(mode), ask(ActionKind.SUSPEND, "h1-0", "h1").build());

        ActOnVm command = region.openActions().getFirst();
        assertEquals(ActionKind.SUSPEND, command.getAction());
        assertEquals(1, command.getEpoch());
        assertEquals("ann asks: a test", command.getReason());
        assertEquals(
                "h1-0",
                region.events(PlanDecided.class)
                        .getFirst()
                        .getMoves()
                        .getFirst()
                        .getVmId());
        assertTrue(region.events(RequestAnswered.class).isEmpty());

        region.succeed(command).settle();
        assertEquals("done", answer(region).getAnswer());
        assertEquals(
                PartitionEnd.SOLVED,
                region.events(PartitionClosed.class).getFirst().getEnd());
        nothingIsHeld(region);
    }

    @Test
    void in_mode_off_it_is_refused_with_the_remedy() {
        Region region = asked(region("off"), ask(ActionKind.STOP, "h1-0", "h1").build());

        assertEquals("refused", answer(region).getAnswer());
        assertTrue(answer(region).getReason().contains("godwit site mode"), answer(region)::toString);
        assertTrue(region.openActions().isEmpty());
    }

    @Test
    void what_need_not_or_cannot_be_done_is_answered_at_once() {
        Region region = region("auto");
        asked(region, ask(ActionKind.START, "h1-0", "h1").build());
        asked(region, ask(ActionKind.RESUME, "h1-1", "h1").build());
        asked(region, ask(ActionKind.STOP, "nobody", "h1").build());
        asked(region, ask(ActionKind.SNAPSHOT, "h1-0", "h1").build());

        List<String> answers = region.events(RequestAnswered.class).stream()
                .map(each -> each.getAnswer() + ": " + each.getReason())
                .toList();
        assertEquals(
                List.of(
                        "done: the VM runs already",
                        "done: the VM runs already",
                        "refused: the VM is not on rennes/r0/h1 by its newest sample; ask again where it is now",
                        "refused: no snapshot is named; give --name"),
                answers);
        nothingIsHeld(region);
    }

    @Test
    void a_request_that_is_read_twice_is_carried_out_once() {
        VmActionAsked request = ask(ActionKind.STOP, "h1-0", "h1").build();
        Region region = asked(asked(region("auto"), request), request);

        assertEquals(1, region.openActions().size());
    }

    @Test
    void a_vm_is_moved_to_where_the_planner_finds_room_though_its_host_is_not_overloaded() {
        Region region =
                asked(region("auto"), ask(ActionKind.MIGRATE, "h1-0", "h1").build());

        MigrateVm command = region.openCommands().getFirst();
        assertEquals("h1-0", command.getVmId());
        region.succeed(command).settle();
        assertEquals("done", answer(region).getAnswer());
        later(region, 1000);
        nothingIsHeld(region);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "h3"})
    void a_vm_is_moved_to_the_host_that_was_named_in_whichever_segment(String target) {
        Region region = region("auto");
        asked(
                region,
                ask(ActionKind.MIGRATE, "h1-1", "h1")
                        .setTargetHostId(target)
                        .setTargetSegment(region.hosts.get(target).segment)
                        .build());

        assertEquals(target, region.openCommands().getFirst().getTargetHostId());
        region.succeed(region.openCommands().getFirst()).settle();
        assertEquals("done", answer(region).getAnswer());
        later(region, 1000);
        nothingIsHeld(region);
    }

    @Test
    void a_named_host_that_is_full_lets_the_request_wait_and_then_end_with_the_reason() {
        Region region = region("auto");
        region.hosts.get("h2").vms.put("h2-0", 7_500L);
        later(region, 1000);
        asked(
                region,
                ask(ActionKind.MIGRATE, "h1-0", "h1")
                        .setTargetHostId("h2")
                        .setTargetSegment(0)
                        .build());

        assertTrue(region.events(RequestAnswered.class).isEmpty());
        assertEquals(
                PartitionEnd.INFEASIBLE,
                region.events(PartitionClosed.class).getLast().getEnd());
        for (int second = 0; second < 70; second++) {
            later(region, 1000);
        }
        assertEquals("too-late", answer(region).getAnswer());
        assertTrue(region.openCommands().isEmpty());
        nothingIsHeld(region);
    }

    @Test
    void a_vm_is_not_started_where_its_memory_has_no_room_unless_that_is_forced() {
        Region region = region("auto");
        region.hosts.get("h1").off.add("h1-1");
        later(region, 1000);
        region.append(
                Topic.INVENTORY,
                0,
                "h1",
                new io.godwit.schemas.events.VmDefined("h1", "h1-1", "web", 1, 64L << 30, -1L, "", "monitor-1"));
        region.settle();

        asked(region, ask(ActionKind.START, "h1-1", "h1").build());
        assertEquals("refused", answer(region).getAnswer());
        assertTrue(answer(region).getReason().contains("--force"), answer(region)::toString);

        asked(
                region,
                ask(ActionKind.START, "h1-1", "h1")
                        .setRequestId("q-2")
                        .setForce(true)
                        .build());
        assertEquals(ActionKind.START, region.openActions().getFirst().getAction());
    }

    @Test
    void a_request_can_be_taken_back_while_it_waits() {
        Region region = region("auto");
        region.hosts.get("h2").vms.put("h2-0", 7_500L);
        later(region, 1000);
        VmActionAsked request = ask(ActionKind.MIGRATE, "h1-0", "h1")
                .setTargetHostId("h2")
                .setTargetSegment(0)
                .build();
        asked(region, request);
        region.append(
                Topic.REQUESTS, 0, "h1", new RequestWithdrawn(request.getRequestId(), "h1", "ann", "another plan"));
        region.settle();

        assertEquals("withdrawn", answer(region).getAnswer());
        later(region, 5000);
        assertTrue(region.openCommands().isEmpty());
        nothingIsHeld(region);
    }

    @Test
    void a_drained_host_is_emptied_and_takes_nothing_until_the_drain_ends() {
        Region region = drain(region("advise"), "h1");
        while (!region.openCommands().isEmpty()) {
            region.openCommands().forEach(region::succeed);
            later(region.settle(), 1000);
        }

        assertTrue(region.hosts.get("h1").vms.isEmpty());
        assertEquals("done", answer(region).getAnswer());

        // an overload elsewhere finds other help
        region.mode("auto");
        region.hosts.get("h2").vms.put("h2-9", 4_900L);
        later(region, 31_000);
        Set<String> targets =
                region.openCommands().stream().map(MigrateVm::getTargetHostId).collect(Collectors.toSet());
        assertEquals(Set.of("h3"), targets);
        nothingAndUndrain(region);
    }

    private static void nothingAndUndrain(Region region) {
        region.openCommands().forEach(region::succeed);
        later(region.settle(), 1000);
        region.append(Topic.REQUESTS, 0, "h1", new DrainEnded("h1", "ann", "memory is in"));
        region.settle();
        asked(
                region,
                ask(
                                ActionKind.MIGRATE,
                                region.hosts.get("h2").vms.keySet().iterator().next(),
                                "h2")
                        .setTargetHostId("h1")
                        .setTargetSegment(0)
                        .build());
        assertEquals("h1", region.openCommands().getFirst().getTargetHostId());
    }

    @Test
    void a_drain_moves_what_it_can_where_not_all_has_room() {
        Region region = new Region(1)
                .settings("{}")
                .host("h1", 0, 3000, 500)
                .host("h2", 0, 7000)
                .mode("auto")
                .sampleAll()
                .settle();
        drain(region, "h1");

        assertEquals(
                List.of("h1-1"),
                region.openCommands().stream().map(MigrateVm::getVmId).toList());
    }

    @Test
    void a_drain_that_ends_early_commands_no_further_move_and_holds_nothing() {
        Region region = new Region(1)
                .settings("{\"movesAtOnce\":1}")
                .host("h1", 0, 1000, 1000, 1000)
                .host("h2", 0, 1000)
                .mode("auto")
                .sampleAll()
                .settle();
        drain(region, "h1");
        assertEquals(1, region.openCommands().size());

        region.append(Topic.REQUESTS, 0, "h1", new DrainEnded("h1", "ann", "not today"));
        region.settle();
        region.succeed(region.openCommands().getFirst()).settle();

        assertEquals("withdrawn", answer(region).getAnswer());
        assertTrue(region.openCommands().isEmpty());
        later(region, 1000);
        nothingIsHeld(region);
    }
}
