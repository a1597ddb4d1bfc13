package io.godwit.ops.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.ops.cli.Failed;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long the verbs that read the past take on a long log, beside the rules alone on records in memory. */
@Command(
        name = "backtest",
        sortOptions = false,
        description = "Seconds of rule backtest and of a list --at on a recorded day, beside the rule alone on the same"
                + " records in memory. Writes 0.5 MB to --work for each host and hour.")
final class BacktestBench extends Bench {
    private static final ByteSize HEAP = ByteSize.ofMebibytes(2048);
    private static final double BACKTEST_SECONDS = 120;
    private static final double SHARE_OF_MEMORY = 0.5;
    private static final double AT_SECONDS = 2;
    private static final Duration HELD = Duration.ofMinutes(45);
    private static final int WARM_UP_ROUNDS = 2;

    /** The dearest of the documented examples. */
    private static final String RULE = """
        // name: full-both-ways
        // purpose: A host is short of both CPU and memory.
        select hostId, avg(cpuPermille) as value from HostSample(memoryPermille > 300)#time(60 sec)
        group by hostId having avg(cpuPermille) > 600 and count(*) >= 3
        """;

    @Option(names = "--hosts", paramLabel = "N", description = "Hosts, ten VMs each (default: 1000).")
    int hosts = 1000;

    @Option(names = "--hours", paramLabel = "N", description = "Hours of log, sampled every 10 s (default: 24).")
    int hours = 24;

    @Option(
            names = "--rule",
            paramLabel = "FILE.epl",
            description =
                    "Rule to try (default: the mean of a minute by host, the dearest of the documented examples).")
    Path file;

    @Override
    Report measure(Path folder) throws IOException, InterruptedException {
        if (hosts < 12 || hours < 1) {
            throw new IllegalArgumentException(
                    "--hosts is " + hosts + " and --hours " + hours + "; give at least 12 hosts and 1 hour");
        }
        Path rule = file == null ? Files.writeString(folder.resolve("rule.epl"), RULE) : file;
        if (!(RuleCheck.check(Files.readString(rule)) instanceof RuleCheck.Admitted admitted)) {
            throw new IllegalArgumentException(rule + " may not run; godwit rule check " + rule + " says why");
        }
        Path log = folder.resolve("log");
        say("writing " + hours + " h of " + hosts + " hosts");
        long samples = DayLog.write(log, hosts, Duration.ofHours(hours));
        say(samples + " samples; the rule alone, in memory");
        double limit = inMemory(log, admitted.compiled());
        say("rule backtest");
        VerbChild.Said backtest = VerbChild.run(
                HEAP,
                List.of(
                        "rule",
                        "backtest",
                        rule.toString(),
                        "--log",
                        log.toString(),
                        "--since",
                        hours + "h",
                        "-o",
                        "json"));
        JsonNode told = new ObjectMapper().readTree(backtest.out());
        say("host list --at");
        Instant middle = DayLog.BEGINNING.plus(Duration.ofMinutes(30L * hours));
        VerbChild.Said at =
                VerbChild.run(HEAP, List.of("host", "list", "--log", log.toString(), "--at", middle.toString()));
        return new Report()
                .figure(Figure.of("rule backtest, from start to end", "s", backtest.seconds())
                        .heldTo(Target.valueAtMost(BACKTEST_SECONDS)))
                .figure(Figure.of(
                                "its observations",
                                "1/s",
                                told.get("observations").asLong() / backtest.seconds())
                        .beside("the rule alone on records in memory", limit)
                        .heldTo(Target.ratioAtLeast(SHARE_OF_MEMORY)))
                .figure(Figure.of("host list --at", "s", at.seconds()).heldTo(Target.valueAtMost(AT_SECONDS)))
                .note(samples + " samples of " + hosts + " hosts over " + hours + " h, "
                        + told.get("observations").asLong() + " observations, "
                        + told.get("detections").asLong() + " detections.");
    }

    /** Observations per second, decoding included, with as many threads as the verb takes, once warm. */
    private static double inMemory(Path folder, CompiledRule rule) throws InterruptedException {
        List<List<LogRecord>> held = held(folder);
        double best = 0;
        for (int round = 0; round < WARM_UP_ROUNDS + 2; round++) {
            int threads = Runtime.getRuntime().availableProcessors();
            long began = System.nanoTime();
            try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
                List<Future<?>> running = new ArrayList<>();
                for (int segment = 0; segment < held.size(); segment++) {
                    int number = segment;
                    running.add(workers.submit(() -> feed(number, held.get(number), rule)));
                }
                for (Future<?> one : running) {
                    one.get();
                }
            } catch (ExecutionException failed) {
                throw new Failed(
                        "the rule failed in memory: " + failed.getCause().getMessage(), failed.getCause());
            }
            double perSecond = held.stream().mapToLong(List::size).sum() / ((System.nanoTime() - began) / 1e9);
            best = round < WARM_UP_ROUNDS ? 0 : Math.max(best, perSecond);
        }
        return best;
    }

    private static void feed(int segment, List<LogRecord> records, CompiledRule rule) {
        try (SegmentDetector detector = SegmentDetector.open(
                segment, new OpenDetections(segment), Place.BEGINNING, List.of(), (_, _, _, _) -> {})) {
            detector.activate(List.of(rule));
            records.forEach(detector::take);
        }
    }

    private static List<List<LogRecord>> held(Path folder) {
        List<List<LogRecord>> held = new ArrayList<>();
        try (Log log = new DirectoryLog(folder)) {
            for (int segment = 0; segment < log.segments(); segment++) {
                List<LogRecord> records = new ArrayList<>();
                long end = log.offsetAt(Topic.OBSERVATIONS, segment, DayLog.BEGINNING.plus(HELD));
                log.scan(List.of(new LogRange(Topic.OBSERVATIONS, segment, 0, end)), records::add);
                held.add(records);
            }
        }
        return held;
    }
}
