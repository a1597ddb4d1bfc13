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
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.log.HeldLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Migrations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** All that a move rests on, and whether it is decided again on that alone. */
final class WhyClosure {
    /** Detections are looked for in so much before the command; snapshots of schedulers are 10 minutes apart. */
    private static final Duration BEFORE = Duration.ofMinutes(40);

    private static final List<Topic> STRETCHES =
            List.of(Topic.OBSERVATIONS, Topic.JOURNAL, Topic.HOST_PARTITIONS, Topic.COMMANDS);
    private static final List<Topic> WHOLE =
            List.of(Topic.INVENTORY, Topic.RULES, Topic.DETECTIONS, Topic.OUTCOMES, Topic.CONTROLS, Topic.REQUESTS);

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
        Log log = held(at);
        Instant from = began(log, command, at);
        try (Admissions admissions = new Admissions(cep.operators(), () -> {});
                ChildPerThread children = new ChildPerThread(() -> OperatorsProcess.ofThePast(cep.operators()))) {
            Closure closure = new Closures(log, from, at, admissions)
                    .of(command.getDecision(), at)
                    .orElseThrow(() -> new Failed("the inputs from which " + migration.id()
                            + " was decided are not kept any more, as far as the newest snapshot of its scheduler"
                            + " before "
                            + from));
            boolean again = Otherwise.only(log, closure, children.mine(), admissions).commands().stream()
                    .anyMatch(event -> event instanceof MigrateVm now && same(now, command));
            print(migration, closure, again);
        }
    }

    private static boolean same(MigrateVm now, MigrateVm was) {
        return now.getVmId().equals(was.getVmId())
                && now.getSourceHostId().equals(was.getSourceHostId())
                && now.getTargetHostId().equals(was.getTargetHostId())
                && now.getDetectionId().equals(was.getDetectionId());
    }

    /** The log with the stretch of observations in memory that is read again and again. */
    private Log held(Instant at) {
        HeldLog log = new HeldLog(behind);
        List<LogRange> ranges = new ArrayList<>();
        for (int segment = 0; segment < behind.segments(); segment++) {
            for (Topic topic : WHOLE) {
                ranges.add(LogRange.all(topic, segment));
            }
            for (Topic topic : STRETCHES) {
                long to = topic == Topic.OBSERVATIONS ? offsetAt(topic, segment, at.plusSeconds(1)) : Long.MAX_VALUE;
                ranges.add(new LogRange(topic, segment, offsetAt(topic, segment, at.minus(BEFORE)), to));
            }
        }
        log.hold(ranges);
        return log;
    }

    private long offsetAt(Topic topic, int segment, Instant time) {
        return behind.offsetAt(topic, segment, time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time);
    }

    /** When its detection began, so that the detection itself is among the inputs; else when it was commanded. */
    private static Instant began(Log log, MigrateVm command, Instant at) {
        var detection = command.getDetection();
        return Topic.ofStage(detection.getTopic())
                .flatMap(topic -> log.at(topic, detection.getSegment(), detection.getOffset()))
                .map(record -> Instant.ofEpochMilli(record.timestampMillis()))
                .orElse(at);
    }

    private void print(Migrations.Migration migration, Closure closure, boolean again) {
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
        if (common.format == Printer.Format.TABLE) {
            System.out.println("%s rests on %d records and %d entries of schedulers' snapshots; %s"
                    .formatted(migration.id(), closure.records().size(), entries, alone));
            common.printer().list(List.of("topic", "records", "segments"), topics);
            return;
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("migration", migration.id());
        row.put("from", closure.from().toString());
        row.put("to", closure.to().toString());
        row.put("decidedAgain", again);
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
