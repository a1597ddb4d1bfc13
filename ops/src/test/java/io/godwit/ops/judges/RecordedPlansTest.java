package io.godwit.ops.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.ConstraintKind;
import io.godwit.schemas.events.ConstraintResource;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.DeadLetter;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.KnownSample;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OutcomeRelayed;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.events.StatedConstraint;
import io.godwit.schemas.events.VmFact;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/**
 * Logs of a segment whose scheduler holds a, b and c of 4 cores each: a gives its VM to b, once b has given its own to c. Host
 * d, where there is one, stands in the other segment.
 */
final class RecordedPlansTest {
    private static final Position SOMEWHERE = new Position("detections.host.v1", 0, 0L, "", "");
    private static final String PARTITION = "p-0-1";
    private static final Instant MIDDLE = Instant.ofEpochSecond(600);

    private final MemoryLog log = new MemoryLog("s", 2);
    private final List<InputRun> untold = new ArrayList<>();
    private long sequence = 1;
    private long millis = 1000;

    @Test
    void a_plan_whose_commands_wait_for_their_room_has_no_fault() {
        begins(snapshot(Instant.EPOCH));
        everyHostIsSampled(3000);
        decides(plan("a", "b", "c"), moves("vm-b", "b", "c"));
        takes(Topic.OUTCOMES, succeeded("c-0-2", "vm-b", "b", "c"));
        decides(moves("vm-a", "a", "b"));

        assertEquals(List.of(), judged().faults());
        assertEquals(new LogJudges.Plans(1, 0, Instant.EPOCH, List.of()), judged().plans());
    }

    @Test
    void a_command_that_overloads_its_target_on_the_way_is_found() {
        begins(snapshot(Instant.EPOCH));
        everyHostIsSampled(3000);
        decides(plan("a", "b", "c"), moves("vm-b", "b", "c"), moves("vm-a", "a", "b"));

        finds("LoadJudge: c-0-3 brings b to 6000 of 4000 mc");
    }

    /** The order of the journal counts: in the observations both samples stand before the decision. */
    @Test
    void what_was_sampled_after_a_decision_was_not_known_to_it() {
        begins(snapshot(Instant.EPOCH));
        everyHostIsSampled(1000);
        log.append(Topic.OBSERVATIONS, 0, now(), "b", EventCodec.encode(sample("b", 4000, "vm-b")));
        decides(plan("a", "b", "c"), moves("vm-a", "a", "b"));
        untold.add(new InputRun(Topic.OBSERVATIONS.stage(), 3L));
        decides(moves("vm-b", "b", "c"));

        assertEquals(List.of(), judged().faults());
    }

    @Test
    void what_was_sampled_just_before_a_decision_was_known_to_it() {
        begins(snapshot(Instant.EPOCH));
        everyHostIsSampled(1000);
        takes(Topic.OBSERVATIONS, sample("b", 4000, "vm-b"));
        decides(plan("a", "b", "c"), moves("vm-a", "a", "b"));

        finds("LoadJudge: c-0-2 brings b to 5000 of 4000 mc");
    }

    @Test
    void a_sample_that_the_scheduler_could_not_use_counts_for_nothing() {
        begins(snapshot(Instant.EPOCH));
        everyHostIsSampled(1000);
        LogRecord unused = takes(Topic.OBSERVATIONS, sample("b", 4000, "vm-b"));
        ByteBuffer nothing = ByteBuffer.allocate(0);
        append(
                Topic.DEAD_LETTERS,
                0,
                new DeadLetter(unused.position(), nothing, nothing, "of an old inventory", "scheduler-1"));
        decides(plan("a", "b", "c"), moves("vm-a", "a", "b"));

        assertEquals(List.of(), judged().faults());
    }

    @Test
    void a_command_that_breaks_a_continuous_constraint_on_the_way_is_found() {
        begins(snapshot(Instant.EPOCH));
        takes(Topic.CONTROLS, apart("vm-a", "vm-b"));
        everyHostIsSampled(1000);
        decides(plan("a", "b", "c"), moves("vm-b", "b", "c"), moves("vm-a", "a", "b"));

        finds("ConstraintJudge: when c-0-3 begins, continuous SPREAD([[vm-a, vm-b]], []) is broken by 1");
    }

    @Test
    void an_outcome_that_another_segment_relays_makes_room() {
        begins(snapshot(Instant.EPOCH));
        takes(Topic.OBSERVATIONS, sample("a", 3000, "vm-a"));
        takes(Topic.OBSERVATIONS, sample("b", 3000));
        takes(Topic.HOST_PARTITIONS, granted("d", "vm-d"));
        List<PlannedMove> moves = List.of(step("vm-d", "d", "b", List.of()), step("vm-a", "a", "d", List.of(0)));
        decides(decision -> plan(decision, moves, "a", "b", "d"), moves("vm-d", "d", "b"));
        takes(
                Topic.HOST_PARTITIONS,
                new OutcomeRelayed(new Decision(1, 9L), "c-0-2", PARTITION, "succeeded", "", "b", SOMEWHERE));
        decides(moves("vm-a", "a", "d"));

        assertEquals(List.of(), judged().faults());
        assertEquals(1, judged().plans().judged());
    }

    @Test
    void what_a_crashed_host_leaves_is_charged_to_the_hosts_that_it_starts_on() {
        begins(snapshot(Instant.EPOCH));
        takes(Topic.CONTROLS, apart("vm-1", "vm-3"));
        takes(Topic.OBSERVATIONS, sample("a", 3000, "vm-1", "vm-2"));
        takes(Topic.OBSERVATIONS, sample("b", 3000));
        List<PlannedMove> starts = List.of(
                acts(ActionKind.FENCE, "", "a", "a"),
                acts(ActionKind.START, "vm-1", "a", "b"),
                acts(ActionKind.START, "vm-2", "a", "b"));
        decides(decision -> plan(decision, starts, "a", "b"), starts("vm-1", "a", "b"));
        assertEquals(List.of(), judged().faults());
        assertEquals(1, judged().plans().judged());

        decides(starts("vm-2", "a", "b"));
        finds("LoadJudge: c-0-3 brings b to 6000 of 4000 mc");
    }

    @Test
    void a_plan_that_was_under_way_where_the_record_begins_is_passed_over() {
        everyHostIsSampled(3000);
        OpenPartition applying =
                OpenPartition.newBuilder(open()).setPlan(new Decision(0, 0L)).build();
        begins(snapshot(MIDDLE, applying));
        decides(moves("vm-a", "a", "b"));

        assertEquals(List.of(), judged().faults());
        assertEquals(new LogJudges.Plans(0, 1, MIDDLE, List.of()), judged().plans());
    }

    @Test
    void a_plan_is_judged_by_what_the_state_holds_where_the_record_begins() {
        everyHostIsSampled(1000);
        begins(snapshot(
                MIDDLE,
                open(new PartitionMember(new Lease("d", 1L), 1, facts("d", "vm-d"))),
                known(sample("a", 3000, "vm-a")),
                apart("vm-x", "vm-y")));
        decides(
                decision -> plan(decision, List.of(step("vm-a", "a", "d", List.of())), "a", "d"),
                moves("vm-a", "a", "d"));

        finds("LoadJudge: c-0-2 brings d to 6000 of 4000 mc");
        assertEquals(new LogJudges.Plans(1, 0, MIDDLE, List.of()), judged().plans());
    }

    @Test
    void a_plan_for_hosts_of_which_nothing_was_read_is_passed_over() {
        begins(snapshot(Instant.EPOCH));
        decides(plan("a", "b", "c"), moves("vm-b", "b", "c"));

        assertEquals(List.of(), judged().faults());
        assertEquals(new LogJudges.Plans(0, 1, Instant.EPOCH, List.of()), judged().plans());
    }

    @Test
    void judging_ends_where_a_decision_is_not_in_the_log() {
        begins(snapshot(Instant.EPOCH));
        everyHostIsSampled(3000);
        decides(plan("a", "b", "c"));
        sequence++;
        tells(sequence - 1);
        decides(moves("vm-b", "b", "c"));

        assertEquals(
                new LogJudges.Plans(0, 1, Instant.EPOCH, List.of("decision 2 of segment 0 is not in the log")),
                judged().plans());
    }

    @Test
    void judging_ends_where_the_journal_has_a_gap() {
        begins(snapshot(Instant.EPOCH));
        everyHostIsSampled(3000);
        decides(plan("a", "b", "c"));
        sequence++;
        decides(moves("vm-b", "b", "c"));

        assertEquals(
                List.of("the journal of segment 0 says nothing of decision 2, as one of its records is damaged"),
                judged().plans().missing());
    }

    @Test
    void nothing_is_judged_without_a_snapshot() {
        everyHostIsSampled(3000);
        decides(plan("a", "b", "c"), moves("vm-b", "b", "c"));

        assertEquals(
                new LogJudges.Plans(
                        0,
                        1,
                        Instant.EPOCH,
                        List.of("the journal of segment 0 holds no whole snapshot after which all inputs are kept")),
                judged().plans());
    }

    private LogJudges.Judged judged() {
        return LogJudges.of(log, 60_000, false);
    }

    private void finds(String fault) {
        List<String> faults = judged().faults();
        assertTrue(faults.stream().anyMatch(one -> one.contains(fault)), faults::toString);
    }

    private Instant now() {
        return Instant.ofEpochMilli(millis++);
    }

    private LogRecord append(Topic topic, int segment, SpecificRecord event) {
        return log.append(topic, segment, now(), "key", EventCodec.encode(event));
    }

    private void begins(StateSnapshotted snapshot) {
        append(Topic.JOURNAL, 0, snapshot);
        untold.clear();
    }

    /** The scheduler takes an input; the journal is told with the next decision. */
    private LogRecord takes(Topic topic, SpecificRecord event) {
        LogRecord record = append(topic, 0, event);
        untold.add(new InputRun(topic.stage(), record.offset()));
        return record;
    }

    private interface Deciding {
        SpecificRecord event(Decision decision);
    }

    /** What the scheduler decides on the input that it has taken last. */
    private void decides(Deciding... decisions) {
        long first = sequence;
        for (Deciding deciding : decisions) {
            SpecificRecord event = deciding.event(new Decision(0, sequence++));
            append(event instanceof PlanDecided ? Topic.HOST_PARTITIONS : Topic.COMMANDS, 0, event);
        }
        tells(first);
    }

    private void tells(long first) {
        append(Topic.JOURNAL, 0, new InputsTaken(0, List.copyOf(untold), now(), first, sequence, "", "", ""));
        untold.clear();
    }

    private void everyHostIsSampled(long millicores) {
        takes(Topic.OBSERVATIONS, sample("a", millicores, "vm-a"));
        takes(Topic.OBSERVATIONS, sample("b", millicores, "vm-b"));
        takes(Topic.OBSERVATIONS, sample("c", millicores));
    }

    /** All that stands in the log is older. */
    private StateSnapshotted snapshot(Instant time, SpecificRecord... entries) {
        List<InputRun> taken = log.end(Topic.OBSERVATIONS, 0) == 0
                ? List.of()
                : List.of(new InputRun(Topic.OBSERVATIONS.stage(), log.end(Topic.OBSERVATIONS, 0) - 1));
        List<StateEntry> held = Stream.of(entries)
                .map(entry -> new StateEntry(entry.getSchema().getName(), ByteBuffer.wrap(EventCodec.encode(entry))))
                .toList();
        return new StateSnapshotted(0, 0, 1, taken, sequence, time, held);
    }

    private static KnownSample known(HostSampled sample) {
        return new KnownSample(0L, Instant.EPOCH, ByteBuffer.wrap(EventCodec.encode(sample)));
    }

    private static HostSampled sample(String host, long millicores, String... vmIds) {
        List<VmSample> vms = Stream.of(vmIds)
                .map(vm -> new VmSample(vm, VmState.RUNNING, millicores, millicores, 1L << 30, 0L, -1L, -1L))
                .toList();
        return new HostSampled(
                host, 0, 0L, 1000, "monitor-1", 4000L, millicores, millicores, 8L << 30, 1L << 30, vms, "", 0L);
    }

    private static HostFacts facts(String host, String vm) {
        VmFact fact = new VmFact(vm, 3000L, 1L << 30, -1L, true, "", 0L, 0L);
        return new HostFacts(host, "s/r/" + host, 1, 4000L, 8L << 30, 1L, List.of(fact), null, 1000, 0L, 0L);
    }

    private static MemberGranted granted(String host, String vm) {
        return new MemberGranted(
                new Decision(1, 1L), PARTITION, 0, new Lease(host, 1L), facts(host, vm), true, Instant.EPOCH, "a");
    }

    private static OpenPartition open(PartitionMember... members) {
        return OpenPartition.newBuilder()
                .setPartitionId(PARTITION)
                .setInitiator("a")
                .setDetectionId("d")
                .setDetection(SOMEWHERE)
                .setSince(Instant.EPOCH)
                .setMembers(List.of(members))
                .setHostsHeldMax(2)
                .setAsked(List.of())
                .setRing(0)
                .setRefusals(0)
                .setRefused("")
                .setPlan(null)
                .setSteps(List.of())
                .setPlanned(0)
                .setKind(DetectionKind.OVERLOAD)
                .build();
    }

    private static ConstraintsApplied apart(String... vms) {
        StatedConstraint spread = new StatedConstraint(
                ConstraintKind.SPREAD, true, List.of(List.of(vms)), List.of(), ConstraintResource.UNKNOWN, 0L);
        return new ConstraintsApplied("apart", "", List.of(spread), "a test", "");
    }

    private static Deciding plan(String... members) {
        List<PlannedMove> moves = List.of(step("vm-b", "b", "c", List.of()), step("vm-a", "a", "b", List.of(0)));
        return decision -> plan(decision, moves, members);
    }

    private static PlanDecided plan(Decision decision, List<PlannedMove> moves, String... members) {
        return PlanDecided.newBuilder()
                .setDecision(decision)
                .setPartitionId(PARTITION)
                .setDetectionId("d")
                .setDetection(SOMEWHERE)
                .setAnswer(PlanAnswer.PLAN)
                .setMode("auto")
                .setMoves(moves)
                .setRejected(List.of())
                .setMembers(Stream.of(members).map(host -> new Lease(host, 1L)).toList())
                .setNodesSearched(0)
                .setEngine("repair")
                .setSnapshotDigest("")
                .setReason("")
                .build();
    }

    private static PlannedMove step(String vm, String source, String target, List<Integer> after) {
        return new PlannedMove(
                vm, source, target, after, 1000L, "", MigrationMode.PRE_COPY, false, false, ActionKind.UNKNOWN);
    }

    private static PlannedMove acts(ActionKind action, String vm, String from, String host) {
        return PlannedMove.newBuilder(step(vm, from, host, List.of()))
                .setAction(action)
                .build();
    }

    private static Deciding moves(String vm, String source, String target) {
        return decision -> new MigrateVm(
                decision,
                "c-0-" + decision.getSequence(),
                PARTITION,
                decision,
                "d",
                SOMEWHERE,
                vm,
                source,
                target,
                0,
                1L,
                1L,
                MigrationMode.PRE_COPY,
                0L,
                Instant.EPOCH,
                1000L,
                "",
                false,
                false,
                false);
    }

    private static Deciding starts(String vm, String crashed, String host) {
        return decision -> new ActOnVm(
                decision,
                "c-0-" + decision.getSequence(),
                PARTITION,
                decision,
                "d",
                SOMEWHERE,
                vm,
                host,
                1L,
                ActionKind.START,
                "",
                false,
                SOMEWHERE,
                crashed,
                Instant.EPOCH,
                "its host crashed");
    }

    private static CommandSucceeded succeeded(String id, String vm, String source, String target) {
        return new CommandSucceeded(
                id,
                SOMEWHERE,
                "executor-1",
                vm,
                source,
                target,
                1000L,
                30L,
                1L << 30,
                MigrationMode.PRE_COPY,
                -1L,
                1000L);
    }
}
