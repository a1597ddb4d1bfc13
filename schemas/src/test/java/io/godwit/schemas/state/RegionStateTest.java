package io.godwit.schemas.state;

import static io.godwit.schemas.state.LogOf.START;
import static io.godwit.schemas.state.LogOf.vm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RegionStateTest {
    private static final Position NOWHERE = new Position("commands.host.v1", 0, 0L, "", "");

    private final LogOf of = new LogOf(3);

    @Test
    void the_newest_sample_tells_of_a_host_and_its_vms() {
        of.joined(0, 1, "h1");
        of.sampled(1, 1, "h1", vm("v1", 100), vm("v2", 200));
        of.sampled(2, 1, "h1", vm("v2", 300), vm("v3", VmState.SHUT_OFF, 0));

        RegionState state = of.state();

        Host host = state.host("h1").orElseThrow();
        assertEquals("a/r1/h1-name", host.label());
        assertEquals(List.of("v2", "v3"), host.vms());
        assertEquals(300, host.sample().orElseThrow().cpuDemandMillicores());
        assertEquals(1, host.sample().orElseThrow().position().getOffset());
        assertEquals(START.plusSeconds(2), host.sample().orElseThrow().at());
        assertEquals(300, state.vm("v2").orElseThrow().cpuDemandMillicores());
        assertEquals(VmState.SHUT_OFF, state.vm("v3").orElseThrow().state());
        assertEquals(Optional.empty(), state.vm("v1"));
    }

    @Test
    void a_host_may_hold_many_vms_and_lose_most_of_them() {
        PositionalLoop loop = new PositionalLoop();
        of.joined(0, 1, "h1");
        int second = 0;
        for (int count : List.of(3, 500, 2)) {
            second++;
            VmSample[] vms = new VmSample[count];
            for (int number = 0; number < count; number++) {
                vms[number] = vm("vm-%04d".formatted(number), number);
            }
            loop.take(of.sampled(second, 1, "h1", vms));
            assertEquals(count, of.stateAt(second).vms().size());
            assertEquals(count - 1, of.stateAt(second).vms().getLast().cpuDemandMillicores());
        }
        assertEquals(3, loop.samples());
    }

    @Test
    void a_host_is_found_by_its_label_and_by_a_name_that_only_one_has() {
        of.joined(0, 1, "h1");
        assertEquals("h1", of.state().host("a/r1/h1-name").orElseThrow().id());
        assertEquals("h1", of.state().host("h1-name").orElseThrow().id());
        assertEquals(Optional.empty(), of.state().host("h2"));
    }

    @Test
    void a_past_moment_is_what_stood_in_the_log_then() {
        of.joined(0, 1, "h1");
        of.sampled(5, 1, "h1", vm("v1", 100));
        of.sampled(6, 1, "h1", vm("v1", 700));

        assertEquals(100, of.stateAt(5).vm("v1").orElseThrow().cpuDemandMillicores());
        assertEquals(Optional.empty(), of.stateAt(4).vm("v1"));
        assertEquals(List.of(), of.stateAt(-1).hosts());
    }

    @Test
    void a_host_that_was_silent_for_hours_is_found_further_back() {
        of.joined(0, 1, "h1");
        of.joined(0, 1, "h2");
        of.sampled(1, 1, "h1", vm("v1", 100));
        of.sampled(20_000, 1, "h2", vm("v2", 200));

        RegionState state = of.stateAt(20_001);

        assertEquals(100, state.vm("v1").orElseThrow().cpuDemandMillicores());
        assertEquals(200, state.vm("v2").orElseThrow().cpuDemandMillicores());
    }

    @Test
    void a_vm_seen_on_two_hosts_is_where_it_runs_then_where_it_was_seen_last() {
        of.joined(0, 0, "h1");
        of.joined(0, 1, "h2");
        of.sampled(5, 0, "h1", vm("v1", VmState.SHUT_OFF, 0), vm("v2", 10));
        of.sampled(4, 1, "h2", vm("v1", 100));
        of.sampled(6, 1, "h2", vm("v2", 20), vm("v1", 100));

        RegionState state = of.state();

        assertEquals("h2", state.vm("v1").orElseThrow().hostId());
        assertEquals("h2", state.vm("v2").orElseThrow().hostId());
        assertEquals(List.of(), state.host("h1").orElseThrow().vms());
    }

    @Test
    void a_vm_in_post_copy_is_where_it_runs_though_its_source_was_seen_later_with_it_paused() {
        of.joined(0, 0, "h1");
        of.joined(0, 1, "h2");
        of.sampled(5, 1, "h2", vm("v1", 100));
        of.sampled(6, 0, "h1", vm("v1", VmState.PAUSED, 0));

        assertEquals("h2", of.state().vm("v1").orElseThrow().hostId());
    }

    @Test
    void what_happens_to_a_vm_holds_until_the_next_sample() {
        of.joined(0, 0, "h1");
        of.sampled(1, 0, "h1", vm("v1", 100), vm("v2", 100));
        of.append(2, 0, "h1", changed("v1", VmChange.MIGRATED_OUT));
        of.append(2, 0, "h1", changed("v2", VmChange.CRASHED));
        of.append(2, 0, "h1", changed("v3", VmChange.STARTED));

        assertEquals(List.of("v2", "v3"), of.state().host("h1").orElseThrow().vms());
        assertEquals(VmState.CRASHED, of.state().vm("v2").orElseThrow().state());
        assertEquals(VmState.RUNNING, of.state().vm("v3").orElseThrow().state());

        of.sampled(3, 0, "h1", vm("v2", 100));
        assertEquals(List.of("v2"), of.state().host("h1").orElseThrow().vms());
        assertEquals(VmState.RUNNING, of.state().vm("v2").orElseThrow().state());
    }

    @Test
    void a_lost_host_is_lost_until_it_is_sampled_again() {
        of.joined(0, 0, "h1");
        of.sampled(1, 0, "h1");
        of.append(2, 0, "h1", new HostLost("h1", "connection closed", "monitor-1"));
        assertEquals(
                Optional.of(new Host.Lost(START.plusSeconds(2), "connection closed")),
                of.state().host("h1").orElseThrow().lost());

        of.sampled(3, 0, "h1");
        assertEquals(Optional.empty(), of.state().host("h1").orElseThrow().lost());
    }

    @Test
    void a_crashed_host_names_the_open_detection() {
        of.joined(0, 0, "h1");
        of.append(2, 0, "h1", began("d1", DetectionKind.HOST_CRASH, "h1"));
        assertEquals(Optional.of("d1"), of.state().host("h1").orElseThrow().crash());
        assertEquals(1, of.state().detections().open().size());

        of.append(3, 0, "h1", ended("d1", DetectionKind.HOST_CRASH, "h1"));
        assertEquals(Optional.empty(), of.state().host("h1").orElseThrow().crash());
        assertEquals(0, of.state().detections().open().size());
        assertEquals(1, of.state().detections().all().size());
    }

    @Test
    void the_first_segment_that_a_host_joined_is_its_own() {
        of.joined(1, 2, "h1");
        of.joined(2, 0, "h1");
        of.sampled(3, 0, "h1", vm("v1", 100));
        assertEquals(2, of.state().host("h1").orElseThrow().segment());
        assertEquals(Optional.empty(), of.state().vm("v1"), "a sample in the wrong segment counts for nothing");
    }

    @Test
    void a_host_that_left_is_gone_with_its_vms_and_may_come_back() {
        of.joined(1, 2, "h1");
        of.sampled(2, 2, "h1", vm("v1", 100));
        of.append(3, 2, "h1", new HostLeft("h1", "me", "broken"));
        assertEquals(List.of(), of.state().hosts());
        assertEquals(List.of(), of.state().vms());
        of.joined(4, 2, "h1");
        assertEquals(1, of.state().hosts().size());
    }

    @Test
    void a_described_host_has_capacities_before_its_first_sample() {
        of.append(1, 2, "h1", new HostDescribed("h1", 4000L, 1L << 34, "epyc", 125_000_000L, "monitor-1"));
        of.joined(1, 2, "h1");
        Host host = of.state().host("h1").orElseThrow();
        assertEquals(4000, host.cpuCapacityMillicores());
        assertEquals(1L << 34, host.memoryCapacityBytes());
        assertEquals(125_000_000, host.migrationBytesPerSecond());
        assertEquals("epyc", host.cpuModel());
    }

    @Test
    void a_defined_vm_that_no_sample_lists_stands_on_the_host_of_its_definition() {
        of.append(1, 0, "h1", new VmDefined("h1", "v1", "web", 2, 1L << 30, 5L, "", "monitor-1"));
        Vm vm = of.state().vm("web").orElseThrow();
        assertEquals("h1", vm.hostId());
        assertEquals(VmState.UNKNOWN, vm.state());
        assertEquals(Optional.of(START.plusSeconds(1)), vm.since());
    }

    @Test
    void a_vm_lives_on_its_host_since_the_migration_that_brought_it() {
        of.joined(0, 0, "h1");
        of.joined(0, 1, "h2");
        of.append(1, 0, "h1", new VmDefined("h1", "v1", "web", 2, 1L << 30, 5L, "", "monitor-1"));
        of.append(2, 0, "h1", migrate("c-0-1", "v1", "h1", "h2"));
        of.append(
                9,
                0,
                "h1",
                new CommandSucceeded(
                        "c-0-1",
                        NOWHERE,
                        "executor-1",
                        "v1",
                        "h1",
                        "h2",
                        7000L,
                        30L,
                        5L,
                        MigrationMode.PRE_COPY,
                        -1L,
                        0L));
        of.sampled(10, 1, "h2", vm("v1", 50));
        assertEquals(
                Optional.of(START.plusSeconds(9)),
                of.state().vm("v1").orElseThrow().since());
    }

    @Test
    void the_first_final_outcome_of_a_command_stands() {
        of.append(2, 0, "h1", migrate("c-0-1", "v1", "h1", "h2"));
        assertEquals(Migrations.Stage.COMMANDED, migration("c-0-1").stage());
        of.append(3, 0, "h1", new CommandAccepted("c-0-1", NOWHERE, "executor-1", "v1", "h1", "h2"));
        assertEquals(Migrations.Stage.ACCEPTED, migration("c-0-1").stage());
        of.append(
                9,
                0,
                "h1",
                new CommandSucceeded(
                        "c-0-1",
                        NOWHERE,
                        "executor-1",
                        "v1",
                        "h1",
                        "h2",
                        6000L,
                        30L,
                        5L,
                        MigrationMode.PRE_COPY,
                        -1L,
                        0L));
        of.append(10, 0, "h1", new CommandRefused("c-0-1", NOWHERE, "executor-2", "v1", "h1", "h2", "stale-epoch", ""));
        assertEquals(Migrations.Stage.SUCCEEDED, migration("c-0-1").stage());
        assertEquals(30, migration("c-0-1").downtimeMillis());
        assertEquals(Optional.of(START.plusSeconds(9)), migration("c-0-1").ended());
    }

    @Test
    void a_resumption_belongs_to_the_migration_that_left_its_vm_paused() {
        of.append(2, 0, "h1", migrate("c-0-1", "v1", "h1", "h2"));
        assertEquals(Optional.empty(), migration("c-0-1").resumption());
        of.append(9, 1, "h2", resume("c-0-4", "c-0-1"));
        assertEquals(
                Migrations.Stage.COMMANDED,
                migration("c-0-1").resumption().orElseThrow().stage());
        of.append(9, 1, "h2", new CommandAccepted("c-0-4", NOWHERE, "executor-1", "v1", "h2", "h2"));
        of.append(
                40, 1, "h2", new CommandFailed("c-0-4", NOWHERE, "executor-1", "v1", "h2", "h2", "timeout", "?", "h2"));

        Migrations.Resumption resumption = migration("c-0-1").resumption().orElseThrow();
        assertEquals(Migrations.Stage.FAILED, resumption.stage());
        assertEquals("timeout", resumption.reason());
        assertEquals(Optional.of(START.plusSeconds(40)), resumption.ended());
        assertEquals(Migrations.Stage.COMMANDED, migration("c-0-1").stage());
        assertEquals(
                "c-0-1",
                of.state().migrations().byResumption("c-0-4").orElseThrow().id());
        assertEquals(1, of.state().migrations().all().size());
    }

    @Test
    void plans_that_the_judge_refused_stand_with_their_host_partition() {
        of.append(1, 0, "h1", opened("p-0-1", "h1", 7));
        of.append(
                2,
                0,
                "h1",
                new PlanRefused(new Decision(0, 2L), "p-0-1", "d1", "ab", "repair", List.of(), List.of("v1 twice")));
        HostPartitions.Partition partition =
                of.state().partitions().byId("p-0-1").orElseThrow();
        assertEquals(List.of("v1 twice"), partition.refused().getFirst().plan().getFaults());
        assertEquals(List.of(), partition.plans());
    }

    @Test
    void a_host_is_held_from_its_grant_to_its_release() {
        of.joined(0, 0, "h1");
        of.joined(0, 1, "h2");
        of.append(1, 0, "h1", opened("p-0-1", "h1", 7));
        of.append(1, 1, "h2", granted("p-0-1", "h2", 4, false));
        of.append(1, 0, "h2", granted("p-0-1", "h2", 4, true));
        assertEquals(Optional.of("p-0-1"), of.state().host("h1").orElseThrow().heldBy());
        assertEquals(Optional.of("p-0-1"), of.state().host("h2").orElseThrow().heldBy());
        assertEquals(1, of.state().partitions().open().size());

        of.append(5, 1, "h2", new MemberReleased(new Decision(0, 5L), "p-0-1", new Lease("h2", 4L), false, 0, 0));
        of.append(
                5,
                0,
                "h1",
                new PartitionClosed(new Decision(0, 6L), "p-0-1", "h1", "d1", PartitionEnd.SOLVED, "moved", 2));
        assertEquals(Map.of(), of.state().partitions().held());
        assertEquals(0, of.state().partitions().open().size());
    }

    @Test
    void a_rule_in_every_segment_is_one_rule() {
        for (int segment = 0; segment < 3; segment++) {
            of.append(1, segment, "mine", new RuleDeployed("mine", 1, "select 1", "me", "try", false, 10));
            of.append(2, segment, "mine", new RuleDeployed("mine", 2, "select 2", "me", "better", false, 10));
        }
        of.append(3, 1, "1", new RuleActivated("mine", 2, 1, 17L));
        assertEquals(2, of.state().rules().all().size());
        assertEquals(2, of.state().rules().live().getFirst().deployed().getVersion());
        assertEquals(17, of.state().detections().activeIn(1).get("mine").getObservationOffset());
        of.append(4, 2, "mine", new RuleRetired("mine", 2, "me", "done"));
        assertEquals(List.of(), of.state().rules().live());
    }

    @Test
    void the_newest_mode_holds() {
        for (int segment = 0; segment < 3; segment++) {
            of.append(1, segment, "a", new ModeChanged("a", "auto", "up", "simulated hosts"));
            of.append(2, segment, "a", new ModeChanged("a", "off", "me", "maintenance"));
        }
        assertEquals("off", of.state().controls().mode().orElseThrow().changed().getMode());
        assertEquals(
                "auto", of.stateAt(1).controls().mode().orElseThrow().changed().getMode());
    }

    @Test
    void a_damaged_record_changes_nothing_and_is_listed() {
        of.joined(0, 0, "h1");
        byte[] whole = EventCodec.encode(LogOf.sample(0, "h1", vm("v1", 100), vm("v2", 200)));
        of.log.append(Topic.OBSERVATIONS, 0, START.plusSeconds(1), "h1", whole);
        for (int length = 0; length < whole.length; length++) {
            of.log.append(Topic.OBSERVATIONS, 0, START.plusSeconds(2), "h1", java.util.Arrays.copyOf(whole, length));
        }
        of.log.append(Topic.INVENTORY, 0, START.plusSeconds(2), "h2", new byte[] {1, 2, 3});

        RegionState state = of.state();

        assertEquals(whole.length + 1, state.faults().size());
        assertTrue(state.faults().getFirst().startsWith("a.inventory.host.v1 0:1 does not begin with C3 01"));
        assertEquals(List.of("v1", "v2"), state.host("h1").orElseThrow().vms());
        assertEquals(
                START.plusSeconds(1),
                state.host("h1").orElseThrow().sample().orElseThrow().at());
    }

    @Test
    void the_order_between_topics_and_segments_does_not_matter() {
        history();
        RegionState inOrder = folded(new Random(0), false);
        for (long seed = 1; seed <= 30; seed++) {
            RegionState shuffled = folded(new Random(seed), true);
            String because = "seed " + seed;
            assertEquals(inOrder.hosts(), shuffled.hosts(), because);
            assertEquals(inOrder.vms(), shuffled.vms(), because);
            assertEquals(inOrder.detections().all(), shuffled.detections().all(), because);
            assertEquals(inOrder.migrations().all(), shuffled.migrations().all(), because);
            assertEquals(inOrder.partitions().all(), shuffled.partitions().all(), because);
            assertEquals(inOrder.partitions().held(), shuffled.partitions().held(), because);
            assertEquals(inOrder.controls().mode(), shuffled.controls().mode(), because);
        }
    }

    private void history() {
        of.joined(0, 0, "h1");
        of.joined(0, 1, "h2");
        of.joined(1, 2, "h2");
        of.append(1, 0, "h1", new HostDescribed("h1", 4000L, 1L << 34, "epyc", 125_000_000L, "monitor-1"));
        of.append(1, 0, "h1", new VmDefined("h1", "v1", "web", 2, 1L << 30, 5L, "", "monitor-1"));
        of.append(1, 1, "h2", new VmDefined("h2", "v1", "web-2", 2, 1L << 30, 5L, "", "monitor-1"));
        of.sampled(2, 0, "h1", vm("v1", 100), vm("v2", 200));
        of.sampled(2, 1, "h2", vm("v3", 100));
        of.append(3, 0, "h1", began("d1", DetectionKind.OVERLOAD, "h1"));
        of.append(3, 0, "h1", opened("p-0-1", "h1", 7));
        of.append(3, 1, "h2", granted("p-0-1", "h2", 4, false));
        of.append(4, 0, "h1", migrate("c-0-1", "v1", "h1", "h2"));
        of.append(5, 0, "h1", new CommandAccepted("c-0-1", NOWHERE, "executor-1", "v1", "h1", "h2"));
        of.append(
                9,
                0,
                "h1",
                new CommandSucceeded(
                        "c-0-1",
                        NOWHERE,
                        "executor-1",
                        "v1",
                        "h1",
                        "h2",
                        6000L,
                        30L,
                        5L,
                        MigrationMode.PRE_COPY,
                        -1L,
                        0L));
        of.append(9, 1, "h2", resume("c-0-4", "c-0-1"));
        of.append(
                9, 1, "h2", new CommandFailed("c-0-4", NOWHERE, "executor-1", "v1", "h2", "h2", "timeout", "?", "h2"));
        of.sampled(9, 1, "h2", vm("v1", 90), vm("v3", 100));
        of.append(9, 0, "h1", changed("v1", VmChange.MIGRATED_OUT));
        of.append(10, 0, "h1", ended("d1", DetectionKind.OVERLOAD, "h1"));
        of.append(11, 1, "h2", new MemberReleased(new Decision(0, 5L), "p-0-1", new Lease("h2", 4L), false, 0, 0));
        for (int segment = 0; segment < 3; segment++) {
            of.append(1, segment, "a", new ModeChanged("a", "auto", "up", "simulated hosts"));
            of.append(2, segment, "a", new ModeChanged("a", "off", "me", "maintenance"));
        }
    }

    /** All records, each topic and segment in order, the segments of the topics interleaved by chance. */
    private RegionState folded(Random random, boolean shuffled) {
        Map<String, List<LogRecord>> queues = new HashMap<>();
        List<String> turns = new ArrayList<>();
        for (Topic topic : RegionState.topics()) {
            for (int segment = 0; segment < 3; segment++) {
                String queue = topic + " " + segment;
                of.log.scan(List.of(LogRange.all(topic, segment)), record -> {
                    queues.computeIfAbsent(queue, _ -> new ArrayList<>()).add(record);
                    turns.add(queue);
                    return true;
                });
            }
        }
        if (shuffled) {
            Collections.shuffle(turns, random);
        }
        RegionState state = new RegionState("a", 3);
        turns.forEach(queue -> state.take(queues.get(queue).removeFirst()));
        return state;
    }

    private Migrations.Migration migration(String id) {
        return of.state().migrations().byId(id).orElseThrow();
    }

    @Test
    void constraints_hold_by_name_until_replaced_or_withdrawn_each_copy_counting_once() {
        for (int segment = 0; segment < 3; segment++) {
            of.append(1, segment, "web", applied("web", "spread({v1, v2});"));
            of.append(2, segment, "db", applied("db", "root(v3);"));
            of.append(3, segment, "web", applied("web", "gather({v1, v2});"));
            of.append(5, segment, "db", new ConstraintsWithdrawn("db", "test", "test"));
        }

        assertEquals(List.of("web since 1: spread({v1, v2});"), constraints(of.stateAt(1)));
        assertEquals(List.of("db since 2: root(v3);", "web since 3: gather({v1, v2});"), constraints(of.stateAt(4)));
        assertEquals(List.of("web since 3: gather({v1, v2});"), constraints(of.state()));
    }

    private static ConstraintsApplied applied(String name, String text) {
        return new ConstraintsApplied(name, text, List.of(), "test", "test");
    }

    private static List<String> constraints(RegionState state) {
        return state.controls().constraints().stream()
                .map(one -> "%s since %d: %s"
                        .formatted(
                                one.applied().getName(),
                                one.since().getEpochSecond() - START.getEpochSecond(),
                                one.applied().getText()))
                .toList();
    }

    private static VmChanged changed(String vm, VmChange change) {
        return new VmChanged("h1", vm, change, "", 0L, "monitor-1");
    }

    private static DetectionBegan began(String id, DetectionKind kind, String host) {
        return new DetectionBegan(
                id, kind, host, null, Instant.EPOCH, "cpu-demand", 2L, 1L, "mc", "overload", 1, List.of(), null);
    }

    private static DetectionEnded ended(String id, DetectionKind kind, String host) {
        return new DetectionEnded(
                id,
                kind,
                host,
                null,
                Instant.EPOCH,
                Instant.EPOCH,
                "over",
                "overload",
                1,
                List.of(),
                null,
                Instant.EPOCH);
    }

    private static MigrateVm migrate(String id, String vm, String source, String target) {
        return MigrateVm.newBuilder()
                .setDecision(new Decision(0, 3L))
                .setCommandId(id)
                .setPartitionId("p-0-1")
                .setPlan(new Decision(0, 2L))
                .setDetectionId("d1")
                .setDetection(NOWHERE)
                .setVmId(vm)
                .setSourceHostId(source)
                .setTargetHostId(target)
                .setTargetSegment(1)
                .setSourceEpoch(7L)
                .setTargetEpoch(4L)
                .setMode(MigrationMode.PRE_COPY)
                .setBytesPerSecondMax(0L)
                .setStartBefore(START.plusSeconds(60))
                .setEstimatedMillis(9000L)
                .setReason("relieves h1")
                .build();
    }

    private static ResumeVm resume(String id, String move) {
        return new ResumeVm(
                new Decision(0, 4L),
                id,
                "p-0-1",
                new Decision(0, 2L),
                "d1",
                NOWHERE,
                "v1",
                "h2",
                4L,
                move,
                "v2 has left h2");
    }

    private static PartitionOpened opened(String id, String host, long epoch) {
        return new PartitionOpened(
                new Decision(0, 1L),
                id,
                host,
                "d1",
                NOWHERE,
                DetectionKind.OVERLOAD,
                Instant.EPOCH,
                List.of(new Lease(host, epoch)),
                "nearest");
    }

    private static MemberGranted granted(String id, String host, long epoch, boolean answer) {
        HostFacts facts =
                new HostFacts(host, "a/r1/" + host, 1, 8000L, 1L << 34, 1L << 27, List.of(), null, 1000, 0L, 0L);
        return new MemberGranted(new Decision(1, 1L), id, 0, new Lease(host, epoch), facts, answer, Instant.EPOCH, "");
    }
}
