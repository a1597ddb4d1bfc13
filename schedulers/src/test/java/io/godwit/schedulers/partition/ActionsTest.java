package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.Severity;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What answers the detections of operators' rules, by the action of their header. */
class ActionsTest {
    private final Region region = new Region(2)
            .settings("{}")
            .host("h1", 0, 2000, 1000)
            .host("h2", 0, 1000)
            .host("h3", 1, 500)
            .mode("auto")
            .sampleAll()
            .settle();

    private static DetectionTerms terms(DetectionAction action, ActingMode mode) {
        return new DetectionTerms("ann", Severity.CRITICAL, action, mode, 0L);
    }

    private static DetectionTerms auto(DetectionAction action) {
        return terms(action, ActingMode.AUTO);
    }

    private String rule(DetectionAction action, String host, String vm) {
        String id = region.ruled("rule", DetectionKind.CUSTOM, host, vm, auto(action));
        region.settle();
        return id;
    }

    private void carryOut() {
        while (!region.openCommands().isEmpty()) {
            region.succeed(region.openCommands().getFirst()).settle();
        }
    }

    private void later(long millis) {
        region.pass(millis).sampleAll().tick().settle();
    }

    private void sound() {
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
        assertEquals(List.of(), region.unreadable);
        region.schedulers
                .values()
                .forEach(scheduler -> assertEquals(0, scheduler.state().openPartitions()));
    }

    @Test
    void a_rule_that_advises_moves_nothing() {
        rule(DetectionAction.ADVISE, "h1", null);
        later(1000);
        assertEquals(List.of(), region.events(PartitionOpened.class));
    }

    @Test
    void a_vm_is_migrated_away_once() {
        rule(DetectionAction.MIGRATE_AWAY, "h1", "h1-1");
        assertEquals("h1-1", region.openCommands().getFirst().getVmId());
        carryOut();
        for (int minute = 0; minute < 5; minute++) {
            later(60_000);
        }
        region.hosts.get("h1").vms.put("h1-1", 1000L); // back by other means, while the detection stands
        later(1000);
        assertEquals(1, region.events(MigrateVm.class).size());
        sound();
    }

    @Test
    void one_whose_move_failed_is_left_alone() {
        rule(DetectionAction.MIGRATE_AWAY, "h1", "h1-1");
        region.fail(region.openCommands().getFirst()).settle();
        later(600_000);
        assertEquals(1, region.events(MigrateVm.class).size());
        sound();
    }

    @Test
    void all_vms_of_a_host_are_migrated_away_and_others_may_come_then() {
        rule(DetectionAction.MIGRATE_AWAY, "h1", null);
        carryOut();
        later(1000);
        assertEquals(Set.of(), region.hosts.get("h1").vms.keySet());
        region.append(Topic.REQUESTS, 0, "h2", ask("h2-0", "h2", "h1"));
        region.settle();
        assertEquals("h1", region.openCommands().getFirst().getTargetHostId());
        carryOut();
        later(600_000);
        assertEquals(3, region.events(MigrateVm.class).size());
        sound();
    }

    @Test
    void a_drained_host_takes_no_vm_until_its_detection_has_ended() {
        String id = rule(DetectionAction.DRAIN, "h1", null);
        carryOut();
        later(1000);
        assertEquals(Set.of(), region.hosts.get("h1").vms.keySet());
        region.append(Topic.REQUESTS, 0, "h2", ask("h2-0", "h2", "h1"));
        region.settle();
        assertEquals(List.of(), region.openCommands());
        region.hosts.get("h1").vms.put("stray", 300L); // it goes on to be emptied, once what came may leave again
        for (int minute = 0; minute < 5 && region.openCommands().isEmpty(); minute++) {
            later(60_000);
            later(1000);
        }
        assertEquals(
                Set.of("stray"),
                region.openCommands().stream().map(MigrateVm::getVmId).collect(Collectors.toSet()));
        carryOut();
        later(1000);

        region.ruledNoMore(id, "h1", auto(DetectionAction.DRAIN));
        region.settle();
        later(2000);
        later(1000);
        assertEquals("h1", region.openCommands().getFirst().getTargetHostId());
        carryOut();
        later(1000);
        sound();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1-0", ""})
    void snapshots_are_taken_once_under_the_detections_name(String vm) {
        String id = rule(DetectionAction.SNAPSHOT, "h1", vm.isEmpty() ? null : vm);
        List<ActOnVm> commands = region.openActions();
        assertEquals(vm.isEmpty() ? 2 : 1, commands.size());
        commands.forEach(command -> {
            assertEquals(ActionKind.SNAPSHOT, command.getAction());
            assertEquals(id, command.getSnapshot());
            region.succeed(command);
        });
        region.settle();
        later(600_000);
        assertEquals(commands.size(), region.events(ActOnVm.class).size());
        sound();
    }

    @Test
    void a_snapshot_that_failed_is_not_tried_again() {
        rule(DetectionAction.SNAPSHOT, "h1", "h1-0");
        region.fail(region.openActions().getFirst()).settle();
        later(600_000);
        assertEquals(1, region.events(ActOnVm.class).size());
        sound();
    }

    @Test
    void a_drain_that_asks_first_keeps_vms_away_only_once_it_was_approved() {
        DetectionTerms terms = terms(DetectionAction.DRAIN, ActingMode.APPROVE);
        region.ruled("rule", DetectionKind.CUSTOM, "h1", null, terms);
        region.settle();
        PlanDecided plan = region.last(PlanDecided.class);
        assertEquals("approve", plan.getMode());
        assertEquals(List.of(), region.openCommands());
        region.append(
                Topic.REQUESTS,
                0,
                "h1",
                new ProposalAnswered("a-1", plan.getProposalId(), plan.getDetectionId(), "h1", true, "ann", "a test"));
        region.settle();
        carryOut();
        later(1000);
        assertEquals(Set.of(), region.hosts.get("h1").vms.keySet());
        assertTrue(Actions.drained(region.schedulers.get(0).state(), "h1"));
        sound();
    }

    @Test
    void what_is_not_commanded_yet_stays_undone_when_the_detection_ends() {
        region.settings("{\"movesAtOnce\":1}").settle();
        String id = rule(DetectionAction.MIGRATE_AWAY, "h1", null);
        assertEquals(1, region.openCommands().size());
        region.ruledNoMore(id, "h1", auto(DetectionAction.MIGRATE_AWAY));
        region.settle();
        carryOut();
        later(600_000);
        assertEquals(1, region.events(MigrateVm.class).size());
        sound();
    }

    private static VmActionAsked ask(String vm, String host, String target) {
        return VmActionAsked.newBuilder()
                .setRequestId("q-" + vm)
                .setVmId(vm)
                .setHostId(host)
                .setTargetHostId(target)
                .setTargetSegment(0)
                .setAction(ActionKind.MIGRATE)
                .setWithinMillis(3_600_000)
                .setBy("ann")
                .setReason("a test")
                .build();
    }
}
