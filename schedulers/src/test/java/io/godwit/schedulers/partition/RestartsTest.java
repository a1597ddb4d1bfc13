package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.FencingDisarmed;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.Severity;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** VMs are started again after crashes: never without proof, never twice, never too often. */
class RestartsTest {
    private static final String ON = "{\"restarting\":{\"after\":\"hosts\",\"backOffMillis\":0}}";

    private static Region region(String settings, String mode) {
        return defined(new Region(2)
                .settings(settings)
                .host("h1", 0, 1000, 2000)
                .host("h2", 0, 1000)
                .host("h3", 1, 1000)
                .mode(mode));
    }

    /** h1 is relieved by a move to h3 or h4, of another segment, which has begun. */
    private static Region moving() {
        return defined(new Region(2)
                .settings(ON)
                .host("h1", 0, 5000, 4500)
                .host("h2", 0, 7500)
                .host("h3", 1, 1000)
                .host("h4", 1, 1000)
                .mode("auto"));
    }

    private static Region defined(Region region) {
        region.hosts.forEach((id, host) -> host.vms
                .keySet()
                .forEach(vm -> region.append(
                        Topic.INVENTORY,
                        host.segment,
                        id,
                        new VmDefined(id, vm, vm, 1, 1L << 30, -1L, "<domain>" + vm + "</domain>", "monitor-1"))));
        return region.sampleAll().settle();
    }

    /** The host is silent from now on, and the rule says so. */
    private static Region crash(Region region, String host) {
        region.pass(12_000);
        region.hosts.keySet().stream().filter(id -> !id.equals(host)).forEach(region::sample);
        region.began(host, DetectionKind.HOST_CRASH, region.tickOf(host));
        return region.settle();
    }

    private static void othersGoOn(Region region, String host, long millis) {
        region.pass(millis);
        region.hosts.keySet().stream().filter(id -> !id.equals(host)).forEach(region::sample);
        region.tick().settle();
    }

    private static FenceHost fence(Region region) {
        return region.events(FenceHost.class).getLast();
    }

    private static Region fenced(Region region) {
        FenceHost fence = fence(region);
        String host = fence.getHostId();
        region.append(
                Topic.OUTCOMES,
                region.hosts.get(host).segment,
                host,
                new HostFenced(fence.getCommandId(), region.at(host), "executor-1", host, 900L, "off"));
        return region.settle();
    }

    private static Region notProven(Region region) {
        FenceHost fence = fence(region);
        String host = fence.getHostId();
        region.append(
                Topic.OUTCOMES,
                region.hosts.get(host).segment,
                host,
                new CommandFailed(
                        fence.getCommandId(), region.at(host), "executor-1", "", host, host, "not-proven", "no", ""));
        return region.settle();
    }

    private static void consistent(Region region) {
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
        assertEquals(List.of(), region.unreadable);
    }

    @Test
    void nothing_is_done_about_a_crash_unless_the_settings_say_so() {
        Region region = crash(region("{}", "auto"), "h1");

        assertTrue(region.events(FenceHost.class).isEmpty());
        assertTrue(region.openActions().isEmpty());
    }

    @Test
    void the_vms_of_a_crashed_host_start_elsewhere_once_it_is_proven_to_be_down_and_not_before() {
        Region region = crash(region(ON, "auto"), "h1");

        assertEquals("h1", fence(region).getHostId());
        assertTrue(region.openActions().isEmpty());
        PlanDecided plan = region.events(PlanDecided.class).getFirst();
        assertEquals(
                List.of(ActionKind.FENCE, ActionKind.START, ActionKind.START),
                plan.getMoves().stream().map(move -> move.getAction()).toList());

        fenced(region);
        List<ActOnVm> starts = region.openActions();
        assertEquals(
                Set.of("h1-0", "h1-1"), starts.stream().map(ActOnVm::getVmId).collect(Collectors.toSet()));
        assertTrue(starts.stream()
                .allMatch(start -> start.getAction() == ActionKind.START
                        && start.getFromHostId().equals("h1")
                        && start.getDefinition() != null
                        && !start.getHostId().equals("h1")));
        starts.forEach(region::succeed);
        region.settle();
        assertEquals(
                PartitionEnd.SOLVED,
                region.events(PartitionClosed.class).getLast().getEnd());

        // never twice, however long the host stays away
        for (int second = 0; second < 100; second++) {
            othersGoOn(region, "h1", 1000);
        }
        assertEquals(2, region.events(ActOnVm.class).size());
        assertEquals(1, region.events(FenceHost.class).size());
        consistent(region);
    }

    @Test
    void an_operators_rule_has_a_host_fenced_only_once_a_person_has_approved_it() {
        Region region = region(ON, "auto");
        DetectionTerms terms =
                new DetectionTerms("ann", Severity.CRITICAL, DetectionAction.ADVISE, ActingMode.APPROVE, 0L);
        String crash = region.ruled("smoke", DetectionKind.HOST_CRASH, "h1", null, terms);
        region.settle();
        othersGoOn(region, "h1", 1000);
        assertTrue(region.events(FenceHost.class).isEmpty());
        assertEquals(Set.of(), region.schedulers.get(0).state().crashedHosts());

        PlanDecided plan = region.last(PlanDecided.class);
        region.append(
                Topic.REQUESTS,
                0,
                "h1",
                new ProposalAnswered("a-1", plan.getProposalId(), crash, "h1", true, "ann", "it smokes"));
        region.settle();
        assertEquals("h1", fence(region).getHostId());
        assertEquals(Set.of("h1"), region.schedulers.get(0).state().crashedHosts());
        fenced(region);
        region.sample("h1").settle(); // one that was on its way
        List<ActOnVm> starts = region.openActions();
        assertEquals(
                Set.of("h1-0", "h1-1"), starts.stream().map(ActOnVm::getVmId).collect(Collectors.toSet()));
        starts.forEach(region::succeed);
        region.settle();
        assertEquals(
                PartitionEnd.SOLVED,
                region.events(PartitionClosed.class).getLast().getEnd());
        consistent(region);
    }

    @Test
    void in_mode_advise_it_is_shown_what_would_be_done() {
        Region region = crash(region(ON, "advise"), "h1");

        assertTrue(region.events(FenceHost.class).isEmpty());
        assertEquals(
                PlanAnswer.PLAN, region.events(PlanDecided.class).getFirst().getAnswer());
        assertEquals(
                PartitionEnd.ADVISED,
                region.events(PartitionClosed.class).getFirst().getEnd());
    }

    @Test
    void without_proof_nothing_starts_until_a_person_vouches_for_it() {
        Region region = notProven(crash(region(ON, "auto"), "h1"));
        PartitionClosed closed = region.events(PartitionClosed.class).getLast();
        assertEquals(PartitionEnd.INFEASIBLE, closed.getEnd());
        assertTrue(closed.getReason().contains("godwit host confirm-down rennes/r0/h1"), closed::getReason);
        assertTrue(region.events(ActOnVm.class).isEmpty());

        region.append(Topic.REQUESTS, 0, "h1", new DownConfirmed("h1", "ann", "I pulled its plug"));
        region.settle();
        assertEquals(2, region.openActions().size());
        consistent(region);
    }

    @Test
    void a_person_can_vouch_only_for_a_host_that_is_called_crashed() {
        Region region = region(ON, "auto");
        region.append(Topic.REQUESTS, 0, "h1", new DownConfirmed("h1", "ann", "a slip"));
        region.settle();

        crash(region, "h1");
        assertEquals(1, region.events(FenceHost.class).size());
    }

    @Test
    void while_fencing_is_disarmed_nothing_is_fenced_and_afterwards_it_is() {
        Region region = region(ON, "auto");
        region.control("site", new FencingDisarmed(Region.SITE, 60_000L, "ann", "work on the switch"));
        crash(region.settle(), "h1");
        assertTrue(region.events(FenceHost.class).isEmpty());

        othersGoOn(region, "h1", 61_000);
        assertEquals(1, region.events(FenceHost.class).size());
    }

    @Test
    void a_host_that_crashes_in_the_middle_of_a_plan_is_fenced_by_who_holds_it_and_then_its_vms_start_elsewhere() {
        for (boolean source : List.of(true, false)) { // which is of the plan's segment; the target is not
            Region region = moving();
            MigrateVm move = region.openCommands().getFirst();
            String crashed = source ? move.getSourceHostId() : move.getTargetHostId();

            crash(region, crashed);
            FenceHost fence = fence(region);
            assertEquals(crashed, fence.getHostId());
            assertEquals(move.getPartitionId(), fence.getPartitionId());
            assertEquals(source ? move.getSourceEpoch() : move.getTargetEpoch(), fence.getEpoch());
            DetectionBegan crash = region.last(DetectionBegan.class);
            assertEquals(crash.getId(), fence.getDetectionId());
            assertEquals(DetectionKind.HOST_CRASH, crash.getKind());

            fenced(region);
            assertTrue(region.openActions().isEmpty(), "the command under way may have started something there");
            region.fail(move).settle();
            for (int second = 0;
                    second < 10;
                    second++) { // what was a host of the plan is sampled before VMs come to it
                region.openActions().forEach(region::succeed);
                othersGoOn(region, crashed, 1000);
            }
            assertEquals(
                    region.hosts.get(crashed).vms.keySet(),
                    region.events(ActOnVm.class).stream().map(ActOnVm::getVmId).collect(Collectors.toSet()));
            assertEquals(1, region.events(FenceHost.class).size());
            consistent(region);
        }
    }

    @Test
    void a_plan_lasts_until_its_crashed_host_was_fenced_or_not() {
        Region region = moving();
        MigrateVm move = region.openCommands().getFirst();
        crash(region, move.getTargetHostId());
        region.fail(move).settle();
        assertTrue(region.events(PartitionClosed.class).isEmpty());

        notProven(region);
        PartitionClosed closed = region.events(PartitionClosed.class).getFirst();
        assertEquals(move.getPartitionId(), closed.getPartitionId());
        assertEquals(PartitionEnd.FAILED, closed.getEnd());
        assertEquals(2, region.events(FenceHost.class).size(), "and the crash itself is answered at once");
        consistent(region);
    }

    @Test
    void a_fencing_in_the_middle_of_a_plan_that_proved_nothing_or_was_not_allowed_is_tried_again() {
        Region region = moving();
        region.control("site", new FencingDisarmed(Region.SITE, 60_000L, "ann", "work on the switch"));
        String target = region.settle().openCommands().getFirst().getTargetHostId();
        crash(region, target);
        assertTrue(region.events(FenceHost.class).isEmpty());

        othersGoOn(region, target, 61_000);
        assertEquals(1, region.events(FenceHost.class).size());
        othersGoOn(region, target, 10_000);
        assertEquals(1, region.events(FenceHost.class).size(), "one at a time");

        notProven(region);
        othersGoOn(region, target, 10_000);
        assertEquals(2, region.events(FenceHost.class).size());
        consistent(region);
    }

    @Test
    void a_host_that_comes_back_loses_its_old_copies_before_it_takes_vms_again() {
        Region region = fenced(crash(region(ON, "auto"), "h1"));
        region.openActions().forEach(region::succeed);
        region.settle();

        region.hosts.get("h1").off.addAll(List.of("h1-0", "h1-1")); // defined there still
        region.ended("h1");
        region.settle().pass(1000).sampleAll().tick().settle();

        List<ActOnVm> removals = region.openActions();
        assertEquals(
                List.of("h1-0", "h1-1"), removals.stream().map(ActOnVm::getVmId).toList());
        assertTrue(removals.stream()
                .allMatch(act ->
                        act.getAction() == ActionKind.REMOVE && act.getHostId().equals("h1")));
        removals.forEach(region::succeed);
        region.settle().pass(1000).sampleAll().tick().settle();
        assertTrue(region.openActions().isEmpty());
        region.schedulers
                .values()
                .forEach(scheduler -> assertEquals(0, scheduler.state().openPartitions()));
        consistent(region);
    }

    @Test
    void a_vm_that_crashed_starts_on_its_host_and_one_that_flaps_is_left_to_a_person() {
        Region region = region(ON, "auto");
        for (int crash = 0; crash < 3; crash++) {
            crashVm(region);
            assertEquals(1, region.openActions().size());
            assertEquals(ActionKind.START, region.openActions().getFirst().getAction());
            region.succeed(region.openActions().getFirst()).settle();
            region.pass(1000).sampleAll().tick().settle(); // which ends the detection
        }

        crashVm(region);
        assertTrue(region.openActions().isEmpty());
        assertTrue(region.events(PartitionClosed.class).getLast().getReason().contains("flapping"));
        consistent(region);
    }

    private static void crashVm(Region region) {
        region.hosts.get("h1").off.add("h1-0");
        region.pass(1000).sampleAll();
        region.beganOf("h1", "h1-0", DetectionKind.VM_CRASH, region.sampleOf("h1"));
        region.settle();
    }

    @Test
    void vms_that_are_to_come_first_start_first_where_not_all_have_room() {
        Region region = region("{\"restarting\":{\"after\":\"hosts\",\"first\":[\"h1-1\"]}}", "auto");
        region.hosts.get("h2").vms.put("h2-0", 5_500L);
        region.hosts.get("h3").vms.put("h3-0", 8_000L);
        region.pass(1000).sampleAll().settle();

        fenced(crash(region, "h1"));
        assertEquals(
                List.of("h1-1"),
                region.openActions().stream().map(ActOnVm::getVmId).toList());
        consistent(region);
    }
}
