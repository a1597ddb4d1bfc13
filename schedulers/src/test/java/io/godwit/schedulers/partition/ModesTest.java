package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.Severity;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.log.Topic;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A detection leads to no more than its site's mode and its rule's mode both let it. */
class ModesTest {
    private static Region region(String mode, long... demands) {
        return new Region(1)
                .settings("{}")
                .host("h1", 0, demands)
                .host("h2", 0, 1000)
                .mode(mode)
                .sampleAll()
                .settle();
    }

    private static DetectionTerms terms(ActingMode mode) {
        return new DetectionTerms("", Severity.WARNING, DetectionAction.MIGRATE_AWAY, mode, 0L);
    }

    @ParameterizedTest
    @CsvSource({
        "auto, AUTO, auto",
        "auto, APPROVE, approve",
        "auto, ADVISE, advise",
        "approve, AUTO, approve",
        "advise, APPROVE, advise",
        "shadow, AUTO, shadow"
    })
    void the_lesser_of_both_modes_holds(String site, ActingMode rule, String holds) {
        Region region = region(site, 2000);
        region.ruled("crowded", DetectionKind.CUSTOM, "h1", "h1-0", terms(rule));
        region.settle();

        assertEquals(holds, region.last(PlanDecided.class).getMode());
        assertEquals(holds.equals("auto") ? 1 : 0, region.openCommands().size());
        if (!holds.equals("auto")) {
            assertEquals(
                    PartitionEnd.ADVISED, region.last(PartitionClosed.class).getEnd());
        }
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void no_scheduler_looks_at_the_detection_of_a_rule_in_shadow() {
        Region region = region("auto", 2000);
        region.ruled("crowded", DetectionKind.CUSTOM, "h1", "h1-0", terms(ActingMode.SHADOW));
        region.ruled("loaded", DetectionKind.OVERLOAD, "h1", null, terms(ActingMode.SHADOW));
        region.settle().pass(1000).sampleAll().tick().settle();

        assertEquals(List.of(), region.events(PartitionOpened.class));
        assertEquals(0, region.schedulers.get(0).state().openDetections());
        assertEquals(List.of(), region.unreadable);
    }

    @Test
    void a_site_in_shadow_decides_all_the_same_and_commands_nothing() {
        Region region = region("shadow", 5000, 4000);

        assertEquals("shadow", region.last(PlanDecided.class).getMode());
        assertEquals(List.of(), region.events(MigrateVm.class));
        region.mode("auto").settle();
        assertEquals(1, region.openCommands().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"shadow", "approve"})
    void what_a_person_asks_for_is_carried_out_in_the_new_modes_too(String mode) {
        Region region = region(mode, 2000);
        region.append(
                Topic.REQUESTS,
                0,
                "h1",
                VmActionAsked.newBuilder()
                        .setRequestId("q-1")
                        .setVmId("h1-0")
                        .setHostId("h1")
                        .setAction(ActionKind.MIGRATE)
                        .setWithinMillis(60_000)
                        .setBy("ann")
                        .setReason("a test")
                        .build());
        region.settle();
        assertEquals(1, region.openCommands().size());
    }

    @Test
    void a_rule_that_only_advises_calls_no_host_crashed_or_overloaded_for_others() {
        Region region = new Region(1)
                .settings("{}")
                .host("h1", 0, 5000, 4000)
                .host("h2", 0, 1000)
                .mode("auto");
        region.sample("h2").settle();
        region.ruled("gone", DetectionKind.HOST_CRASH, "h2", null, terms(ActingMode.ADVISE));
        region.ruled("loaded", DetectionKind.OVERLOAD, "h2", null, terms(ActingMode.ADVISE));
        region.settle().sample("h1").settle();

        assertEquals("h2", region.openCommands().getFirst().getTargetHostId());
    }

    @Test
    void a_mode_that_nobody_knows_changes_nothing() {
        Region region = region("auto", 2000).mode("automatic").settle();
        assertTrue(
                region.unreadable.getFirst().contains("off, shadow, advise, approve, auto"),
                region.unreadable::toString);
    }
}
