package io.godwit.ceprules;

import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleRefused;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.RecordedDetections;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.Evidence;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.log.HeldLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/**
 * What the detections of one segment in a stretch of time rest on: the rule version and where it became active, the evidence,
 * and the observations within the rule's look-back that may have filled its windows; of a rule that asks who hosts are, the
 * hosts of the segment; and what ended the one before of the same subject, so that this one could begin. What stands before
 * the stretch is read where it is named. Docs: docs/decisions/0045.
 */
public final class DetectionCauses {
    /** What ended the one before a detection matters to it no longer than this. */
    private static final Duration LOOK_BACK_MAX = Duration.ofHours(1);

    private static final String JOINED = HostJoined.class.getSimpleName();

    /** A record of the detections topic, read. */
    private record Said(LogRecord record, SpecificRecord event) {}

    private final Log log;
    private final RuleBook book;
    private final Admission admission;
    private final int segment;
    private final Map<String, Said> began = new HashMap<>(); // by detection
    private final List<Said> ended = new ArrayList<>();
    private final List<Said> activated = new ArrayList<>();
    private final List<LogRecord> deployed = new ArrayList<>();
    private final Map<String, RuleActivated> active =
            new HashMap<>(); // by rule version, as checkpoints repeat; looked up only
    private final Map<String, Looks> looks = new HashMap<>(); // by rule version; looked up only
    private final long first;

    /** How far a rule looks back, and whether it asks who hosts are. */
    private record Looks(Duration back, boolean atLabels) {}

    /**
     * @param since log time from which the detections stand in the log that are asked for
     * @param to log time before which they do
     * @param admission looks through rules that are not the product's own
     */
    public DetectionCauses(Log log, RuleBook book, int segment, Instant since, Instant to, Admission admission) {
        HeldLog held = new HeldLog(log); // the windows of detections lie over each other
        this.log = held;
        this.admission = admission;
        this.book = book;
        this.segment = segment;
        first = offsetAt(Topic.DETECTIONS, since.minus(LOOK_BACK_MAX));
        held.hold(List.of(new LogRange(
                Topic.OBSERVATIONS, segment, offsetAt(Topic.OBSERVATIONS, since), offsetAt(Topic.OBSERVATIONS, to))));
        log.scan(List.of(new LogRange(Topic.DETECTIONS, segment, first, offsetAt(Topic.DETECTIONS, to))), record -> {
            RecordedDetections.decode(record).ifPresent(event -> {
                Said said = new Said(record, event);
                switch (event) {
                    case DetectionBegan one -> began.put(one.getId(), said);
                    case DetectionEnded _ -> ended.add(said);
                    case RuleActivated _ -> activated.add(said);
                    case DetectionsCheckpointed checkpoint ->
                        checkpoint
                                .getActive()
                                .forEach(rule -> active.put(key(rule.getRule(), rule.getVersion()), rule));
                    default -> {} // nothing rests on it
                }
            });
            return true;
        });
        log.scan(List.of(LogRange.all(Topic.RULES, segment)), record -> {
            deployed.add(record);
            return true;
        });
    }

    private long offsetAt(Topic topic, Instant time) {
        return log.offsetAt(topic, segment, time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time);
    }

    /**
     * What a record of the detections topic rests on, itself included, in the order of the log. Other detections are not among
     * it: they are drawn from what is.
     */
    public List<LogRecord> of(LogRecord detection) {
        TreeMap<String, LogRecord> causes = new TreeMap<>();
        RecordedDetections.decode(detection).ifPresent(event -> {
            add(detection, causes);
            switch (event) {
                case DetectionBegan one -> began(detection, one, causes);
                case DetectionEnded one -> {
                    ended(one, causes);
                    Optional.ofNullable(began.get(one.getId()))
                            .or(() -> older(
                                    one.getSince(),
                                    before -> before instanceof DetectionBegan was
                                            && was.getId().equals(one.getId())))
                            .ifPresent(said -> began(said.record(), (DetectionBegan) said.event(), causes));
                }
                default -> {} // nothing acts on it
            }
        });
        return List.copyOf(causes.values());
    }

    private static void add(LogRecord record, Map<String, LogRecord> causes) {
        causes.put("%s %019d".formatted(record.topic(), record.offset()), record);
    }

    private void began(LogRecord record, DetectionBegan one, Map<String, LogRecord> causes) {
        rule(one, causes);
        window(one.getRule(), one.getRuleVersion(), one.getHostId(), one.getKind(), one.getEvidence(), causes);
        ended.stream()
                .filter(said -> said.record().offset() < record.offset())
                .filter(said -> same((DetectionEnded) said.event(), one))
                .reduce((_, last) -> last)
                .ifPresent(last -> ended((DetectionEnded) last.event(), causes));
    }

    /** A detection ends by what its rule saw, or by a crash that began with the same observation. */
    private void ended(DetectionEnded one, Map<String, LogRecord> causes) {
        window(one.getRule(), one.getRuleVersion(), one.getHostId(), one.getKind(), one.getEvidence(), causes);
        long next = RecordedDetections.nextOffsetAfter(one);
        began.values().stream()
                .filter(said -> said.event() instanceof DetectionBegan crash
                        && crash.getKind() == DetectionKind.HOST_CRASH
                        && crash.getHostId().equals(one.getHostId())
                        && RecordedDetections.nextOffsetAfter(crash) == next)
                .forEach(crash -> began(crash.record(), (DetectionBegan) crash.event(), causes));
    }

    /** The first record of a kind that stands before the stretch and was not written before a time. */
    private Optional<Said> older(Instant from, Predicate<SpecificRecord> which) {
        List<Said> found = new ArrayList<>(1);
        long near = offsetAt(Topic.DETECTIONS, from);
        if (near < first) {
            log.scan(List.of(new LogRange(Topic.DETECTIONS, segment, near, first)), record -> {
                RecordedDetections.decode(record).filter(which).ifPresent(event -> found.add(new Said(record, event)));
                return found.isEmpty();
            });
        }
        return found.stream().findFirst();
    }

    private static boolean same(DetectionEnded before, DetectionBegan one) {
        return before.getKind() == one.getKind()
                && before.getHostId().equals(one.getHostId())
                && before.getRule().equals(one.getRule())
                && Objects.equals(before.getVmId(), one.getVmId());
    }

    private void rule(DetectionBegan one, Map<String, LogRecord> causes) {
        long next = RecordedDetections.nextOffsetAfter(one);
        activated.stream()
                .filter(said -> of((RuleActivated) said.event(), one)
                        && RecordedDetections.nextOffsetAfter(said.event()) <= next)
                .reduce((_, last) -> last)
                .or(() -> activatedBefore(one))
                .ifPresent(last -> add(last.record(), causes));
        if (looks(one.getRule(), one.getRuleVersion()).atLabels()) {
            joined(causes);
        }
        deployed.stream()
                .filter(record -> deployment(record)
                        .filter(rule ->
                                rule.getRule().equals(one.getRule()) && rule.getVersion() == one.getRuleVersion())
                        .isPresent())
                .findFirst()
                .ifPresent(first -> add(first, causes));
    }

    /** It stands near the observation from which it counts. */
    private Optional<Said> activatedBefore(DetectionBegan one) {
        Optional<Instant> at = Optional.ofNullable(active.get(key(one.getRule(), one.getRuleVersion())))
                .flatMap(rule -> log.at(Topic.OBSERVATIONS, segment, rule.getObservationOffset() - 1))
                .map(record -> Instant.ofEpochMilli(record.timestampMillis()));
        Predicate<SpecificRecord> which = event -> event instanceof RuleActivated rule && of(rule, one);
        return at.flatMap(time -> older(time, which)).or(() -> older(Instant.EPOCH, which));
    }

    private void joined(Map<String, LogRecord> causes) {
        log.scan(List.of(LogRange.all(Topic.INVENTORY, segment)), record -> {
            if (EventCodec.nameOf(record.value()).filter(JOINED::equals).isPresent()) {
                add(record, causes);
            }
            return true;
        });
    }

    private static boolean of(RuleActivated rule, DetectionBegan one) {
        return rule.getRule().equals(one.getRule()) && rule.getVersion() == one.getRuleVersion();
    }

    private static Optional<RuleDeployed> deployment(LogRecord record) {
        try {
            return EventCodec.decode(record.value()) instanceof RuleDeployed rule
                    ? Optional.of(rule)
                    : Optional.empty();
        } catch (UnreadableRecord damaged) {
            return Optional.empty();
        }
    }

    private void observed(Evidence evidence, Map<String, LogRecord> causes) {
        log.at(Topic.OBSERVATIONS, segment, evidence.getPosition().getOffset())
                .ifPresent(record -> add(record, causes));
    }

    /** The evidence, and what the rule may have kept in its windows when it was complete. */
    private void window(
            String rule,
            int version,
            String hostId,
            DetectionKind kind,
            List<Evidence> evidence,
            Map<String, LogRecord> causes) {
        evidence.forEach(one -> observed(one, causes));
        long last = evidence.getLast().getPosition().getOffset();
        Optional<LogRecord> complete = log.at(Topic.OBSERVATIONS, segment, last);
        if (complete.isEmpty()) {
            return;
        }
        Instant from = Instant.ofEpochMilli(complete.get().timestampMillis())
                .minus(looks(rule, version).back());
        long oldest = offsetAt(Topic.OBSERVATIONS, from);
        boolean ours = book.version(rule, version).map(RuleVersion::builtIn).orElse(false);
        Predicate<LogRecord> read = ours ? readByOurs(kind, hostId) : _ -> true;
        log.scan(List.of(new LogRange(Topic.OBSERVATIONS, segment, oldest, last)), record -> {
            if (read.test(record)) {
                add(record, causes);
            }
            return true;
        });
    }

    private Looks looks(String rule, int version) {
        return looks.computeIfAbsent(
                key(rule, version),
                _ -> book.version(rule, version).map(this::looks).orElse(new Looks(Duration.ZERO, false)));
    }

    private Looks looks(RuleVersion rule) {
        if (rule.builtIn()) { // another build's says so too, and is read no further than its header
            try {
                return new Looks(RuleHeader.parse(rule.text()).lookBack().orElse(Duration.ZERO), false);
            } catch (RuleRefused unreadable) {
                return new Looks(Duration.ZERO, false);
            }
        }
        return switch (admission.await(rule)) {
            case Admission.Admitted(CompiledRule admitted) -> new Looks(admitted.feed(), admitted.asksForLabels());
            case Admission.Refused _, Admission.TooMuch _ ->
                new Looks(Duration.ZERO, false); // it is taken from the record, and not drawn again
        };
    }

    private static String key(String rule, int version) {
        return rule + " " + version;
    }

    /** The rules of the product look at one host at a time; where they count silence, also at who watched. */
    private static Predicate<LogRecord> readByOurs(DetectionKind kind, String hostId) {
        byte[] key = hostId.getBytes(StandardCharsets.UTF_8);
        return switch (kind) {
            case OVERLOAD, UNDERLOAD -> record -> Arrays.equals(record.key(), key) && sample(record);
            case HOST_CRASH -> record -> Arrays.equals(record.key(), key) || watching(record);
            case VM_CRASH, CUSTOM, HEADROOM, CONSTRAINT, REQUEST, DRAIN, RETURN, UNKNOWN ->
                record -> Arrays.equals(record.key(), key);
        };
    }

    private static boolean sample(LogRecord record) {
        return read(record).filter(HostSampled.class::isInstance).isPresent();
    }

    private static boolean watching(LogRecord record) {
        return read(record)
                .filter(event -> event instanceof Tick || event instanceof MonitorAlive)
                .isPresent();
    }

    private static Optional<SpecificRecord> read(LogRecord record) {
        try {
            return Optional.of(EventCodec.decode(record.value()));
        } catch (UnreadableRecord damaged) {
            return Optional.empty();
        }
    }
}
