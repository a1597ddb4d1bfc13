package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.partition.Staying;
import io.godwit.schedulers.partition.Taken;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanStep;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/**
 * Schedulers of all segments on a virtual clock: what they tell each other arrives at once, each command succeeds after its
 * estimated duration, and what hosts tell is what they are told to tell. Nothing leaves this memory.
 */
final class Rehearsal {
    private static final String WHO = "dry-run";

    private record Due(Instant at, long number, Runnable what) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /** @param event what the record says; null: it is to be read yet */
    private record Input(LogRecord record, SpecificRecord event) {}

    private final List<SegmentScheduler> schedulers;
    private final Planner planner;
    private final Instant start;
    private final HostsOfFork hosts;
    private final Consumer<SpecificRecord> listener;
    private final Map<String, Long> ends = new HashMap<>(); // next offset by topic and segment; looked up only
    private final Deque<Input> unread = new ArrayDeque<>();
    private final PriorityQueue<Due> agenda = new PriorityQueue<>();
    private final Set<String> commanded = new HashSet<>(); // command ids; looked up only
    private final List<Rehearsed.Step> steps = new ArrayList<>();
    private final List<Rehearsed.Step> underWay = new ArrayList<>();
    private final List<Rehearsed.Ended> ended = new ArrayList<>();
    private final Map<String, RequestAnswered> answers = new HashMap<>(); // looked up by request
    private final Map<String, String> infeasible = new HashMap<>(); // newest reason by detection; looked up only
    private Instant now;
    private Instant busyAt;
    private int open;
    private long number;

    /** @param start log time, before which nothing is told */
    Rehearsal(List<SegmentScheduler> schedulers, Planner planner, Instant start, HostsOfFork hosts) {
        this(schedulers, planner, start, hosts, _ -> {});
    }

    /** @param listener is told what the schedulers say to each other */
    Rehearsal(
            List<SegmentScheduler> schedulers,
            Planner planner,
            Instant start,
            HostsOfFork hosts,
            Consumer<SpecificRecord> listener) {
        this.schedulers = schedulers;
        this.planner = planner;
        this.start = start;
        this.hosts = hosts;
        this.listener = listener;
        this.now = start;
        this.busyAt = start;
        for (int segment = 0; segment < schedulers.size(); segment++) {
            for (InputRun run : schedulers.get(segment).state().takenUpTo()) {
                ends.put(place(RecordedInputs.topicOf(run), segment), run.getToOffset() + 1);
            }
        }
    }

    Instant now() {
        return now;
    }

    /** Virtual time since something was commanded or ended. */
    Duration quiet() {
        return open > 0 ? Duration.ZERO : Duration.between(busyAt, now);
    }

    List<Rehearsed.Step> steps() {
        return List.copyOf(steps);
    }

    /** What was commanded, and has ended. */
    List<Rehearsed.Ended> ended() {
        return List.copyOf(ended);
    }

    Optional<RequestAnswered> answer(String requestId) {
        return Optional.ofNullable(answers.get(requestId));
    }

    Optional<String> infeasible(String detectionId) {
        return Optional.ofNullable(infeasible.get(detectionId));
    }

    /** What is planned for a detection or request and was not commanded yet. */
    List<PlannedMove> ahead(String detectionId) {
        return schedulers.stream()
                .flatMap(scheduler -> scheduler.state().partitions().stream())
                .filter(partition -> partition.getDetectionId().equals(detectionId))
                .flatMap(partition -> partition.getSteps().stream())
                .filter(step ->
                        step.getCommandId().isEmpty() && step.getOutcome().isEmpty())
                .map(PlanStep::getMove)
                .toList();
    }

    /** What had been commanded before it began, and had not ended. */
    List<Rehearsed.Step> underWay() {
        return List.copyOf(underWay);
    }

    /** Host partition that holds a host; empty: none does, or nobody knows the host. */
    Optional<String> holder(String hostId) {
        return schedulers.stream()
                .flatMap(scheduler -> scheduler.state().holder(hostId).stream())
                .findFirst();
    }

    /** Why VMs may not leave a host of a segment now, by VM. */
    SortedMap<String, Staying> staying(int segment, String hostId) {
        return schedulers.get(segment).staying(hostId);
    }

    /** Takes what stands in the log and was not taken yet, no later than by a moment; offsets are the fork's own, as it may say things in between. */
    void catchUp(List<LogRecord> records, Instant until) {
        for (LogRecord record : records) {
            Instant told = Instant.ofEpochMilli(Math.min(record.timestampMillis(), millis(until)));
            now = told.isAfter(now) ? told : now;
            append(record.topic(), record.segment(), record.key(), record.value(), null);
            settle();
        }
    }

    private static long millis(Instant until) {
        return until.equals(Instant.MAX) ? Long.MAX_VALUE : until.toEpochMilli();
    }

    /** What was commanded before ends as estimated from now on. */
    void resume() {
        look();
        underWay.addAll(steps);
        steps.clear();
    }

    /** The same, and hosts begin to be sampled as they were last seen, and ticks to come. */
    void begin(LastSeenHosts lastSeen) {
        List<SchedulerState> states =
                schedulers.stream().map(SegmentScheduler::state).toList();
        for (SchedulerState state : states) {
            Set<String> crashed = state.crashedHosts();
            state.newestSamples()
                    .forEach((hostId, newest) ->
                            lastSeen.add(newest.getKey(), newest.getValue(), crashed.contains(hostId), start));
            state.newestSamples().forEach((hostId, newest) -> sample(lastSeen, hostId, newest.getKey()));
        }
        for (int segment = 0; segment < schedulers.size(); segment++) {
            tick(segment, start.truncatedTo(ChronoUnit.SECONDS));
        }
        resume();
    }

    private void sample(LastSeenHosts lastSeen, String hostId, Instant last) {
        Instant next = last.plus(lastSeen.period(hostId));
        at(next.isAfter(now) ? next : now, () -> {
            if (lastSeen.sampled(hostId)) {
                tell(Topic.OBSERVATIONS, lastSeen.segment(hostId), hostId, lastSeen.sample(hostId, now));
                sample(lastSeen, hostId, now);
            }
        });
    }

    private void tick(int segment, Instant last) {
        Instant next = last.plusSeconds(1);
        at(next, () -> {
            tell(Topic.OBSERVATIONS, segment, Integer.toString(segment), new Tick(segment, next.getEpochSecond(), WHO));
            tick(segment, next);
        });
    }

    private void at(Instant moment, Runnable what) {
        agenda.add(new Due(moment, number++, what));
    }

    /** Lets the next thing happen, if it is due by then. */
    boolean step(Instant until) {
        Due next = agenda.peek();
        if (next == null || next.at().isAfter(until)) {
            now = until;
            return false;
        }
        agenda.remove();
        now = next.at();
        next.what().run();
        return true;
    }

    /** Lets all happen that is due by then. */
    void pass(Instant until) {
        while (step(until)) {
            // each step is one thing that happens
        }
    }

    /** What stands in a log is told as it stands there, but for its offset. */
    void tell(LogRecord record, SpecificRecord event) {
        append(record.topic(), record.segment(), record.key(), record.value(), event);
        settle();
    }

    /** The same once its time has come. */
    void tellAt(Instant moment, Topic topic, int segment, String key, SpecificRecord event) {
        at(moment, () -> tell(topic, segment, key, event));
    }

    /** Something is told to a segment, and taken with all that follows at once. */
    void tell(Topic topic, int segment, String key, SpecificRecord event) {
        append(topic, segment, key.getBytes(StandardCharsets.UTF_8), EventCodec.encode(event), event);
        settle();
    }

    private static String place(Topic topic, int segment) {
        return topic + " " + segment;
    }

    private void append(Topic topic, int segment, byte[] key, byte[] value, SpecificRecord event) {
        long offset = ends.merge(place(topic, segment), 1L, Long::sum) - 1;
        unread.add(new Input(new LogRecord(topic, segment, offset, now.toEpochMilli(), key, value), event));
    }

    private void settle() {
        boolean commands = false;
        while (!unread.isEmpty()) {
            Input input = unread.remove();
            SegmentScheduler scheduler = schedulers.get(input.record().segment());
            Taken taken = input.event() == null
                    ? scheduler.take(input.record())
                    : scheduler.take(input.record(), input.event());
            for (Output output : taken.outputs()) {
                commands |= output.topic() == Topic.COMMANDS;
                said(output);
            }
            taken.jobs().forEach(job -> said(job.answer(planner)));
        }
        if (commands) {
            look();
        }
    }

    private void said(Output output) {
        if (output.topic() != Topic.HOST_PARTITIONS) {
            return; // the journal has no reader here, and commands are looked for in the host partitions
        }
        listener.accept(output.event());
        switch (output.event()) {
            case RequestAnswered answered -> answers.put(answered.getRequestId(), answered);
            case PartitionClosed closed
            when closed.getEnd() == PartitionEnd.INFEASIBLE ->
                infeasible.put(closed.getDetectionId(), closed.getReason());
            default -> {} // between the schedulers
        }
        append(
                Topic.HOST_PARTITIONS,
                output.segment(),
                output.key().getBytes(StandardCharsets.UTF_8),
                output.value(),
                output.event());
    }

    /** Notes what was commanded since the last look, and when it will have succeeded. */
    private void look() {
        for (SegmentScheduler scheduler : schedulers) {
            for (OpenPartition partition : scheduler.state().partitions()) {
                for (PlanStep step : partition.getSteps()) {
                    boolean running =
                            !step.getCommandId().isEmpty() && step.getOutcome().isEmpty();
                    if (running && commanded.add(step.getCommandId())) {
                        begin(
                                step.getCommandId(),
                                Rehearsed.Step.of(Duration.between(start, now), partition, step.getMove()),
                                actingSegment(partition, step.getMove()));
                    }
                }
            }
        }
    }

    private void begin(String commandId, Rehearsed.Step step, int segment) {
        steps.add(step);
        open++;
        PlannedMove move = step.move();
        Optional<RecordedCommands.Foreseen> foreseen = hosts.foreseen(move, commandId, now);
        if (foreseen.isEmpty()) {
            at(now.plusMillis(Math.max(1, move.getEstimatedMillis())), () -> {
                Optional<String> hindrance = hosts.hindrance(move);
                over(new Rehearsed.Ended(step, hindrance.isEmpty(), false));
                hindrance.ifPresentOrElse(
                        why -> fail(commandId, move, segment, why), () -> succeed(commandId, move, segment));
            });
        }
        foreseen.ifPresent(then -> then.end()
                .ifPresent(end -> at(then.endOf(end, now), () -> asRecorded(commandId, step, segment, then, end))));
    }

    private void asRecorded(
            String commandId,
            Rehearsed.Step step,
            int segment,
            RecordedCommands.Foreseen then,
            RecordedCommands.End end) {
        boolean good = RecordedCommands.isGood(end.outcome());
        over(new Rehearsed.Ended(step, good, true));
        if (good && then.asThen()) {
            hosts.doneAsThen(step.move());
        } else if (good) {
            carryOut(step.move());
        }
        tell(Topic.OUTCOMES, segment, end.key(), RecordedCommands.withId(end.outcome(), commandId));
    }

    private void over(Rehearsed.Ended end) {
        open--;
        busyAt = now;
        ended.add(end);
    }

    private static String actingHost(PlannedMove move) {
        boolean moves = (move.getAction() == ActionKind.UNKNOWN || move.getAction() == ActionKind.MIGRATE)
                && !move.getResumes();
        return moves ? move.getSourceHostId() : move.getTargetHostId();
    }

    private static int actingSegment(OpenPartition partition, PlannedMove move) {
        return partition.getMembers().stream()
                .filter(member -> member.getLease().getHostId().equals(actingHost(move)))
                .findFirst()
                .map(PartitionMember::getSegment)
                .orElseThrow();
    }

    private static Position commandOf(int segment) {
        return new Position(Topic.COMMANDS.stage(), segment, 0L, "", "");
    }

    private void fail(String commandId, PlannedMove move, int segment, String why) {
        String host = actingHost(move);
        CommandFailed failed = new CommandFailed(
                commandId,
                commandOf(segment),
                WHO,
                move.getVmId(),
                host,
                move.getTargetHostId(),
                "host-lost",
                why,
                hosts.sampled(host) ? host : "");
        tell(Topic.OUTCOMES, segment, host, failed);
    }

    private void carryOut(PlannedMove move) {
        hosts.done(move);
        String target = move.getTargetHostId();
        if (!actingHost(move).equals(target) && hosts.sampled(target)) {
            VmChanged came =
                    new VmChanged(target, move.getVmId(), VmChange.MIGRATED_IN, "", now.toEpochMilli() * 1000, WHO);
            tell(Topic.OBSERVATIONS, hosts.segment(target), target, came);
            hosts.told(hosts.segment(target), target, came);
        }
    }

    private void succeed(String commandId, PlannedMove move, int segment) {
        carryOut(move);
        String host = actingHost(move);
        Position command = commandOf(segment);
        if (move.getAction() == ActionKind.FENCE) {
            HostFenced fenced =
                    new HostFenced(commandId, command, WHO, host, move.getEstimatedMillis(), "assumed by a dry run");
            tell(Topic.OUTCOMES, segment, host, fenced);
            return;
        }
        tell(
                Topic.OUTCOMES,
                segment,
                host,
                new CommandSucceeded(
                        commandId,
                        command,
                        WHO,
                        move.getVmId(),
                        host,
                        move.getTargetHostId(),
                        move.getEstimatedMillis(),
                        -1L,
                        -1L,
                        move.getMode(),
                        -1L,
                        move.getEstimatedMillis()));
    }
}
