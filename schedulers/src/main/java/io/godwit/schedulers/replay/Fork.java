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
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.HostSampled;
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
import java.util.TreeMap;
import java.util.function.Consumer;
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

    /** A message stands in the log so long after its scheduler decided on it, at most. */
    private static final Duration UNDER_WAY = Duration.ofMinutes(1);

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
        return of(log, code, newestObservation(log), Instant.MAX);
    }

    /** The same as they stood at a moment of the past. */
    public static Fork of(Log log, String code, Instant at) {
        return of(log, code, at, at);
    }

    private static Fork of(Log log, String code, Instant newest, Instant until) {
        HeldLog held = new HeldLog(log);
        List<Integer> segments = IntStream.range(0, log.segments()).boxed().toList();
        // the journals first: all that they name stands in the log by the time that the inputs are read
        held.hold(segments.stream()
                .map(segment -> new LogRange(
                        Topic.JOURNAL,
                        segment,
                        journalFrom(log, segment, newest),
                        end(log, Topic.JOURNAL, segment, until)))
                .toList());
        List<RecordedJournal> journals = segments.stream()
                .map(segment -> RecordedJournal.of(held, segment, newest, until))
                .toList();
        List<RecordedInputs> inputs = segments.stream()
                .map(segment -> inputs(held, segment, journals.get(segment), until))
                .toList();
        hold(held, inputs, until);

        List<SegmentScheduler> schedulers = new ArrayList<>();
        for (int segment : segments) {
            schedulers.add(asRecorded(journals.get(segment), inputs.get(segment), segment, log.segments(), code));
        }
        Rehearsal rehearsal = new Rehearsal(schedulers, new RepairPlanner(), newest, new LastSeenHosts());
        rehearsal.catchUp(untold(held, inputs, schedulers, until), until);
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

    /** Offset after what was appended up to a moment. */
    private static long end(Log log, Topic topic, int segment, Instant until) {
        return until.equals(Instant.MAX) ? Long.MAX_VALUE : log.offsetAt(topic, segment, until.plusMillis(1));
    }

    private static RecordedInputs inputs(Log log, int segment, RecordedJournal journal, Instant until) {
        if (journal.snapshot().isEmpty() && log.end(Topic.JOURNAL, segment) > 0) {
            throw new Unforkable("the journal of segment " + segment + " holds no whole snapshot to start from");
        }
        boolean ofThePast = !until.equals(Instant.MAX);
        if (ofThePast && journal.snapshot().isEmpty() && log.end(Topic.OBSERVATIONS, segment) > 0) {
            throw new Unforkable("the journal of segment " + segment
                    + " is empty, as no scheduler of it has ever worked on this log");
        }
        if (!journal.snapshot().isEmpty()
                && journal.snapshot().getLast().getLogTime().isAfter(until)) {
            throw new Unforkable(
                    "the oldest snapshot in the journal of segment %d is of %s, and the state of %s is wanted"
                            .formatted(segment, journal.snapshot().getLast().getLogTime(), until));
        }
        return new RecordedInputs(log, segment, journal.snapshot());
    }

    /** Reads the inputs of all segments in one go, where they are not too many. */
    private static void hold(HeldLog log, List<RecordedInputs> inputs, Instant until) {
        List<LogRange> ranges = new ArrayList<>();
        long records = 0;
        for (int segment = 0; segment < inputs.size(); segment++) {
            for (Topic topic : SchedulerTopology.INPUTS) {
                long from = inputs.get(segment).next(topic);
                long to = Math.min(log.end(topic, segment), end(log, topic, segment, until));
                records += Math.max(0, to - from);
                ranges.add(new LogRange(topic, segment, from, Math.max(from, end(log, topic, segment, until))));
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

    /**
     * What the log holds beyond the journals, in the order of its times; without what forks will say themselves. What a
     * scheduler had said by then may have been appended a moment later.
     */
    private static List<LogRecord> untold(
            Log log, List<RecordedInputs> inputs, List<SegmentScheduler> schedulers, Instant until) {
        List<LogRange> ranges = new ArrayList<>();
        for (int segment = 0; segment < inputs.size(); segment++) {
            for (Topic topic : SchedulerTopology.INPUTS) {
                boolean said = topic == Topic.HOST_PARTITIONS && !until.equals(Instant.MAX);
                long from = inputs.get(segment).next(topic);
                long to = end(log, topic, segment, said ? until.plus(UNDER_WAY) : until);
                ranges.add(new LogRange(topic, segment, from, Math.max(from, to)));
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

    /** The newest samples of all hosts and their times, by host. */
    List<Map.Entry<Instant, HostSampled>> newestSamples() {
        return states.stream()
                .flatMap(entries -> SchedulerState.of(entries).newestSamples().values().stream())
                .toList();
    }

    /** Open detections of a rule, by segment. */
    SortedMap<Integer, List<DetectionBegan>> openOf(String rule) {
        SortedMap<Integer, List<DetectionBegan>> open = new TreeMap<>();
        for (int segment = 0; segment < states.size(); segment++) {
            open.put(segment, SchedulerState.of(states.get(segment)).openOf(rule));
        }
        return open;
    }

    /**
     * Says a word to a copy of the schedulers, and to another copy nothing; each goes on in virtual time, until the request is
     * answered, or nothing is under way any more.
     *
     * @param limit most virtual time that it may last
     */
    public Rehearsed rehearse(Word word, Duration limit) {
        LastSeenHosts hosts = new LastSeenHosts();
        Rehearsal with = copy(hosts);
        with.begin(hosts);
        for (int segment = 0; segment < states.size(); segment++) {
            if (word.segments().isEmpty() || word.segments().contains(segment)) {
                with.tell(word.topic(), segment, word.key(), word.event());
            }
        }
        Instant until = now.plus(limit);
        Duration twoSamples = hosts.longestPeriod().multipliedBy(2);
        Duration quiet = twoSamples.compareTo(QUIET) > 0 ? twoSamples : QUIET;
        while (with.answer(word.requestId()).isEmpty() && with.quiet().compareTo(quiet) < 0 && with.step(until)) {
            // each step is one thing that happens
        }
        LastSeenHosts others = new LastSeenHosts();
        Rehearsal without = copy(others);
        without.begin(others);
        without.pass(with.now());
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
                answer.isPresent() ? Optional.empty() : waits(with, hosts, word),
                hosts.vms(word.hostId()));
    }

    private Rehearsal copy(HostsOfFork hosts) {
        return copy(hosts, _ -> {});
    }

    /** Schedulers that go on from here with hosts of their own. */
    Rehearsal copy(HostsOfFork hosts, Consumer<SpecificRecord> listener) {
        List<SegmentScheduler> schedulers = new ArrayList<>();
        for (int segment = 0; segment < states.size(); segment++) {
            schedulers.add(new SegmentScheduler(
                    SchedulerState.of(states.get(segment)), segment, states.size(), planner, "fork"));
        }
        return new Rehearsal(schedulers, planner, now, hosts, listener);
    }

    private static Optional<String> waits(Rehearsal rehearsal, LastSeenHosts hosts, Word word) {
        if (word.requestId().isEmpty()) {
            return Optional.empty();
        }
        int ahead = rehearsal.ahead(word.requestId()).size();
        if (ahead > 0) {
            return Optional.of("more of its plan is still to be commanded: " + ahead + " of its steps");
        }
        return rehearsal.infeasible(word.requestId()).or(() -> {
            if (!hosts.sampled(word.hostId())) {
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
