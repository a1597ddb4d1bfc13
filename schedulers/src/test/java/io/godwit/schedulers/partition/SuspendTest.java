package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.StatedConstraint;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two hosts that are full but for memory change VMs, one of which is paused meanwhile; and what goes wrong with that. */
class SuspendTest {
    private static final String LAST_RESORT = "{\"suspend\":\"last-resort\"}";

    private static Region swap(String settings) {
        return new Region(1)
                .settings(settings)
                .host("h1", 0, 4800, 3700)
                .host("h2", 0, 4000, 3100)
                .mode("auto")
                .sampleAll()
                .settle();
    }

    /** The second host is another segment's, which lends it as it has room for a VM that must not go there. */
    private static Region foreignSwap() {
        StatedConstraint ban = Form.of(new Constraint.Ban(List.of("h1-1"), List.of("h2"), Constraint.When.DISCRETE))
                .stated();
        return new Region(2)
                .settings(LAST_RESORT)
                .control("constraints/web", new ConstraintsApplied("web", "", List.of(ban), "test", "test"))
                .host("h1", 0, 4800, 3700)
                .host("h2", 1, 4000, 300)
                .mode("auto")
                .sampleAll()
                .settle();
    }

    private static MigrateVm only(Region region) {
        assertEquals(1, region.openCommands().size());
        return region.openCommands().getFirst();
    }

    private static PartitionClosed closedWithoutFault(Region region) {
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
        assertEquals(1, region.events(PartitionClosed.class).size());
        return region.last(PartitionClosed.class);
    }

    @Test
    void nobody_is_paused_unless_the_settings_allow_it() {
        for (String settings : List.of(
                "{}",
                "{\"suspend\":\"never\"}",
                "{\"suspend\":\"last-resort\",\"suspendForbidden\":[\"h1-0\",\"h1-1\",\"h2-0\",\"h2-1\"]}")) {
            Region region = swap(settings);
            assertEquals(List.of(), region.events(MigrateVm.class));
            assertEquals(
                    PartitionEnd.INFEASIBLE, region.last(PartitionClosed.class).getEnd());
        }
    }

    @Test
    void one_arrives_paused_the_other_moves_into_its_room_and_the_first_goes_on() {
        Region region = swap(LAST_RESORT);
        MigrateVm first = only(region);
        assertTrue(first.getStaysPaused());
        assertFalse(first.getPostCopyAllowed());
        region.succeed(first).settle();
        MigrateVm second = only(region);
        assertFalse(second.getStaysPaused());
        assertEquals(
                List.of(first.getTargetHostId(), first.getSourceHostId()),
                List.of(second.getSourceHostId(), second.getTargetHostId()));
        assertEquals(List.of(), region.openResumptions());
        region.succeed(second).settle();
        ResumeVm resume = region.openResumptions().getFirst();
        assertEquals(first.getVmId(), resume.getVmId());
        assertEquals(first.getCommandId(), resume.getMoveId());
        assertEquals(first.getTargetEpoch(), resume.getEpoch());
        assertEquals(List.of(), region.events(PartitionClosed.class));
        assertEquals(List.of(), region.events(MemberReleased.class));
        region.succeed(resume).settle();
        region.appended.stream() // a copy of the outcome changes nothing
                .filter(record -> record.topic() == Topic.OUTCOMES)
                .reduce((_, last) -> last)
                .ifPresent(record -> region.append(record.topic(), record.segment(), "h1", record.value()));
        region.settle();
        assertEquals(PartitionEnd.SOLVED, region.last(PartitionClosed.class).getEnd());
        assertTrue(region.last(PlanDecided.class).getReason().contains("2 moves relieve"));
        assertTrue(region.last(PlanDecided.class).getReason().contains("; 1 VM is paused meanwhile"));
        for (MemberReleased released : region.events(MemberReleased.class)) {
            assertEquals(List.of(1, 1), List.of(released.getMovesOut(), released.getMovesIn()));
        }
    }

    @Test
    void a_vm_that_is_paused_on_a_host_of_another_segment_is_resumed_there() {
        Region region = foreignSwap();
        for (int round = 0; round < 10; round++) {
            region.openCommands().forEach(region::succeed);
            region.openResumptions().forEach(region::succeed);
            region.settle();
        }
        assertEquals(
                1,
                region.events(MigrateVm.class).stream()
                        .filter(MigrateVm::getStaysPaused)
                        .count());
        assertEquals(1, region.events(ResumeVm.class).size());
        assertEquals(PartitionEnd.SOLVED, closedWithoutFault(region).getEnd());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void what_made_room_having_failed_the_paused_vm_goes_on_all_the_same() {
        Region region = swap(LAST_RESORT);
        MigrateVm first = only(region);
        region.succeed(first).settle();
        region.fail(only(region)).settle();
        region.succeed(region.openResumptions().getFirst()).settle();
        assertEquals(PartitionEnd.FAILED, closedWithoutFault(region).getEnd());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void the_mode_off_drops_the_other_move_and_not_the_resumption() {
        Region region = swap(LAST_RESORT);
        region.mode("off").settle();
        region.succeed(only(region)).settle();
        assertEquals(List.of(), region.openCommands());
        region.succeed(region.openResumptions().getFirst()).settle();
        assertEquals(PartitionEnd.MODE_OFF, closedWithoutFault(region).getEnd());
    }

    @Test
    void a_paused_move_that_failed_needs_no_resumption() {
        Region region = swap(LAST_RESORT);
        region.fail(only(region)).settle();
        assertEquals(List.of(), region.openCommands());
        assertEquals(List.of(), region.events(ResumeVm.class));
        assertEquals(PartitionEnd.FAILED, closedWithoutFault(region).getEnd());
    }

    @Test
    void a_resumption_that_failed_is_told_with_the_vm_and_where_to_look_for_it() {
        Region region = swap(LAST_RESORT);
        region.succeed(only(region)).settle();
        region.succeed(only(region)).settle();
        ResumeVm resume = region.openResumptions().getFirst();
        region.fail(resume).settle();
        PartitionClosed closed = closedWithoutFault(region);
        assertEquals(PartitionEnd.FAILED, closed.getEnd());
        String told = resume.getVmId() + " resumption failed, look for it on " + resume.getHostId();
        assertTrue(closed.getReason().contains(told), closed::getReason);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatever_fails_or_restarts_no_vm_stays_paused_and_replay_decides_the_same(int segments) {
        int resumed = 0;
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            Region region = segments == 1 ? swap(LAST_RESORT) : foreignSwap();
            Region.SlowWire wire = region.new SlowWire(random);
            region.wire = wire;
            for (int second = 0; second < 40; second++) {
                boolean quiet = second >= 25;
                region.pass(1000).tick().sampleAll();
                step(region, wire, random, quiet);
            }
            resumed += region.events(ResumeVm.class).size();
            region.hosts.values().forEach(host -> assertEquals(0, host.paused.size()));
            List<String> faults = Judge.faultsOf(region.appended, true).stream()
                    .filter(fault -> !fault.endsWith("was never answered")) // the mode may be off to the end
                    .toList();
            assertEquals(List.of(), faults, "seed " + seed);
            for (int segment = 0; segment < segments; segment++) {
                var result = DecisionReplay.run(region.log, segment, Instant.EPOCH, Instant.MAX, "test-code");
                assertEquals("", result.difference().map(Object::toString).orElse(""), "seed " + seed);
                assertEquals(Optional.empty(), result.state(), "seed " + seed);
            }
        }
        assertTrue(resumed > 30, "too few resumptions: " + resumed);
    }

    private static void step(Region region, Region.SlowWire wire, Random random, boolean quiet) {
        boolean more = true;
        while (more) {
            boolean arrived = wire.arrive(quiet);
            more = region.settleSome(random, 40) || arrived;
            if (random.nextInt(10) == 0) {
                region.restart(random.nextInt(region.schedulers.size()));
            }
        }
        region.settle();
        if (!quiet && random.nextInt(10) == 0) {
            region.mode(random.nextBoolean() ? "off" : "auto");
        }
        for (MigrateVm command : region.openCommands()) {
            if (quiet || random.nextInt(3) > 0) {
                if (!quiet && random.nextInt(3) == 0) {
                    region.fail(command);
                } else {
                    region.succeed(command);
                }
            }
        }
        for (ResumeVm command : region.openResumptions()) {
            if (quiet || random.nextInt(2) == 0) {
                region.succeed(command);
            }
        }
        region.settle();
    }
}
