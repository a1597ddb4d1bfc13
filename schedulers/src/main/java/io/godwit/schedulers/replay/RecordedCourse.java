package io.godwit.schedulers.replay;

import io.godwit.schedulers.kafka.SchedulerTopology;
import io.godwit.schedulers.partition.Staying;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;

/**
 * Forks of the schedulers that live through the stretch of log that follows them, each told something of its own in place of
 * the record. They take what was observed, asked for and set as it was recorded, and decide by themselves. A command that the
 * record has as well ends as it ended there; another one succeeds after its estimate. VMs ask for what they asked for in the
 * record, wherever they are.
 */
public final class RecordedCourse {
    /** Records that are held in memory at once, about. */
    private static final long HELD = 100_000;

    /**
     * Something that a course is told once it has taken an observation.
     *
     * @param offset of that observation
     */
    public record Told(int segment, long offset, SpecificRecord event) {}

    /** A plan that a mode kept from being carried out, when it was first decided. */
    public record Planned(Instant at, PlanDecided plan) {}

    /**
     * A detection that it is about, for which no plan was found, as it was tried last.
     *
     * @param tries how often there was none
     * @param byBudget whether a budget of moves kept VMs where they were, at one of the tries
     * @param staying VMs that might not leave its host then, and why
     */
    public record Refused(
            Instant at, int tries, boolean byBudget, PartitionClosed end, SortedMap<String, Staying> staying) {}

    /**
     * What came of one course.
     *
     * @param commanded all that was commanded; times count from the fork's
     * @param ended what ended meanwhile, of what was commanded before as well
     * @param plans all that was proposed or shown
     * @param refused what it is about and found no plan
     * @param apart time that VMs were on other hosts than in the record or in other states, all VMs together
     * @param vmTime time of all VMs together
     * @param vms how many were seen
     */
    public record Course(
            Instant from,
            List<Rehearsed.Step> commanded,
            List<Rehearsed.Ended> ended,
            List<Planned> plans,
            List<Refused> refused,
            Duration apart,
            Duration vmTime,
            int vms) {}

    private final Log log;
    private final RecordedCommands commands;
    private final RecordedVms vms = new RecordedVms();
    private final List<Running> courses = new ArrayList<>();
    private final Map<Integer, Long> newest = new HashMap<>(); // offset of the newest observation, by segment
    private final BiConsumer<Instant, HostSampled> recorded;
    private final Instant from;
    private final Instant to;
    private Instant now;

    private RecordedCourse(
            Log log,
            Fork fork,
            List<? extends Telling> tellings,
            Instant to,
            BiConsumer<Instant, HostSampled> recorded) {
        this.log = log;
        this.from = fork.now();
        this.to = to;
        this.now = from;
        this.commands = RecordedCommands.read(log, from, to);
        this.recorded = recorded;
        tellings.forEach(telling -> courses.add(new Running(fork, telling)));
        fork.newestSamples().forEach(newest -> {
            vms.take(newest.getValue(), now);
            recorded.accept(newest.getKey(), newest.getValue());
            courses.forEach(course -> course.telling.sampled(newest.getKey(), newest.getValue()));
        });
    }

    /**
     * Lives through a stretch with detections of one rule in place of those recorded of it.
     *
     * @param fork made of the same log, where the stretch begins
     * @param rule whose recorded detections are left out
     * @param tellings what each course is told instead; of a segment in the order of offsets
     */
    public static List<Course> of(Log log, Fork fork, String rule, List<List<Told>> tellings, Instant to) {
        return of(
                log,
                fork,
                tellings.stream().map(told -> new RuleTelling(fork, rule, told)).toList(),
                to,
                (_, _) -> {});
    }

    /**
     * Lives through a stretch.
     *
     * @param fork made of the same log, where the stretch begins
     * @param tellings what each course is told
     * @param recorded is told each sample of the record, those that were the newest when it begins as well
     */
    public static List<Course> of(
            Log log,
            Fork fork,
            List<? extends Telling> tellings,
            Instant to,
            BiConsumer<Instant, HostSampled> recorded) {
        RecordedCourse stretch = new RecordedCourse(log, fork, tellings, to, recorded);
        stretch.live();
        return stretch.courses.stream().map(Running::course).toList();
    }

    private void live() {
        long records = 0;
        for (int segment = 0; segment < log.segments(); segment++) {
            LogRange observations = range(Topic.OBSERVATIONS, segment, from, to);
            records += observations.to() - observations.from();
            newest.put(segment, observations.from() - 1);
        }
        courses.forEach(Running::begin);
        long parts = Math.ceilDiv(Math.max(1, records), HELD);
        Duration whole = Duration.between(from, to);
        for (long part = 0; part < parts; part++) {
            part(
                    from.plus(whole.multipliedBy(part).dividedBy(parts)),
                    from.plus(whole.multipliedBy(part + 1).dividedBy(parts)));
        }
        courses.forEach(course -> course.pass(to));
    }

    private LogRange range(Topic topic, int segment, Instant after, Instant until) {
        long first = log.offsetAt(topic, segment, after.plusMillis(1));
        return new LogRange(topic, segment, first, Math.max(first, log.offsetAt(topic, segment, until.plusMillis(1))));
    }

    private void part(Instant after, Instant until) {
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : SchedulerTopology.INPUTS) {
            boolean theirOwn = topic == Topic.HOST_PARTITIONS || topic == Topic.OUTCOMES;
            for (int segment = 0; !theirOwn && segment < log.segments(); segment++) {
                ranges.add(range(topic, segment, after, until));
            }
        }
        List<LogRecord> records = new ArrayList<>();
        log.scan(ranges, records::add);
        records.sort(Comparator.comparingLong(LogRecord::timestampMillis)
                .thenComparing(LogRecord::topic)
                .thenComparingInt(LogRecord::segment)
                .thenComparingLong(LogRecord::offset));
        records.forEach(this::take);
    }

    private void take(LogRecord record) {
        SpecificRecord event;
        try {
            event = EventCodec.decode(record.value());
        } catch (UnreadableRecord _) {
            return; // schedulers leave it to the dead letters
        }
        Instant at = Instant.ofEpochMilli(record.timestampMillis());
        now = at.isAfter(now) ? at : now;
        courses.forEach(course -> course.pass(now));
        if (record.topic() != Topic.OBSERVATIONS) {
            courses.forEach(course -> course.said(record, event));
            return;
        }
        newest.put(record.segment(), record.offset());
        List<RecordedVms.Change> changes = List.of();
        if (event instanceof HostSampled sample) {
            recorded.accept(now, sample);
            changes = vms.take(sample, now);
        }
        for (Running course : courses) {
            for (RecordedVms.Change change : changes) {
                course.hosts.changedInTheRecord(change, now);
            }
            course.observe(record, event);
        }
    }

    private static Refused again(Refused before, Refused now) {
        return new Refused(now.at(), before.tries() + 1, before.byBudget() || now.byBudget(), now.end(), now.staying());
    }

    /** One course on its way. */
    private final class Running {
        private final CourseHosts hosts = new CourseHosts(vms, commands, from, this::ofOurOwn);
        private final List<Planned> plans = new ArrayList<>();
        private final Set<List<String>> known = new HashSet<>(); // plans, by what they answer and do; looked up only
        private final Map<String, Refused> refused = new LinkedHashMap<>(); // by detection
        private final Rehearsal rehearsal;
        private final Telling telling;
        private Instant counted = from;
        private long apartMillis;
        private long vmMillis;

        Running(Fork fork, Telling telling) {
            this.rehearsal = fork.copy(hosts, this::heard);
            this.telling = telling;
        }

        private void heard(SpecificRecord event) {
            switch (event) {
                case PlanDecided plan
                when plan.getAnswer() == PlanAnswer.PLAN && !plan.getMode().equals("auto") -> {
                    if (known.add(what(plan))) { // it is decided anew now and then
                        plans.add(new Planned(rehearsal.now(), plan));
                    }
                }
                case PartitionClosed end
                when end.getEnd() == PartitionEnd.INFEASIBLE && telling.isAbout(end.getDetectionId()) ->
                    refused.merge(end.getDetectionId(), refused(end), RecordedCourse::again);
                default -> {} // between the schedulers
            }
        }

        private static List<String> what(PlanDecided plan) {
            List<String> what = new ArrayList<>(List.of(plan.getDetectionId(), plan.getMode()));
            plan.getMoves()
                    .forEach(move -> what.add("%s %s %s %s"
                            .formatted(move.getAction(), move.getVmId(), move.getTargetHostId(), move.getResumes())));
            return what;
        }

        private Refused refused(PartitionClosed end) {
            SortedMap<String, Staying> staying =
                    rehearsal.staying(end.getDecision().getSegment(), end.getInitiator());
            boolean byBudget = staying.values().stream().anyMatch(why -> why.cause() == Staying.Cause.BUDGET);
            return new Refused(rehearsal.now(), 1, byBudget, end, staying);
        }

        void begin() {
            rehearsal.resume();
            telling.first().forEach(word -> rehearsal.tell(word.topic(), word.segment(), word.key(), word.event()));
        }

        void pass(Instant until) {
            rehearsal.pass(until);
            long millis = Duration.between(counted, until).toMillis();
            if (millis > 0) {
                counted = until;
                apartMillis += millis * hosts.apart();
                vmMillis += millis * vms.count();
            }
        }

        /** What was said by others than hosts. */
        void said(LogRecord record, SpecificRecord event) {
            if (event instanceof VmDefined defined && hosts.isElsewhere(defined.getVmId())) {
                return; // where the record has it
            }
            telling.instead(record, event).ifPresent(here -> {
                note(here);
                rehearsal.tell(
                        record.topic(), record.segment(), new String(record.key(), StandardCharsets.UTF_8), here);
            });
        }

        /** What was observed, as it is here. */
        void observe(LogRecord record, SpecificRecord event) {
            switch (event) {
                case HostSampled sample -> {
                    if (hosts.sampled(sample.getHostId())) { // else it was fenced here
                        hosts.sample(sample, now)
                                .ifPresentOrElse(
                                        here -> observed(with(record, here), here), () -> observed(record, sample));
                    }
                }
                case VmChanged changed -> hosts.told(changed, now).ifPresent(here -> told(record, changed, here));
                case HostLost gone -> {
                    hosts.lost(gone.getHostId());
                    observed(record, gone);
                }
                default -> observed(record, event);
            }
        }

        private static LogRecord with(LogRecord record, SpecificRecord event) {
            return new LogRecord(
                    record.topic(),
                    record.segment(),
                    record.offset(),
                    record.timestampMillis(),
                    record.key(),
                    EventCodec.encode(event));
        }

        private void told(LogRecord record, VmChanged changed, VmChanged here) {
            if (here.getHostId().equals(changed.getHostId())) {
                observed(record, changed);
            } else {
                int segment = hosts.segment(here.getHostId());
                rehearsal.tell(Topic.OBSERVATIONS, segment, here.getHostId(), here);
                ofOurOwn(segment, here.getHostId(), here);
            }
        }

        private void observed(LogRecord record, SpecificRecord event) {
            if (event instanceof HostSampled sample) {
                telling.sampled(now, sample);
            }
            rehearsal.tell(record, event);
            conclude(record, event);
        }

        /** What stands in no record has the place of the observation before it. */
        private void ofOurOwn(int segment, String hostId, SpecificRecord event) {
            conclude(
                    new LogRecord(
                            Topic.OBSERVATIONS,
                            segment,
                            newest.get(segment),
                            rehearsal.now().toEpochMilli(),
                            hostId.getBytes(StandardCharsets.UTF_8),
                            EventCodec.encode(event)),
                    event);
        }

        private void conclude(LogRecord record, SpecificRecord event) {
            for (Telling.Said said : telling.observed(record, event)) {
                note(said.event());
                if (said.at().isAfter(rehearsal.now())) {
                    rehearsal.tellAt(said.at(), Topic.DETECTIONS, record.segment(), said.key(), said.event());
                } else {
                    rehearsal.tell(Topic.DETECTIONS, record.segment(), said.key(), said.event());
                }
            }
        }

        private void note(SpecificRecord event) {
            if (event instanceof DetectionBegan began && began.getKind() == DetectionKind.HOST_CRASH) {
                hosts.crashed(began.getHostId());
            }
        }

        Course course() {
            return new Course(
                    from,
                    rehearsal.steps(),
                    rehearsal.ended(),
                    List.copyOf(plans),
                    List.copyOf(refused.values()),
                    Duration.ofMillis(apartMillis),
                    Duration.ofMillis(vmMillis),
                    vms.count());
        }
    }
}
