package io.godwit.ops.up;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.ops.words.Names;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.events.Severity;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LiveLinesTest {
    private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");

    private final Names names = new Names();
    private final LiveLines lines = new LiveLines("west", names, ZoneOffset.UTC);

    @BeforeEach
    void knowHosts() {
        names.take(new HostJoined("id-1", "west", "r1", "h1", 0, "simulated:h1", "", "test", "test"));
        names.take(new HostJoined("id-2", "west", "r1", "h2", 0, "simulated:h2", "", "test", "test"));
    }

    @Test
    void a_detection_is_told_with_its_host_and_the_numbers_that_tripped_the_rule() {
        assertEquals(
                List.of("10:00:01.000  overload   west/r1/h1  cpu-demand 8100 of 8000 mc"),
                of(new DetectionBegan(
                        "d-1",
                        DetectionKind.OVERLOAD,
                        "id-1",
                        null,
                        START,
                        "cpu-demand",
                        8100L,
                        8000L,
                        "mc",
                        "overload",
                        1,
                        List.of(),
                        null)));
    }

    @Test
    void its_end_is_told_with_how_long_it_lasted_and_why_it_ended() {
        assertEquals(
                List.of("10:00:01.000  ended      overload west/r1/h1 after 2.5 s  cpu demand 7000 of 8000 mc"),
                of(new DetectionEnded(
                        "d-1",
                        DetectionKind.OVERLOAD,
                        "id-1",
                        null,
                        START,
                        START.plusMillis(2500),
                        "cpu demand 7000 of 8000 mc",
                        "overload",
                        1,
                        List.of(),
                        null,
                        Instant.EPOCH)));
    }

    @Test
    void a_move_by_post_copy_tells_when_the_vm_ran_on_its_target() {
        assertEquals(
                List.of("10:00:01.000  moved      vm-1  h1 → h2  8.5 s, downtime 30 ms, by post-copy there after 0.3"
                        + " s"),
                of(moved(MigrationMode.POST_COPY, 300)));
        assertEquals(
                List.of("10:00:01.000  moved      vm-1  h1 → h2  8.5 s, downtime 30 ms"),
                of(moved(MigrationMode.PRE_COPY, -1)));
    }

    @Test
    void a_vm_that_was_resumed_is_told_with_its_host() {
        CommandSucceeded resumed = CommandSucceeded.newBuilder(moved(MigrationMode.PRE_COPY, -1))
                .setSourceHostId("id-2")
                .build();
        assertEquals(List.of("10:00:01.000  resumed    vm-1  west/r1/h2"), of(resumed));
    }

    private static CommandSucceeded moved(MigrationMode mode, long switchedAfterMillis) {
        return new CommandSucceeded(
                "c-0-1",
                new Position("commands.host.v1", 0, 0L, "", ""),
                "executor-1",
                "vm-1",
                "id-1",
                "id-2",
                8500L,
                30L,
                1L,
                mode,
                switchedAfterMillis,
                9000L);
    }

    @Test
    void in_mode_advise_each_move_of_a_plan_is_shown_and_said_not_to_be_commanded() {
        assertEquals(
                List.of("10:00:01.000  advised    vm-1  h1 → h2  relieves h1, about 9.1 s; nothing is commanded in mode"
                        + " advise"),
                of(plan("advise")));
    }

    @Test
    void in_mode_auto_the_commands_tell_of_the_plan() {
        assertEquals(List.of(), of(plan("auto")));
    }

    @Test
    void a_proposed_plan_is_told_once_with_the_word_that_it_waits_for() {
        PlanDecided proposed =
                PlanDecided.newBuilder(plan("approve")).setProposalId("d-0-1").build();
        assertEquals(
                List.of("10:00:01.000  proposed   vm-1  h1 → h2  relieves h1, about 9.1 s; approve it with: godwit"
                        + " approve d-0-1"),
                of(proposed));
        assertEquals(List.of(), of(proposed));
        assertEquals(
                List.of("10:00:01.000  approved   ann: d-0-1  go on"),
                of(new ProposalAnswered("q-1", "d-0-1", "d-1", "id-1", true, "ann", "go on")));
    }

    @Test
    void in_mode_shadow_nothing_is_shown_as_advice() {
        assertEquals(List.of(), of(plan("shadow")));
        of(new ModeChanged("west", "shadow", "ann", "we look first"));
        assertEquals(
                List.of(),
                of(new PartitionClosed(
                        new Decision(0, 1L), "p-0-1", "id-1", "d-1", PartitionEnd.INFEASIBLE, "no host has room", 4)));
    }

    @Test
    void what_a_rule_in_shadow_detects_is_not_told() {
        DetectionBegan began = DetectionBegan.newBuilder()
                .setId("CUSTOM-crowded-id-1-0-7")
                .setKind(DetectionKind.CUSTOM)
                .setHostId("id-1")
                .setSince(Instant.EPOCH)
                .setMetric("vms")
                .setValue(3)
                .setThreshold(0)
                .setUnit("VMs")
                .setRule("crowded")
                .setRuleVersion(1)
                .setEvidence(List.of())
                .setTerms(new DetectionTerms("ann", Severity.INFO, DetectionAction.ADVISE, ActingMode.SHADOW, 0L))
                .build();
        assertEquals(List.of(), of(began));
        DetectionTerms advising = DetectionTerms.newBuilder(began.getTerms())
                .setMode(ActingMode.ADVISE)
                .build();
        assertEquals(
                1,
                of(DetectionBegan.newBuilder(began).setTerms(advising).build()).size());
    }

    @Test
    void an_overload_without_a_way_out_is_told_with_the_reason() {
        assertEquals(
                List.of("10:00:01.000  no way     west/r1/h1  no host has room"),
                of(new PartitionClosed(
                        new Decision(0, 1L), "p-0-1", "id-1", "d-1", PartitionEnd.INFEASIBLE, "no host has room", 4)));
    }

    @Test
    void a_plan_that_the_judge_refused_is_an_alarm() {
        assertEquals(
                List.of("10:00:01.000  alarm      a plan of p-0-1 was wrong and is not carried out: memory of h2"
                        + " exceeded; see: godwit why p-0-1"),
                of(new PlanRefused(
                        new Decision(0, 2L),
                        "p-0-1",
                        "d1",
                        "ab",
                        "repair",
                        List.of(),
                        List.of("memory of h2 exceeded"))));
    }

    @Test
    void what_stands_in_every_segment_is_told_once() {
        assertEquals(
                List.of("10:00:01.000  mode       west is off now: lightning"),
                of(new ModeChanged("west", "off", "ann", "lightning")));
        assertEquals(List.of(), copy(new ModeChanged("west", "off", "ann", "lightning")));
        assertEquals(
                List.of("10:00:01.000  rule       overload v1 is active at west"),
                of(new RuleActivated("overload", 1, 0, 17L)));
        assertEquals(List.of(), copy(new RuleActivated("overload", 1, 1, 4L)));
        assertEquals(
                List.of("10:00:01.000  alarm      rule mine v2 is quarantined in segment 3 of west: too much of it;"
                        + " see: godwit rule list"),
                of(new RuleQuarantined("mine", 2, 3, 17L, "too much of it")));
        assertEquals(List.of(), of(new RuleQuarantined("mine", 2, 4, 17L, "too much of it")), "once is enough");
        ConstraintsApplied applied = new ConstraintsApplied("web", "", List.of(), "ann", "two racks");
        assertEquals(List.of("10:00:01.000  demand     web  0 in force: two racks"), of(applied));
        assertEquals(List.of(), copy(applied));
        assertEquals(
                List.of("10:00:01.000  demand     web  withdrawn: enough"),
                of(new ConstraintsWithdrawn("web", "ann", "enough")));
    }

    private List<String> of(SpecificRecord event) {
        return lines.of(0, START.plusSeconds(1).toEpochMilli(), event);
    }

    /** The lines of the same in another segment. */
    private List<String> copy(SpecificRecord event) {
        return lines.of(1, START.plusSeconds(1).toEpochMilli(), event);
    }

    private static PlanDecided plan(String mode) {
        return new PlanDecided(
                new Decision(0, 1L),
                "p-0-1",
                "d-1",
                new Position("detections.host.v1", 0, 0L, "", ""),
                PlanAnswer.PLAN,
                mode,
                List.of(new PlannedMove(
                        "vm-1",
                        "id-1",
                        "id-2",
                        List.of(),
                        9100L,
                        "relieves h1",
                        MigrationMode.PRE_COPY,
                        false,
                        false,
                        ActionKind.UNKNOWN)),
                List.of(),
                List.of(),
                0L,
                "greedy",
                "",
                "1 move relieves h1",
                List.of(),
                List.of(),
                "");
    }
}
