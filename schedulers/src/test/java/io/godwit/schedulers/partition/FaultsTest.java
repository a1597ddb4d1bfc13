package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.Move;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberLost;
import io.godwit.schemas.events.MemberRefused;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OutcomeRelayed;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.YieldAsked;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a host partition when a part of it fails, or a message comes late, twice, or not yet. */
class FaultsTest {
    private static final long[] OVER = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 350};

    /** h1 is overloaded and has asked segment 1, which has not read the question yet. */
    private static Region asking() {
        Region region = new Region(2).host("h1", 0, OVER).host("h2", 1, 1000).mode("auto");
        region.sampleAll();
        region.settleOnly(0, Topic.INVENTORY).settleOnly(0, Topic.CONTROLS);
        region.settleOnly(0, Topic.OBSERVATIONS).settleOnly(0, Topic.DETECTIONS);
        assertEquals(1, region.events(MemberAsked.class).size());
        return region;
    }

    @Test
    void a_segment_that_does_not_answer_is_passed_over_and_its_late_grant_goes_back() {
        Region region = asking();
        for (int second = 0; second < 5; second++) {
            region.pass(1000).sampleAll().tick();
            region.settleOnly(0, Topic.OBSERVATIONS);
        }
        assertEquals(PartitionEnd.INFEASIBLE, region.last(PartitionClosed.class).getEnd());
        assertTrue(region.last(PlanDecided.class).getReason().contains("segment 1 did not answer within 5000 ms"));

        String partitionId = region.last(PartitionClosed.class).getPartitionId();
        region.settle();
        assertTrue(region.events(MemberReleased.class).stream()
                .anyMatch(released -> released.getPartitionId().equals(partitionId)
                        && released.getLease().getHostId().equals("h2")));
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void who_lost_a_race_for_a_host_tries_again_sooner_than_who_found_none() {
        assertTrue(pauseAfterRefusals("p-1-1") <= 8_000);
        assertTrue(pauseAfterRefusals(null) > 15_000);
    }

    /** Milliseconds until the next try after so many refusals that the back-off has reached its largest value. */
    private static long pauseAfterRefusals(String heldBy) {
        Region region = asking();
        for (int refusal = 0; refusal < 8; refusal++) {
            MemberAsked asked = region.last(MemberAsked.class);
            region.append(
                    Topic.HOST_PARTITIONS,
                    0,
                    "h1",
                    new MemberRefused(new Decision(1, 100L + refusal), asked.getPartitionId(), "", "none", heldBy));
            region.settleOnly(0, Topic.HOST_PARTITIONS);
            if (refusal < 7) {
                region.pass(30_000).sampleAll().tick();
                region.settleOnly(0, Topic.OBSERVATIONS);
            }
        }
        return region.schedulers
                        .get(0)
                        .state()
                        .detections
                        .all()
                        .getFirst()
                        .getRetryAfter()
                        .toEpochMilli()
                - region.millis();
    }

    @Test
    void detections_that_began_together_do_not_try_again_together() {
        Region region = new Region(2)
                .host("h1", 0, OVER)
                .host("h2", 0, OVER)
                .mode("auto")
                .sampleAll()
                .settle();
        assertEquals(
                2,
                region.schedulers.get(0).state().detections.all().stream()
                        .map(OpenDetection::getRetryAfter)
                        .distinct()
                        .count());
    }

    @Test
    void a_grant_that_comes_twice_is_taken_once_and_its_host_is_kept_while_it_is_needed() {
        Region region = asking().settle();
        MemberGranted grant = region.last(MemberGranted.class);
        assertTrue(grant.getAnswer());
        assertEquals(1, region.openCommands().size());

        region.append(Topic.HOST_PARTITIONS, 0, "h2", grant);
        region.settle();

        assertEquals(0, region.events(MemberReleased.class).size());
        region.succeed(region.last(MigrateVm.class)).settle();
        region.append(Topic.HOST_PARTITIONS, 0, "h2", grant);
        region.settle();
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void a_question_that_comes_twice_lends_a_second_host_which_goes_back_at_once() {
        Region region = new Region(2)
                .host("h1", 0, OVER)
                .host("h2", 1, 1000)
                .host("h3", 1, 1000)
                .mode("auto")
                .sampleAll()
                .settle();
        region.append(Topic.HOST_PARTITIONS, 1, "h1", region.last(MemberAsked.class));
        region.settle();

        assertEquals("h3", region.last(MemberReleased.class).getLease().getHostId());
        region.succeed(region.last(MigrateVm.class)).settle();
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void a_release_that_comes_twice_does_not_end_the_next_lease() {
        Region region = asking().settle();
        region.succeed(region.last(MigrateVm.class)).settle();
        MemberReleased old = region.events(MemberReleased.class).stream()
                .filter(released -> released.getLease().getHostId().equals("h2"))
                .findFirst()
                .orElseThrow();
        region.hosts.get("h1").vms.put("more", 700L);
        region.pass(1000).sampleAll().settle();
        assertEquals(2, region.events(PartitionOpened.class).size());
        assertEquals(1, region.openCommands().size());

        region.append(Topic.HOST_PARTITIONS, 1, "h2", old);
        region.settle();

        assertEquals(
                region.last(MigrateVm.class).getPartitionId(),
                region.schedulers.get(1).state().leases.get("h2").getHolder());
    }

    @Test
    void a_member_that_is_lost_while_its_host_partition_grows_goes_back_and_another_one_is_found() {
        Region region = new Region(3)
                .host("h1", 0, 5000, 4500)
                .host("h2", 1, 4000, 3600)
                .host("h3", 2, 3000)
                .mode("auto");
        region.sample("h2").sample("h3").settle().sample("h1");
        region.settleOnly(0, Topic.OBSERVATIONS).settleOnly(0, Topic.DETECTIONS);
        MemberAsked question = region.events(MemberAsked.class).getFirst();
        assertEquals(1, question.getSegment());
        region.append(
                Topic.HOST_PARTITIONS,
                1,
                "h1",
                MemberAsked.newBuilder(question).setNeededMillicores(100).build()); // so that it lends h2
        region.take(1, Topic.HOST_PARTITIONS);
        region.settleOnly(1, Topic.HOST_PARTITIONS).settleOnly(0, Topic.HOST_PARTITIONS);
        assertEquals("h2", region.last(MemberGranted.class).getLease().getHostId());
        assertEquals(0, region.openCommands().size());

        region.began("h2", DetectionKind.HOST_CRASH, region.appended.getLast());
        region.settleOnly(1, Topic.DETECTIONS);
        assertEquals(1, region.events(MemberLost.class).size());
        region.settle();

        assertEquals("h3", region.last(MigrateVm.class).getTargetHostId());
        assertTrue(region.schedulers.get(1).state().leases.get("h2").getHolder().isEmpty());
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void a_member_that_is_lost_while_its_plan_is_applied_is_kept_until_the_outcome() {
        Region region = asking().settle();
        MigrateVm command = region.last(MigrateVm.class);
        region.began("h2", DetectionKind.HOST_CRASH, region.appended.getLast());
        region.settle();
        assertEquals(0, region.events(MemberReleased.class).size());

        region.fail(command).settle();
        assertEquals(PartitionEnd.FAILED, region.last(PartitionClosed.class).getEnd());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void an_initiator_that_is_lost_ends_what_grows_and_a_late_grant_goes_back() {
        Region region = asking();
        region.began("h1", DetectionKind.HOST_CRASH, region.appended.getLast());
        region.settleOnly(0, Topic.DETECTIONS);
        assertEquals(
                PartitionEnd.INITIATOR_LOST, region.last(PartitionClosed.class).getEnd());

        region.settle();
        assertEquals("h2", region.last(MemberReleased.class).getLease().getHostId());
        assertEquals(List.of(), region.events(MigrateVm.class));
    }

    @Test
    void a_yield_that_crosses_a_grant_ends_the_host_partition_and_the_grant_goes_back() {
        Region region = asking();
        String partitionId = region.last(PartitionOpened.class).getPartitionId();
        region.settleOnly(1, Topic.INVENTORY).settleOnly(1, Topic.CONTROLS);
        region.settleOnly(1, Topic.OBSERVATIONS).settleOnly(1, Topic.HOST_PARTITIONS); // lends h2
        io.godwit.schemas.log.LogRecord grant = region.take(0, Topic.HOST_PARTITIONS);
        while (!isAnswer(grant)) {
            grant = region.take(0, Topic.HOST_PARTITIONS);
        }
        region.append(
                Topic.HOST_PARTITIONS,
                0,
                "h2",
                new YieldAsked(new io.godwit.schemas.events.Decision(1, 900L), partitionId, "h2", "an older one"));
        region.settleOnly(0, Topic.HOST_PARTITIONS);
        assertEquals(PartitionEnd.YIELDED, region.last(PartitionClosed.class).getEnd());

        region.append(Topic.HOST_PARTITIONS, 0, "h1", grant.value());
        region.settleOnly(0, Topic.HOST_PARTITIONS);
        assertEquals("h2", region.last(MemberReleased.class).getLease().getHostId());
    }

    private static boolean isAnswer(io.godwit.schemas.log.LogRecord record) {
        return io.godwit.schemas.codec.EventCodec.decode(record.value()) instanceof MemberGranted granted
                && granted.getAnswer();
    }

    @Test
    void an_outcome_that_comes_twice_or_after_a_restart_ends_its_move_once() {
        Region region = asking().settle();
        MigrateVm command = region.last(MigrateVm.class);
        region.restart(0).restart(1).pass(600_000).tick().settle(); // no timer ends a command: its executor does
        assertEquals(0, region.events(PartitionClosed.class).size());

        region.succeed(command).settle();
        OutcomeRelayed again = new OutcomeRelayed(
                new io.godwit.schemas.events.Decision(1, 901L),
                command.getCommandId(),
                command.getPartitionId(),
                "failed",
                "said twice",
                "",
                region.appended.getFirst().position());
        region.append(Topic.HOST_PARTITIONS, 0, "h1", again);
        region.settle();

        assertEquals(1, region.events(PartitionClosed.class).size());
        assertEquals(PartitionEnd.SOLVED, region.last(PartitionClosed.class).getEnd());
    }

    @Test
    void a_plan_that_the_judge_turns_down_is_an_event_of_its_own_and_moves_nothing() {
        // a planner with a fault: it moves the VM to a host that has no room for it
        Region region = new Region(
                1,
                _ -> new Answer.Plan(
                        List.of(new Move("h1-0", "h1", "h2", MigrationMode.PRE_COPY, List.of(), 9_000, "planted")),
                        0,
                        "greedy",
                        List.of(),
                        List.of()));
        region.host("h1", 0, OVER).host("h2", 0, 7500).mode("auto").sampleAll().settle();

        PlanRefused refused = region.events(PlanRefused.class).getFirst();
        assertFalse(refused.getFaults().isEmpty());
        assertEquals("h1-0", refused.getMoves().getFirst().getVmId());
        assertEquals(List.of(), region.events(MigrateVm.class));
        assertEquals(PartitionEnd.INFEASIBLE, region.last(PartitionClosed.class).getEnd());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    static Stream<Arguments> seeds() {
        return Stream.of("dvms-local", "dvms", "hierarchical", "centralized")
                .flatMap(policy -> LongStream.range(0, 12).mapToObj(seed -> Arguments.of(policy, seed)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatever_is_late_doubled_or_restarted_every_lease_ends_and_replay_decides_the_same(String policy, long seed) {
        Random random = new Random(seed);
        int segments = 2 + random.nextInt(3);
        Region region = new Region(segments);
        Region.SlowWire wire = region.new SlowWire(random);
        region.wire = wire;
        region.settings("{\"policy\":\"%s\",\"solveWithinMillis\":5000,\"managerHosts\":%d}"
                        .formatted(policy, 2 + random.nextInt(3)))
                .mode("auto");
        for (int host = 0; host < 9; host++) {
            region.host(
                    "h" + host,
                    host % segments,
                    random.longs(7 + random.nextInt(4), 300, 1500).toArray());
        }
        region.hosts.get("h0").vms.put("big", 8000L);
        for (int second = 0; second < 120; second++) {
            boolean quiet = second >= 75;
            region.pass(1000).tick();
            if (quiet) {
                region.hosts.values().forEach(host -> host.vms.replaceAll((_, _) -> 10L));
            } else if (random.nextInt(3) == 0) {
                Region.Host host = region.hosts.get("h" + random.nextInt(9));
                host.vms.replaceAll((_, _) -> 300L + random.nextInt(1200));
            }
            region.sampleAll();
            step(region, wire, random, quiet);
        }
        boolean underWay = true;
        while (underWay) {
            region.settle().solve().settle();
            region.openCommands().forEach(region::succeed);
            underWay = wire.arrive(true);
        }
        assertFalse(region.events(PartitionOpened.class).isEmpty());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true), policy + " seed " + seed);
        for (int segment = 0; segment < segments; segment++) {
            var result = DecisionReplay.run(region.log, segment, Instant.EPOCH, Instant.MAX, "test-code");
            assertEquals("", result.difference().map(Object::toString).orElse(""), policy + " seed " + seed);
            assertEquals(Optional.empty(), result.state(), policy + " seed " + seed);
        }
    }

    private static void step(Region region, Region.SlowWire wire, Random random, boolean quiet) {
        boolean more = true;
        while (more) {
            boolean arrived = wire.arrive(quiet);
            more = region.settleSome(random, 40) || arrived;
            if (random.nextInt(20) == 0) {
                region.restart(random.nextInt(region.schedulers.size()));
            }
        }
        region.settle();
        if (quiet || random.nextInt(3) > 0) {
            region.solve().settle();
        } else if (random.nextInt(3) == 0) {
            region.jobs.clear(); // their worker died
        }
        for (MigrateVm command : region.openCommands()) {
            if (quiet || random.nextInt(5) > 0) {
                if (!quiet && random.nextInt(4) == 0) {
                    region.fail(command);
                } else {
                    region.succeed(command);
                }
            }
        }
        region.settle();
    }
}
