package io.godwit.schedulers.replay;

import io.godwit.schedulers.kafka.SchedulerTopology;
import io.godwit.schedulers.partition.Staying;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * Forks of the schedulers that live through the stretch of log that follows them, each with detections of its own in place of
 * those recorded of one rule. They take what was observed, asked for and set as it was recorded, decide by themselves, and
 * their commands succeed after their estimates; VMs ask for what they asked for in the record, wherever they are.
 */
public final class RecordedCourse {
    /** Records that are held in memory at once, about. */
    private static final long HELD = 100_000;

    /** A command may have been given so long before a sample shows what it did. */
    private static final Duration COMMANDED_BEFORE = Duration.ofHours(1);

    /**
     * Something that a course is told once it has taken an observation.
     *
     * @param offset of that observation
     */
    public record Told(int segment, long offset, SpecificRecord event) {}

    /** A plan that a mode kept from being carried out, when it was first decided. */
    public record Planned(Instant at, PlanDecided plan) {}

    /**
     * A detection of the rule for which no plan was found, as it was tried last.
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
     * @param plans all that was proposed or shown
     * @param refused what of the rule found no plan
     */
    public record Course(Instant from, List<Rehearsed.Step> commanded, List<Planned> plans, List<Refused> refused) {}

    private final Log log;
    private final String rule;
    private final Set<String> commanded = new HashSet<>(); // VM and target; looked up only
    private final RecordedVms vms = new RecordedVms();
    private final List<Running> courses = new ArrayList<>();
    private Instant now;

    private RecordedCourse(Log log, Fork fork, String rule, List<List<Told>> tellings) {
        this.log = log;
        this.rule = rule;
        this.now = fork.now();
        fork.newestSamples().forEach(sample -> vms.take(sample, now));
        tellings.forEach(told -> courses.add(new Running(fork, told)));
    }

    /**
     * Lives through a stretch.
     *
     * @param fork made of the same log, where the stretch begins
     * @param rule whose recorded detections are left out
     * @param tellings what each course is told instead; of a segment in the order of offsets
     */
    public static List<Course> of(Log log, Fork fork, String rule, List<List<Told>> tellings, Instant to) {
        RecordedCourse stretch = new RecordedCourse(log, fork, rule, tellings);
        stretch.live(to);
        return stretch.courses.stream().map(Running::course).toList();
    }

    private void live(Instant to) {
        Instant from = now;
        readCommands(from.minus(COMMANDED_BEFORE), to);
        long records = 0;
        for (int segment = 0; segment < log.segments(); segment++) {
            records += range(Topic.OBSERVATIONS, segment, from, to).to()
                    - range(Topic.OBSERVATIONS, segment, from, to).from();
        }
        courses.forEach(Running::begin);
        long parts = Math.ceilDiv(Math.max(1, records), HELD);
        Duration whole = Duration.between(from, to);
        for (long part = 0; part < parts; part++) {
            part(
                    from.plus(whole.multipliedBy(part).dividedBy(parts)),
                    from.plus(whole.multipliedBy(part + 1).dividedBy(parts)));
        }
        courses.forEach(course -> course.rehearsal.pass(to));
    }

    private LogRange range(Topic topic, int segment, Instant after, Instant to) {
        long first = log.offsetAt(topic, segment, after.plusMillis(1));
        return new LogRange(topic, segment, first, Math.max(first, log.offsetAt(topic, segment, to.plusMillis(1))));
    }

    private void readCommands(Instant from, Instant to) {
        List<LogRange> ranges = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            ranges.add(range(Topic.COMMANDS, segment, from, to));
        }
        log.scan(ranges, record -> {
            if (RecordedJournal.read(record) instanceof MigrateVm move) {
                commanded.add(place(move.getVmId(), move.getTargetHostId()));
            }
            return true;
        });
    }

    private static String place(String vmId, String hostId) {
        return vmId + " " + hostId;
    }

    private void part(Instant after, Instant to) {
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : SchedulerTopology.INPUTS) {
            boolean theirOwn = topic == Topic.HOST_PARTITIONS || topic == Topic.OUTCOMES;
            for (int segment = 0; !theirOwn && segment < log.segments(); segment++) {
                ranges.add(range(topic, segment, after, to));
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
        courses.forEach(course -> course.rehearsal.pass(now));
        switch (event) {
            case HostSampled sample -> {
                vms.take(sample, now).stream()
                        .filter(moved -> commanded.contains(place(moved.vmId(), moved.to())))
                        .forEach(moved -> courses.forEach(course -> course.hosts.movedInTheRecord(moved)));
                courses.forEach(course -> course.sample(record, sample));
            }
            case VmChanged changed
            when changed.getChange() == VmChange.MIGRATED_IN
                    && commanded.contains(
                            place(changed.getVmId(), changed.getHostId())) -> {} // each says it of its own
            case DetectionBegan began when began.getRule().equals(rule) -> {}
            case DetectionEnded ended when ended.getRule().equals(rule) -> {}
            default -> courses.forEach(course -> course.rehearsal.tell(record, event));
        }
        if (record.topic() == Topic.OBSERVATIONS) {
            courses.forEach(course -> course.told(record.segment(), record.offset()));
        }
    }

    private static Refused again(Refused before, Refused now) {
        return new Refused(now.at(), before.tries() + 1, before.byBudget() || now.byBudget(), now.end(), now.staying());
    }

    /** One course on its way. */
    private final class Running {
        private final CourseHosts hosts = new CourseHosts(vms);
        private final Map<Integer, Deque<Told>> untold = new HashMap<>(); // by segment
        private final List<Planned> plans = new ArrayList<>();
        private final Set<List<String>> known = new HashSet<>(); // plans, by what they answer and do; looked up only
        private final Map<String, Refused> refused = new LinkedHashMap<>(); // by detection
        private final Set<String> ofRule = new HashSet<>(); // ids of detections; looked up only
        private final Instant from;
        private final Rehearsal rehearsal;
        private final Fork fork;

        Running(Fork fork, List<Told> told) {
            this.fork = fork;
            this.from = fork.now();
            this.rehearsal = fork.copy(hosts, this::said);
            for (Told one : told) {
                untold.computeIfAbsent(one.segment(), _ -> new ArrayDeque<>()).add(one);
                if (one.event() instanceof DetectionBegan began) {
                    ofRule.add(began.getId());
                }
            }
        }

        private void said(SpecificRecord event) {
            switch (event) {
                case PlanDecided plan
                when plan.getAnswer() == PlanAnswer.PLAN && !plan.getMode().equals("auto") -> {
                    if (known.add(what(plan))) { // it is decided anew now and then
                        plans.add(new Planned(rehearsal.now(), plan));
                    }
                }
                case PartitionClosed end
                when end.getEnd() == PartitionEnd.INFEASIBLE && ofRule.contains(end.getDetectionId()) ->
                    refused.merge(end.getDetectionId(), refused(end), RecordedCourse::again);
                default -> {} // between the schedulers
            }
        }

        private static List<String> what(PlanDecided plan) {
            List<String> what = new ArrayList<>(List.of(plan.getDetectionId(), plan.getMode()));
            plan.getMoves()
                    .forEach(move -> what.add(
                            move.getAction() + place(move.getVmId(), move.getTargetHostId()) + move.getResumes()));
            return what;
        }

        private Refused refused(PartitionClosed end) {
            SortedMap<String, Staying> staying =
                    rehearsal.staying(end.getDecision().getSegment(), end.getInitiator());
            boolean byBudget = staying.values().stream().anyMatch(why -> why.cause() == Staying.Cause.BUDGET);
            return new Refused(rehearsal.now(), 1, byBudget, end, staying);
        }

        /** What the rule had detected before counts no more. */
        void begin() {
            rehearsal.resume();
            fork.openOf(rule)
                    .forEach((segment, all) -> all.forEach(began -> rehearsal.tell(
                            Topic.DETECTIONS,
                            segment,
                            began.getHostId(),
                            DetectionEnded.newBuilder()
                                    .setId(began.getId())
                                    .setKind(began.getKind())
                                    .setHostId(began.getHostId())
                                    .setVmId(began.getVmId())
                                    .setSince(began.getSince())
                                    .setUntil(from)
                                    .setReason("what the versions compared detect is told instead")
                                    .setRule(began.getRule())
                                    .setRuleVersion(began.getRuleVersion())
                                    .setEvidence(List.of())
                                    .setTerms(began.getTerms())
                                    .setCoolDownUntil(Instant.EPOCH)
                                    .build())));
        }

        void sample(LogRecord record, HostSampled recorded) {
            if (!hosts.sampled(recorded.getHostId())) {
                return; // it was fenced here
            }
            hosts.sample(recorded)
                    .ifPresentOrElse(
                            here -> rehearsal.tell(Topic.OBSERVATIONS, record.segment(), recorded.getHostId(), here),
                            () -> rehearsal.tell(record, recorded));
        }

        void told(int segment, long offset) {
            Deque<Told> next = untold.get(segment);
            while (next != null && !next.isEmpty() && next.getFirst().offset() <= offset) {
                SpecificRecord event = next.removeFirst().event();
                String hostId = event instanceof DetectionBegan began
                        ? began.getHostId()
                        : ((DetectionEnded) event).getHostId();
                rehearsal.tell(Topic.DETECTIONS, segment, hostId, event);
            }
        }

        Course course() {
            return new Course(from, rehearsal.steps(), List.copyOf(plans), List.copyOf(refused.values()));
        }
    }
}
