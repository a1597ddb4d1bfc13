package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What becomes of a constraint that is broken while nobody is overloaded. */
class MendingTest {
    private static final Constraint APART = new Constraint.Spread(List.of("h1-0", "h1-1"), When.DISCRETE);

    private static Region with(String settings) {
        return new Region(1).settings(settings).mode("auto");
    }

    private static Region mending() {
        return with("{\"mendConstraints\":true,\"vmHoldMillis\":5000}");
    }

    private static Region apply(Region region, Constraint... constraints) {
        return region.control(
                "web",
                new ConstraintsApplied(
                        "web",
                        "as given",
                        Stream.of(constraints)
                                .map(constraint -> Form.of(constraint).stated())
                                .toList(),
                        "test",
                        "test"));
    }

    private static List<String> moves(Region region) {
        return region.events(MigrateVm.class).stream()
                .map(command -> command.getVmId() + " " + command.getSourceHostId() + "→" + command.getTargetHostId())
                .toList();
    }

    @Test
    void nothing_moves_unless_the_settings_say_so() {
        Region region = with("{}").host("h1", 0, 1000, 1000).host("h2", 0, 1000);
        apply(region, APART).sampleAll().tick().settle();
        assertEquals(List.of(), region.events(PartitionOpened.class));
    }

    @Test
    void vms_that_a_new_script_wants_apart_are_moved_apart_and_then_left_alone() {
        Region region = mending()
                .host("h1", 0, 1000, 1000)
                .host("h2", 0, 1000)
                .sampleAll()
                .settle();
        assertEquals(List.of(), region.events(PartitionOpened.class));
        apply(region, APART).pass(1000).sampleAll().settle();

        PartitionOpened opened = region.last(PartitionOpened.class);
        assertEquals(DetectionKind.CONSTRAINT, opened.getDetectionKind());
        assertEquals(Topic.OBSERVATIONS.stage(), opened.getDetection().getTopic());
        assertEquals(List.of("h1-0 h1→h2"), moves(region));
        assertEquals("for spread({h1-0, h1-1})", region.last(MigrateVm.class).getReason());

        region.succeed(region.last(MigrateVm.class)).settle();
        for (int second = 0; second < 20; second++) {
            region.pass(1000).sampleAll().tick().settle();
        }
        assertEquals(1, region.events(PlanDecided.class).size());
        assertEquals(PartitionEnd.SOLVED, region.last(PartitionClosed.class).getEnd());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void a_vm_that_was_moved_by_hand_goes_back_to_where_it_may_be_once_it_is_no_longer_held() {
        Region region = mending().host("h1", 0, 1000).host("h2", 0, 1000);
        apply(region, new Constraint.Fence(List.of("h1-0"), List.of("h1"), When.CONTINUOUS))
                .sampleAll()
                .settle();
        region.hosts.get("h2").vms.put("h1-0", region.hosts.get("h1").vms.remove("h1-0"));
        region.pass(1000).sampleAll().settle();
        assertEquals(List.of(), moves(region), "it has just arrived");

        for (int second = 0; second < 6; second++) {
            region.pass(1000).sampleAll().tick().settle();
        }
        assertEquals(List.of("h1-0 h2→h1"), moves(region));
    }

    @Test
    void the_host_that_is_meant_is_taken_however_far_it_is_and_those_that_do_not_help_are_not() {
        Region region = mending().host("h1", 0, 1000).locate("h1", 0);
        for (int near = 2; near < 10; near++) {
            region.host("h" + near, 0).locate("h" + near, 1000L * near);
        }
        region.host("far", 0).locate("far", 90_000).host("full", 0, 7900).locate("full", 100);
        apply(region, new Constraint.Fence(List.of("h1-0"), List.of("far", "full"), When.DISCRETE))
                .sampleAll()
                .settle();
        assertEquals(List.of("h1-0 h1→far"), moves(region));
        assertEquals(2, region.last(PlanDecided.class).getMembers().size());
    }

    @Test
    void nothing_is_mended_while_an_overload_is_open_and_what_was_begun_goes_no_further() {
        Constraint ban =
                new Constraint.Ban(List.of("h1-0", "h1-1", "h1-2", "h1-3", "h1-4"), List.of("h1"), When.DISCRETE);
        Region region = mending()
                .host("h1", 0, 100, 100, 100, 100, 100)
                .host("h2", 0, 3000, 3000)
                .host("h3", 0, 3000)
                .sampleAll()
                .settle();
        apply(region, ban).pass(1000).sampleAll().settle();
        assertEquals(2, region.openCommands().size());
        String mending = region.last(PartitionOpened.class).getPartitionId();

        region.hosts.get("h2").vms.put("more", 2500L);
        region.pass(1000).sample("h2").settle();
        region.openCommands().forEach(region::succeed);
        region.settle();
        assertEquals(3, region.hosts.get("h1").vms.size());
        assertTrue(region.events(PartitionClosed.class).stream()
                .anyMatch(
                        closed -> closed.getPartitionId().equals(mending) && closed.getEnd() == PartitionEnd.YIELDED));
        assertEquals(
                List.of(),
                region.events(PartitionOpened.class).stream()
                        .filter(opened -> opened.getDetectionKind() == DetectionKind.CONSTRAINT
                                && !opened.getPartitionId().equals(mending))
                        .toList());
    }

    @Test
    void what_no_host_can_mend_is_tried_again_ever_more_seldom() {
        Region region = mending().host("h1", 0, 1000, 1000).host("h2", 0, 7500);
        apply(region, APART);
        for (int second = 0; second < 60; second++) {
            region.pass(1000).sampleAll().tick().settle();
        }
        int tries = region.events(PartitionOpened.class).size();
        assertTrue(tries > 1 && tries < 10, tries + " tries in a minute");
        assertEquals(List.of(), moves(region));
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }
}
