package io.godwit.ops.cli;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.child.Admissions;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ops.causes.Closure;
import io.godwit.ops.causes.Closures;
import io.godwit.ops.causes.Otherwise;
import io.godwit.ops.causes.Place;
import io.godwit.ops.rules.ChildPerThread;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.log.HeldLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.LogUpTo;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Migrations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/** All that a move rests on, and whether it is decided again on that alone. */
final class WhyClosure {
    /** Newest snapshots of schedulers are no older, as they are ten minutes apart. */
    private static final Duration SNAPSHOTS = Duration.ofMinutes(20);

    /** What one transaction wrote stands no farther apart. */
    private static final Duration TOGETHER = Duration.ofMinutes(1);

    /** What is read several times, or for each segment; observations are read by the segments that they are needed of. */
    private static final List<Topic> HELD = List.of(
            Topic.INVENTORY,
            Topic.JOURNAL,
            Topic.HOST_PARTITIONS,
            Topic.COMMANDS,
            Topic.OUTCOMES,
            Topic.CONTROLS,
            Topic.REQUESTS);

    private final CommonOptions common;
    private final Log behind;

    WhyClosure(CommonOptions common, Log behind) {
        this.common = common;
        this.behind = behind;
    }

    void print(Migrations.Migration migration) {
        MigrateVm command = migration
                .command()
                .orElseThrow(() ->
                        new Failed("of " + migration.id() + " only outcomes are kept; --closure follows commands"));
        Instant at = migration.commanded().orElseThrow();
        CepConfig cep = common.region().cep();
        RuleCompiler.keepIn(cep.ruleCache());
        Optional<LogRecord> detection = detection(command);
        Instant from = detection
                .map(record -> Instant.ofEpochMilli(record.timestampMillis()))
                .orElse(at); // so that the detection itself is among the inputs
        Log log = held(from, at);
        List<Place> evidence = detection.map(WhyClosure::evidence).orElse(List.of());
        try (Admissions admissions = new Admissions(cep.operators(), () -> {});
                ChildPerThread children = new ChildPerThread(() -> OperatorsProcess.ofThePast(cep.operators()))) {
            Closure closure = new Closures(log, from, at, admissions)
                    .of(command.getDecision(), at)
                    .orElseThrow(() -> new Failed("the inputs from which " + migration.id()
                            + " was decided are not kept any more, as far as the newest snapshot of its scheduler"
                            + " before "
                            + from));
            Predicate<Closure> decides =
                    alone -> Otherwise.only(log, alone, children.mine(), admissions).commands().stream()
                            .anyMatch(event -> event instanceof MigrateVm now && same(now, command));
            boolean again = decides.test(closure);
            boolean without = !evidence.isEmpty() && decides.test(closure.without(evidence.toArray(Place[]::new)));
            print(migration, closure, again, evidence.size(), without);
        }
    }

    /** The observations that a detection of a rule names; none of what schedulers note themselves, or people ask for. */
    private static List<Place> evidence(LogRecord detection) {
        return detection.topic() == Topic.DETECTIONS
                        && EventCodec.decode(detection.value()) instanceof DetectionBegan began
                ? began.getEvidence().stream().map(Place::of).distinct().toList()
                : List.of();
    }

    private static boolean same(MigrateVm now, MigrateVm was) {
        return now.getVmId().equals(was.getVmId())
                && now.getSourceHostId().equals(was.getSourceHostId())
                && now.getTargetHostId().equals(was.getTargetHostId())
                && now.getDetectionId().equals(was.getDetectionId());
    }

    /** The log up to the decision, with what is read again and again of its last stretch in memory. */
    private Log held(Instant from, Instant at) {
        Instant oldest = from.minus(SNAPSHOTS);
        Log left = new LogUpTo(behind, at.plus(TOGETHER));
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : HELD) {
            List<Long> firsts = left.offsetsAt(topic, oldest.isBefore(Instant.EPOCH) ? Instant.EPOCH : oldest);
            for (int segment = 0; segment < left.segments(); segment++) {
                ranges.add(new LogRange(topic, segment, firsts.get(segment), Long.MAX_VALUE));
            }
        }
        HeldLog log = new HeldLog(left);
        log.hold(ranges);
        return log;
    }

    private Optional<LogRecord> detection(MigrateVm command) {
        var detection = command.getDetection();
        return Topic.ofStage(detection.getTopic())
                .flatMap(topic -> behind.at(topic, detection.getSegment(), detection.getOffset()));
    }

    /**
     * @param again whether it is decided again on the closure alone
     * @param evidence number of observations that its detection names
     * @param without whether it is so without these
     */
    private void print(Migrations.Migration migration, Closure closure, boolean again, int evidence, boolean without) {
        List<Map<String, Object>> topics = new ArrayList<>();
        closure.counts().forEach((topic, count) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("topic", topic.stage());
            row.put("records", count);
            row.put(
                    "segments",
                    new TreeSet<>(closure.records().stream()
                                    .filter(place -> place.topic() == topic)
                                    .map(Place::segment)
                                    .toList())
                            .stream().toList());
            topics.add(row);
        });
        int entries = closure.entries().values().stream().mapToInt(List::size).sum();
        String alone = again
                ? "with these alone it is decided again"
                : "with these alone it is not decided again, so something is missing: see docs/known-limits.md";
        String less = evidence == 0
                ? ""
                : ", without the %s that its detection names it is %s"
                        .formatted(
                                evidence == 1 ? "observation" : evidence + " observations",
                                without ? "as well, so these are not the cause" : "not");
        if (common.format == Printer.Format.TABLE) {
            System.out.println("%s rests on %d records and %d entries of schedulers' snapshots; %s%s"
                    .formatted(migration.id(), closure.records().size(), entries, alone, again ? less : ""));
            common.printer().list(List.of("topic", "records", "segments"), topics);
            return;
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("migration", migration.id());
        row.put("from", closure.from().toString());
        row.put("to", closure.to().toString());
        row.put("decidedAgain", again);
        row.put("evidence", evidence);
        row.put("decidedWithoutEvidence", evidence == 0 ? null : without);
        row.put("topics", topics);
        row.put("records", closure.records().stream().map(WhyClosure::row).toList());
        row.put("entries", closure.entries());
        common.printer().one(row);
    }

    private static Map<String, Object> row(Place place) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", place.topic().stage());
        row.put("segment", place.segment());
        row.put("offset", place.offset());
        return row;
    }
}
