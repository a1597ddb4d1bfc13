package io.godwit.ops.backtest;

import io.godwit.ceprules.backtest.Backtest;
import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.replay.Fork;
import io.godwit.schedulers.replay.RecordedCourse;
import io.godwit.schedulers.replay.Unforkable;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * What would have followed from the detections of two versions of a rule: forks of the schedulers at the first of them live
 * through the record, one with the detections of each.
 *
 * @param from where the courses of both begin; empty: neither detected anything, so that nothing followed
 * @param to where they end
 * @param recorded migrations that were commanded in the record meanwhile: how far those of the version that was live are from
 *     them is the model's own error
 */
public record Followed(Optional<Instant> from, Instant to, Answers tried, Answers before, long recorded) {
    /** What is not commanded so long after the last detection has ended, does not come of it. */
    private static final Duration AFTERWARDS = Duration.ofMinutes(10);

    /**
     * Lets both follow.
     *
     * @param rule name of the rule
     * @throws Unforkable where the log does not hold what it takes
     */
    public static Followed of(Log log, String rule, List<Backtest.Result> results, Instant from, Instant to) {
        List<Backtest.Said> said =
                results.stream().flatMap(result -> result.said().stream()).toList();
        Optional<Instant> first = Stream.concat(
                        said.stream().flatMap(one -> beginning(one).stream()), recorded(log, rule, from, to).stream())
                .min(Instant::compareTo);
        if (first.isEmpty()) {
            return new Followed(Optional.empty(), to, Answers.NONE, Answers.NONE, 0);
        }
        Instant start = first.get().minusMillis(1);
        Instant end = end(results, said, to);
        List<RecordedCourse.Course> courses = RecordedCourse.of(
                log,
                Fork.of(log, DecidingCode.digest(), start),
                rule,
                List.of(told(said, true), told(said, false)),
                end);
        return new Followed(
                Optional.of(start),
                end,
                Answers.of(courses.getFirst(), ids(said, true)),
                Answers.of(courses.getLast(), ids(said, false)),
                commanded(log, start, end));
    }

    private static Optional<Instant> beginning(Backtest.Said said) {
        return said.event() instanceof DetectionBegan began ? Optional.of(began.getSince()) : Optional.empty();
    }

    /** When the rule detected something in the record, for which the courses must begin before. */
    private static List<Instant> recorded(Log log, String rule, Instant from, Instant to) {
        List<Instant> recorded = new ArrayList<>();
        read(log, Topic.DETECTIONS, from, to, (at, event) -> {
            if (event instanceof DetectionBegan began && began.getRule().equals(rule)) {
                recorded.add(at);
            }
        });
        return recorded;
    }

    private static long commanded(Log log, Instant from, Instant to) {
        AtomicLong migrations = new AtomicLong();
        read(log, Topic.COMMANDS, from, to, (_, event) -> {
            if (event instanceof MigrateVm) {
                long _ = migrations.incrementAndGet();
            }
        });
        return migrations.get();
    }

    private static void read(
            Log log, Topic topic, Instant from, Instant to, BiConsumer<Instant, SpecificRecord> reader) {
        List<LogRange> ranges = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            ranges.add(
                    new LogRange(topic, segment, log.offsetAt(topic, segment, from), log.offsetAt(topic, segment, to)));
        }
        log.scan(ranges, record -> {
            try {
                reader.accept(Instant.ofEpochMilli(record.timestampMillis()), EventCodec.decode(record.value()));
            } catch (UnreadableRecord _) {
                // a service tells it to the dead letters
            }
            return true;
        });
    }

    private static Instant end(List<Backtest.Result> results, List<Backtest.Said> said, Instant to) {
        boolean open = results.stream()
                .flatMap(result -> Stream.concat(result.drawn().stream(), result.before().stream()))
                .anyMatch(drawn -> drawn.until().isEmpty());
        Instant last = said.stream()
                .map(one -> one.event() instanceof DetectionEnded ended
                        ? ended.getUntil()
                        : ((DetectionBegan) one.event()).getSince())
                .max(Instant::compareTo)
                .orElse(to)
                .plus(AFTERWARDS);
        return open || last.isAfter(to) ? to : last;
    }

    private static List<RecordedCourse.Told> told(List<Backtest.Said> said, boolean tried) {
        return said.stream()
                .filter(one -> one.tried() == tried)
                .map(one -> new RecordedCourse.Told(one.segment(), one.offset(), one.event()))
                .toList();
    }

    private static Set<String> ids(List<Backtest.Said> said, boolean tried) {
        return said.stream()
                .filter(one -> one.tried() == tried)
                .flatMap(one -> one.event() instanceof DetectionBegan began ? Stream.of(began.getId()) : Stream.empty())
                .collect(Collectors.toSet());
    }

    /** How many more migrations the version that is tried commands; below 0: fewer. */
    public long moreMigrations() {
        return tried.migrations() - before.migrations();
    }
}
