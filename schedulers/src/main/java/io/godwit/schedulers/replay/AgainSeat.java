package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** The scheduler of one segment as it decides again, beside those of the other segments. */
final class AgainSeat {
    private static final List<String> WHAT =
            List.of("vmId", "hostId", "sourceHostId", "targetHostId", "action", "resumes"); // of a command

    /**
     * @param record an input that is taken; null: it is left out
     * @param atMillis when it came
     * @param told what the journal tells with this input; null: it tells of it with a later one
     */
    private record Step(LogRecord record, long atMillis, InputsTaken told) {}

    private final int segment;
    private final Counterfactual.Inputs inputs;
    private final List<AgainSeat> seats;
    private final SegmentScheduler scheduler;
    private final RecordedDecisions recorded;
    private final List<Step> steps = new ArrayList<>();
    private final TreeMap<Long, Long> turns = new TreeMap<>(); // first and next number of what was decided at once
    private final Map<Long, List<Output>> now = new HashMap<>(); // what is said now, by the first number of the record
    private final Map<Topic, Long> taken = new EnumMap<>(Topic.class);
    private final Deque<Output> arrivals = new ArrayDeque<>();
    private final List<SpecificRecord> commands = new ArrayList<>();
    private final long first;
    private long done;
    private int next;

    AgainSeat(Log log, int segment, Instant from, Instant to, Counterfactual.Inputs inputs, List<AgainSeat> seats) {
        this.segment = segment;
        this.inputs = inputs;
        this.seats = seats;
        RecordedJournal journal = RecordedJournal.of(log, segment, from, to);
        scheduler = new SegmentScheduler(
                journal.state(entry -> inputs.stands(segment, entry)),
                segment,
                log.segments(),
                new RepairPlanner(),
                "again");
        boolean none = journal.snapshot().isEmpty();
        first = none ? 0 : journal.snapshot().getLast().getNextSequence();
        done = first;
        recorded = new RecordedDecisions(
                log, segment, none ? from : journal.snapshot().getLast().getLogTime());
        if (!none && inputs.anyStand(segment)) {
            read(log, journal);
        }
    }

    private void read(Log log, RecordedJournal journal) {
        RecordedInputs all = new RecordedInputs(log, segment, journal.snapshot());
        List<InputsTaken> taken = journal.rest();
        int until = 0;
        while (until < taken.size()) {
            int from = until;
            until = all.batchEnd(taken, from);
            List<InputsTaken> batch = taken.subList(from, until);
            Map<Topic, Deque<LogRecord>> records = all.read(batch);
            batch.forEach(told -> steps(told, records));
        }
    }

    private void steps(InputsTaken told, Map<Topic, Deque<LogRecord>> records) {
        if (told.getFirstSequence() < told.getNextSequence()) {
            turns.put(told.getFirstSequence(), told.getNextSequence());
        }
        for (InputRun run : told.getRuns()) {
            Deque<LogRecord> ofTopic = records.get(RecordedInputs.topicOf(run));
            while (!ofTopic.isEmpty() && ofTopic.getFirst().offset() <= run.getToOffset()) {
                LogRecord record = ofTopic.removeFirst();
                steps.add(new Step(inputs.stands(record) ? record : null, record.timestampMillis(), null));
            }
        }
        if (!steps.isEmpty()) {
            Step last = steps.removeLast();
            steps.add(new Step(last.record(), last.atMillis(), told));
        }
    }

    List<SpecificRecord> commands() {
        return commands;
    }

    /**
     * Goes on until it needs what another one has not said yet.
     *
     * @param forced whether it goes on without that
     * @return false: nothing was taken
     */
    boolean work(boolean forced) {
        boolean worked = false;
        while (next < steps.size() && (!waits(steps.get(next)) || (forced && !worked))) {
            take(steps.get(next++));
            worked = true;
        }
        while (next == steps.size() && !arrivals.isEmpty()) {
            arrive(arrivals.remove());
            worked = true;
        }
        if (next == steps.size()) {
            done = Long.MAX_VALUE;
        }
        return worked;
    }

    private boolean waits(Step step) {
        return step.record() != null && waits(step.record());
    }

    private boolean waits(LogRecord input) {
        return said(input)
                .filter(decision -> decision.getSegment() != segment && decision.getSegment() < seats.size())
                .filter(decision -> seats.get(decision.getSegment()).done <= decision.getSequence())
                .isPresent();
    }

    /** The decision of a scheduler that an input tells, or whose command has ended. */
    private static Optional<Decision> said(LogRecord input) {
        try {
            return switch (input.topic()) {
                case HOST_PARTITIONS -> Trace.decisionOf(EventCodec.decode(input.value()));
                case OUTCOMES ->
                    text(EventCodec.decode(input.value()), "commandId").flatMap(AgainSeat::decision);
                default -> Optional.empty();
            };
        } catch (UnreadableRecord damaged) {
            return Optional.empty();
        }
    }

    /** Of an id as c-SEGMENT-NUMBER. */
    private static Optional<Decision> decision(String commandId) {
        String[] parts = commandId.split("-", -1);
        try {
            return parts.length == 3
                    ? Optional.of(new Decision(Integer.parseInt(parts[1]), Long.parseLong(parts[2])))
                    : Optional.empty();
        } catch (NumberFormatException none) {
            return Optional.empty();
        }
    }

    private void take(Step step) {
        while (!arrivals.isEmpty()) {
            arrive(arrivals.remove());
        }
        scheduler.goOn(step.told() == null ? 0 : step.told().getFirstSequence(), Instant.ofEpochMilli(step.atMillis()));
        tell(step.told(), step.record() == null ? List.of() : outputs(step.record()));
        if (step.told() != null) {
            done = step.told().getNextSequence();
        }
    }

    private List<Output> outputs(LogRecord record) {
        List<Output> outputs = new ArrayList<>();
        event(record).ifPresent(event -> outputs.addAll(take(record, event)));
        for (SpecificRecord besides : inputs.besides(record)) {
            LogRecord told = new LogRecord(
                    Topic.DETECTIONS, segment, 0, record.timestampMillis(), record.key(), EventCodec.encode(besides));
            outputs.addAll(take(told, besides));
        }
        return outputs;
    }

    /** Others may come in between: then it stands later than it did. */
    private List<Output> take(LogRecord record, SpecificRecord event) {
        long offset = Math.max(record.offset(), taken.getOrDefault(record.topic(), -1L) + 1);
        taken.put(record.topic(), offset);
        LogRecord placed =
                new LogRecord(record.topic(), segment, offset, record.timestampMillis(), record.key(), record.value());
        return scheduler.take(placed, event).outputs();
    }

    /** What an input says now; empty: it is not said any more. */
    private Optional<SpecificRecord> event(LogRecord record) {
        SpecificRecord event;
        try {
            event = EventCodec.decode(record.value());
        } catch (UnreadableRecord damaged) {
            return Optional.empty();
        }
        Optional<Decision> decision =
                said(record).filter(said -> said.getSegment() >= 0 && said.getSegment() < seats.size());
        if (decision.isEmpty()) {
            return Optional.of(event);
        }
        AgainSeat sayer = seats.get(decision.get().getSegment());
        long sequence = decision.get().getSequence();
        if (record.topic() == Topic.HOST_PARTITIONS) {
            return sayer == this
                    ? Optional.empty()
                    : sequence < sayer.first ? Optional.of(event) : sayer.message(sequence, record, event);
        }
        if (sequence < sayer.first) {
            return Optional.of(event);
        }
        return sayer.command(sequence)
                .or(() -> inputs.countsWithoutCommand(record)
                        ? Optional.of("c-" + sayer.segment + "-0") // a number that no command has
                        : Optional.empty())
                .map(id -> of(event, id));
    }

    private static SpecificRecord of(SpecificRecord outcome, String commandId) {
        SpecificRecord copy = SpecificData.get().deepCopy(outcome.getSchema(), outcome);
        copy.put(copy.getSchema().getField("commandId").pos(), commandId);
        return copy;
    }

    private List<Output> turnOf(long sequence) {
        Map.Entry<Long, Long> turn = turns.floorEntry(sequence);
        return turn == null || sequence >= turn.getValue() ? List.of() : now.getOrDefault(turn.getKey(), List.of());
    }

    /** What is said now to a segment where the record has a message; it is said once. */
    private Optional<SpecificRecord> message(long sequence, LogRecord was, SpecificRecord event) {
        List<Output> outputs = turnOf(sequence);
        Optional<Output> said =
                outputs.stream().filter(output -> same(output, was, event)).findFirst();
        said.ifPresent(outputs::remove);
        return said.map(Output::event);
    }

    private static boolean same(Output output, LogRecord was, SpecificRecord event) {
        return output.topic() == was.topic()
                && output.segment() == was.segment()
                && output.event().getSchema().equals(event.getSchema())
                && output.key().equals(new String(was.key(), StandardCharsets.UTF_8));
    }

    /** Id that a recorded command has now. */
    private Optional<String> command(long sequence) {
        return recorded.get(sequence)
                .map(record -> EventCodec.decode(record.value()))
                .flatMap(was -> turnOf(sequence).stream()
                        .map(Output::event)
                        .filter(event -> event.getSchema().equals(was.getSchema())
                                && WHAT.stream()
                                        .allMatch(field -> text(event, field).equals(text(was, field))))
                        .findFirst())
                .flatMap(event -> text(event, "commandId"));
    }

    private static Optional<String> text(SpecificRecord event, String field) {
        Schema.Field found = event.getSchema().getField(field);
        return found == null
                ? Optional.empty()
                : Optional.ofNullable(event.get(found.pos())).map(Object::toString);
    }

    private void arrive(Output message) {
        LogRecord record = new LogRecord(
                message.topic(),
                segment,
                0,
                scheduler.state().logTime().toEpochMilli(),
                message.key().getBytes(StandardCharsets.UTF_8),
                message.value());
        tell(null, take(record, message.event()));
    }

    /** Keeps what is said until the record has it arrive; what the record does not know arrives at once. */
    private void tell(InputsTaken told, List<Output> outputs) {
        List<Output> kept = new ArrayList<>();
        List<LogRecord> were = new ArrayList<>();
        if (told != null) {
            for (long sequence = told.getFirstSequence(); sequence < told.getNextSequence(); sequence++) {
                recorded.get(sequence).ifPresent(were::add);
            }
        }
        for (Output output : outputs) {
            switch (output.topic()) {
                case COMMANDS -> {
                    commands.add(output.event());
                    kept.add(output);
                }
                case HOST_PARTITIONS -> {
                    if (output.segment() != segment) {
                        Optional<LogRecord> was = were.stream()
                                .filter(record -> same(output, record, EventCodec.decode(record.value())))
                                .findFirst();
                        was.ifPresentOrElse(
                                record -> {
                                    were.remove(record);
                                    kept.add(output);
                                },
                                () -> seats.get(output.segment()).arrivals.add(output));
                    }
                }
                default -> {} // the journal has no reader here
            }
        }
        if (told != null) {
            now.put(told.getFirstSequence(), kept);
        }
    }
}
