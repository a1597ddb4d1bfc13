package io.godwit.schedulers.replay;

import io.godwit.schedulers.kafka.SchedulerTopology;
import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.log.HeldLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * The schedulers of a site as they stand at the end of its log, in memory, to try a word on before it is said: the same code
 * on the same state. It is made of a log port, which cannot be written to.
 *
 * <p>Each scheduler starts from the newest snapshot of its journal, takes its inputs in the order that the journal tells, and
 * must decide as recorded; then it takes what the journal does not tell yet. What another scheduler has said since its own
 * journal's end is left out, because its fork says it again.
 */
public final class Fork {
    /** Snapshots are ten minutes apart. */
    private static final Duration TWO_SNAPSHOTS = Duration.ofMinutes(20);

    /** Records of a log that are held in memory at once; more are read as they are needed. */
    private static final long HELD_MAX = 500_000;

    /**
     * After so much virtual time without a command, and two samples of each host, nothing new is to be expected: hosts do not
     * change by themselves.
     */
    private static final Duration QUIET = Duration.ofSeconds(30);

    /** What two runs command within so short a time, they command both. */
    private static final Duration SAME_TIME = Duration.ofSeconds(1);

    /**
     * What is tried.
     *
     * @param segments to which it is told; empty: to all
     * @param hostId host that it is about; empty: none
     * @param requestId request whose answer ends the trial; empty: it has none
     */
    public record Word(
            Topic topic, List<Integer> segments, String key, SpecificRecord event, String hostId, String requestId) {}

    private final List<SortedMap<String, byte[]>> states;
    private final Instant now;
    private final Planner planner = new RepairPlanner();

    private Fork(List<SortedMap<String, byte[]>> states, Instant now) {
        this.states = states;
        this.now = now;
    }

    /**
     * Forks all schedulers of a site at its log's end.
     *
     * @param code digest of the deciding code of this build
     * @throws Unforkable if the log does not hold what it takes, or other code has decided otherwise
     */
    public static Fork of(Log log, String code) {
        Instant newest = newestObservation(log);
        HeldLog held = new HeldLog(log);
        List<Integer> segments = IntStream.range(0, log.segments()).boxed().toList();
        // the journals first: all that they name stands in the log by the time that the inputs are read
        held.hold(segments.stream()
                .map(segment -> new LogRange(Topic.JOURNAL, segment, journalFrom(log, segment, newest), Long.MAX_VALUE))
                .toList());
        List<RecordedJournal> journals = segments.stream()
                .map(segment -> RecordedJournal.of(held, segment, newest, Instant.MAX))
                .toList();
        List<RecordedInputs> inputs = segments.stream()
                .map(segment -> inputs(held, segment, journals.get(segment)))
                .toList();
        hold(held, inputs);

        List<SegmentScheduler> schedulers = new ArrayList<>();
        for (int segment : segments) {
            schedulers.add(asRecorded(journals.get(segment), inputs.get(segment), segment, log.segments(), code));
        }
        Rehearsal rehearsal = new Rehearsal(schedulers, new RepairPlanner(), newest);
        rehearsal.catchUp(untold(held, inputs, schedulers));
        return new Fork(
                schedulers.stream()
                        .map(scheduler -> scheduler.state().entries())
                        .toList(),
                rehearsal.now());
    }

    /** Log time of the newest observation, which is not older than a second where the site lives. */
    private static Instant newestObservation(Log log) {
        List<Long> ends = log.ends(Topic.OBSERVATIONS);
        long newest = -1;
        for (int segment = 0; segment < ends.size(); segment++) {
            newest = Math.max(
                    newest,
                    log.at(Topic.OBSERVATIONS, segment, ends.get(segment) - 1)
                            .map(LogRecord::timestampMillis)
                            .orElse(-1L));
        }
        if (newest < 0) {
            throw new Unforkable("the log of site " + log.site()
                    + " holds no observation, so nothing can be decided on it; start the site's services");
        }
        return Instant.ofEpochMilli(newest);
    }

    private static long journalFrom(Log log, int segment, Instant newest) {
        Instant near = newest.minus(TWO_SNAPSHOTS);
        return near.isBefore(Instant.EPOCH) ? 0 : log.offsetAt(Topic.JOURNAL, segment, near);
    }

    private static RecordedInputs inputs(Log log, int segment, RecordedJournal journal) {
        if (journal.snapshot().isEmpty() && log.end(Topic.JOURNAL, segment) > 0) {
            throw new Unforkable("the journal of segment " + segment + " holds no whole snapshot to start from");
        }
        return new RecordedInputs(log, segment, journal.snapshot());
    }

    /** Reads the inputs of all segments in one go, where they are not too many. */
    private static void hold(HeldLog log, List<RecordedInputs> inputs) {
        List<LogRange> ranges = new ArrayList<>();
        long records = 0;
        for (int segment = 0; segment < inputs.size(); segment++) {
            for (Topic topic : SchedulerTopology.INPUTS) {
                long from = inputs.get(segment).next(topic);
                records += Math.max(0, log.end(topic, segment) - from);
                ranges.add(new LogRange(topic, segment, from, Long.MAX_VALUE));
            }
        }
        if (records <= HELD_MAX) {
            log.hold(ranges);
        }
    }

    /** The scheduler as its journal leaves it. */
    private static SegmentScheduler asRecorded(
            RecordedJournal journal, RecordedInputs inputs, int segment, int segments, String code) {
        SegmentScheduler scheduler =
                new SegmentScheduler(journal.state(), segment, segments, new RepairPlanner(), code);
        for (List<InputsTaken> taken = journal.read(); !taken.isEmpty(); taken = journal.read()) {
            int next = 0;
            while (next < taken.size()) {
                int until = inputs.batchEnd(taken, next);
                List<InputsTaken> batch = taken.subList(next, until);
                Map<Topic, Deque<LogRecord>> records = inputs.read(batch);
                inputs.missing().ifPresent(missing -> {
                    throw new Unforkable(missing);
                });
                batch.forEach(told -> again(told, records, scheduler, segment));
                next = until;
            }
        }
        return scheduler;
    }

    private static void again(
            InputsTaken told, Map<Topic, Deque<LogRecord>> records, SegmentScheduler scheduler, int segment) {
        Optional<InputsTaken> again = Optional.empty();
        for (InputRun run : told.getRuns()) {
            Deque<LogRecord> ofTopic = records.get(RecordedInputs.topicOf(run));
            while (!ofTopic.isEmpty() && ofTopic.getFirst().offset() <= run.getToOffset()) {
                for (Output output : scheduler.take(ofTopic.removeFirst()).outputs()) {
                    if (output.event() instanceof InputsTaken mine) {
                        again = Optional.of(mine);
                    }
                }
            }
        }
        boolean same = again.map(mine -> mine.getNextSequence() == told.getNextSequence()
                        && mine.getOutputsDigest().equals(told.getOutputsDigest()))
                .orElse(false);
        if (!same) {
            throw new Unforkable(("the scheduler of segment %d decided otherwise at %s than this version does;"
                            + " ask with the version that runs, or once it has run for 10 minutes")
                    .formatted(segment, told.getLogTime()));
        }
    }

    /** What the log holds beyond the journals, in the order of its times; without what forks will say themselves. */
    private static List<LogRecord> untold(Log log, List<RecordedInputs> inputs, List<SegmentScheduler> schedulers) {
        List<LogRange> ranges = new ArrayList<>();
        for (int segment = 0; segment < inputs.size(); segment++) {
            for (Topic topic : SchedulerTopology.INPUTS) {
                ranges.add(new LogRange(topic, segment, inputs.get(segment).next(topic), Long.MAX_VALUE));
            }
        }
        List<LogRecord> untold = new ArrayList<>();
        log.scan(ranges, record -> {
            boolean later = decision(record)
                    .filter(decision -> decision.getSequence()
                            >= schedulers.get(decision.getSegment()).state().nextSequence())
                    .isPresent();
            if (!later) {
                untold.add(record);
            }
            return true;
        });
        untold.sort(Comparator.comparingLong(LogRecord::timestampMillis)
                .thenComparing(LogRecord::topic)
                .thenComparingInt(LogRecord::segment)
                .thenComparingLong(LogRecord::offset));
        return untold;
    }

    private static Optional<Decision> decision(LogRecord record) {
        if (record.topic() != Topic.HOST_PARTITIONS) {
            return Optional.empty();
        }
        try {
            SpecificRecord event = EventCodec.decode(record.value());
            Schema.Field field = event.getSchema().getField("decision");
            return field == null ? Optional.empty() : Optional.of((Decision) event.get(field.pos()));
        } catch (UnreadableRecord damaged) {
            return Optional.empty(); // the scheduler leaves it to the dead letters, too
        }
    }

    /** Log time at which the fork begins. */
    public Instant now() {
        return now;
    }

    /**
     * Says a word to a copy of the schedulers, and to another copy nothing; each goes on in virtual time, until the request is
     * answered, or nothing is under way any more.
     *
     * @param limit most virtual time that it may last
     */
    public Rehearsed rehearse(Word word, Duration limit) {
        Rehearsal with = copy();
        for (int segment = 0; segment < states.size(); segment++) {
            if (word.segments().isEmpty() || word.segments().contains(segment)) {
                with.tell(word.topic(), segment, word.key(), word.event());
            }
        }
        Instant until = now.plus(limit);
        Duration twoSamples = with.hosts().longestPeriod().multipliedBy(2);
        Duration quiet = twoSamples.compareTo(QUIET) > 0 ? twoSamples : QUIET;
        while (with.answer(word.requestId()).isEmpty() && with.quiet().compareTo(quiet) < 0 && with.step(until)) {
            // each step is one thing that happens
        }
        Rehearsal without = copy();
        while (without.step(with.now())) {
            // to the same moment
        }
        Optional<Rehearsed.Answer> answer = with.answer(word.requestId())
                .map(told ->
                        new Rehearsed.Answer(Duration.between(now, with.now()), told.getAnswer(), told.getReason()));
        return new Rehearsed(
                now,
                Duration.between(now, with.now()),
                less(with.steps(), without.steps()),
                less(with.steps(), less(with.steps(), without.steps())),
                less(without.steps(), with.steps()),
                with.ahead(word.requestId()),
                with.underWay(),
                answer,
                answer.isPresent() ? Optional.empty() : waits(with, word),
                with.hosts().vms(word.hostId()));
    }

    private Rehearsal copy() {
        List<SegmentScheduler> schedulers = new ArrayList<>();
        for (int segment = 0; segment < states.size(); segment++) {
            schedulers.add(new SegmentScheduler(
                    SchedulerState.of(states.get(segment)), segment, states.size(), planner, "fork"));
        }
        Rehearsal rehearsal = new Rehearsal(schedulers, planner, now);
        rehearsal.begin();
        return rehearsal;
    }

    private static Optional<String> waits(Rehearsal rehearsal, Word word) {
        if (word.requestId().isEmpty()) {
            return Optional.empty();
        }
        int ahead = rehearsal.ahead(word.requestId()).size();
        if (ahead > 0) {
            return Optional.of("more of its plan is still to be commanded: " + ahead + " of its steps");
        }
        return rehearsal.infeasible(word.requestId()).or(() -> {
            if (!rehearsal.hosts().sampled(word.hostId())) {
                return Optional.of("its host tells nothing, so nothing is decided on it");
            }
            return rehearsal
                    .holder(word.hostId())
                    .map(holder -> "its host is held by host partition " + holder + "; see: godwit why " + holder);
        });
    }

    /** Those that have no equal in the other list, at about the same time; each there is one's equal only. */
    private static List<Rehearsed.Step> less(List<Rehearsed.Step> steps, List<Rehearsed.Step> others) {
        List<Rehearsed.Step> left = new ArrayList<>(others);
        List<Rehearsed.Step> rest = new ArrayList<>();
        for (Rehearsed.Step step : steps) {
            Optional<Rehearsed.Step> equal = left.stream()
                    .filter(other -> what(other).equals(what(step))
                            && other.after().minus(step.after()).abs().compareTo(SAME_TIME) <= 0)
                    .findFirst();
            equal.ifPresentOrElse(left::remove, () -> rest.add(step));
        }
        return rest;
    }

    private static List<Object> what(Rehearsed.Step step) {
        return List.of(
                step.move().getVmId(),
                step.move().getAction(),
                step.move().getResumes(),
                step.move().getSourceHostId(),
                step.move().getTargetHostId());
    }
}
