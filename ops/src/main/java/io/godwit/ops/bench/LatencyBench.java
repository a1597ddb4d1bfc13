package io.godwit.ops.bench;

import io.godwit.ops.bench.CommandLatency.Answer;
import io.godwit.ops.bench.CommandLatency.Way;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.summary.Percentile;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.units.ByteSize;
import io.godwit.schemas.units.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** From a sample to the first command, beside a bare broker's two transactional hops. */
@Command(
        name = "latency",
        sortOptions = false,
        description = "From the sample that completes the evidence to the first command, with 40 hosts and 400 VMs;"
                + " beside it two bare transactional hops of 20 ms on the same broker.")
final class LatencyBench extends Bench {
    private static final ByteSize HEAP = ByteSize.ofGibibytes(1);
    private static final Duration READY_MAX = Duration.ofMinutes(3);
    private static final Duration COMMANDS_FOLLOW = Duration.ofSeconds(5);
    private static final double P50_RATIO = 2;
    private static final double P99_RATIO = 4;

    @Option(names = "--for", paramLabel = "D", description = "How long it measures (default: 120s).")
    String length = "120s";

    @Option(names = "--warm-up", paramLabel = "D", description = "How long it runs before that (default: 30s).")
    String warmUp = "30s";

    @Option(names = "--load-mean", paramLabel = "PERCENT", description = "Mean load of a VM (default: 74).")
    int loadMean = 74;

    @Option(
            names = "--load-change",
            paramLabel = "D",
            description = "How often a VM changes its load on average (default: 60s).")
    String loadChange = "60s";

    @Override
    Report measure(Path folder) throws IOException, InterruptedException {
        Duration measured = Durations.parse(length);
        Duration warming = Durations.parse(warmUp);
        Path settings = folder.resolve("region.yaml");
        Files.writeString(
                settings, """
                    hosts:
                      load-mean-percent: %d
                      load-change-period: %ds
                    """.formatted(loadMean, Durations.parse(loadChange).toSeconds()));
        Duration longest = READY_MAX.plus(warming).plus(measured).plus(COMMANDS_FOLLOW);
        try (UpChild up = UpChild.start(folder, HEAP, longest, List.of("--config", settings.toString()))) {
            up.awaitReady(READY_MAX);
            var site = up.endpoints().bootstrap().entrySet().iterator().next();
            SiteKafka kafka = new SiteKafka(KafkaSettings.of(site.getKey(), site.getValue()));
            CommandLatency latency = new CommandLatency();
            List<BareHops.Passage> bare;
            Instant from;
            Instant to;
            try (BareHops hops = BareHops.start(kafka);
                    TopicTail tail = tail(kafka, latency)) {
                say("warming up for " + warming.toSeconds() + " s");
                up.run(warming);
                hops.forget();
                from = Instant.now();
                say("measuring for " + measured.toSeconds() + " s");
                up.run(measured);
                bare = hops.passages();
                to = Instant.now();
                up.run(COMMANDS_FOLLOW);
                if (tail.failure() != null) {
                    throw new Failed("the log could not be followed: " + tail.failure(), tail.failure());
                }
            } // nobody adds to the latencies from here on
            return report(latency.answers(from, to), bare);
        }
    }

    private static TopicTail tail(SiteKafka kafka, CommandLatency latency) {
        return new TopicTail(
                kafka,
                kafka.site(),
                "bench",
                List.of(Topic.DETECTIONS, Topic.HOST_PARTITIONS, Topic.COMMANDS),
                IntStream.range(0, Topics.Shape.SEGMENTS).boxed().toList(),
                TopicTail.From.BEGINNING,
                record -> latency.take(record, EventCodec.decode(record.value()), System.currentTimeMillis()));
    }

    private static Report report(List<Answer> answers, List<BareHops.Passage> bare) {
        List<Answer> straight =
                answers.stream().filter(answer -> answer.way() == Way.STRAIGHT).toList();
        double[] bareAppended =
                bare.stream().mapToDouble(BareHops.Passage::appended).toArray();
        double[] bareRead = bare.stream().mapToDouble(BareHops.Passage::read).toArray();
        Report report = new Report();
        for (int percent : List.of(50, 99)) {
            Target target = Target.ratioAtMost(percent == 50 ? P50_RATIO : P99_RATIO);
            report.figure(Figure.of(
                            "sample to command, both appended, p" + percent,
                            "ms",
                            at(percent, straight, Answer::commandAppended))
                    .beside("two bare hops, appended", at(percent, bareAppended))
                    .heldTo(target));
            report.figure(Figure.of(
                            "sample appended to command read, p" + percent,
                            "ms",
                            at(percent, straight, Answer::commandRead))
                    .beside("two bare hops, read", at(percent, bareRead)));
        }
        List<Map<String, Object>> ways = new ArrayList<>();
        for (Way way : Way.values()) {
            List<Answer> those =
                    answers.stream().filter(answer -> answer.way() == way).toList();
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("way", way.text());
            row.put("detections", those.size());
            for (int percent : List.of(50, 99)) {
                row.put("detectionAppendedP" + percent, Figure.rounded(at(percent, those, Answer::detectionAppended)));
                row.put("detectionReadP" + percent, Figure.rounded(at(percent, those, Answer::detectionRead)));
                row.put("commandAppendedP" + percent, Figure.rounded(at(percent, those, Answer::commandAppended)));
                row.put("commandReadP" + percent, Figure.rounded(at(percent, those, Answer::commandRead)));
            }
            ways.add(row);
        }
        return report.table("Milliseconds after the sample was appended, by what the answer met on its way", ways)
                .note(straight.size() + " detections were answered straight; " + bare.size()
                        + " records passed the bare hops. Percentiles are of nearest rank, times whole milliseconds.");
    }

    private static double at(int percent, List<Answer> answers, ToDoubleFunction<Answer> time) {
        return at(percent, answers.stream().mapToDouble(time).toArray());
    }

    private static double at(int percent, double[] values) {
        Double value = Percentile.of(values, percent);
        return value == null ? Double.NaN : value;
    }
}
