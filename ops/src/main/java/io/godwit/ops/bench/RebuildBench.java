package io.godwit.ops.bench;

import io.godwit.ops.broker.BrokerConfig;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.summary.Percentile;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.PositionalLoop;
import io.godwit.schemas.state.RegionState;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How fast the state of hosts and VMs is made again from the log, against merely reading the same records. */
@Command(
        name = "rebuild",
        sortOptions = false,
        description = "Samples per client CPU second: read only, folded as the product does, and in a bare loop.")
final class RebuildBench extends Bench {
    private static final String SITE = "bench";
    private static final Duration POLL = Duration.ofMillis(500);
    private static final double TARGET = 0.3;
    private static final int WARM_UP_ROUNDS = 3; // below that the compiler's own CPU is a good part of what is measured
    private static final int PASSES = 3;

    @Option(names = "--samples", paramLabel = "N", description = "Samples in the log (default: 300000).")
    int samples = 300_000;

    @Option(names = "--hosts", paramLabel = "N", description = "Hosts, ten VMs each (default: 10000).")
    int hosts = 10_000;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds after those that warm up (default: 3).")
    int rounds = 3;

    /** Reads all observations once and says how many it took. */
    private interface Way {
        long samples();
    }

    @Override
    Report measure(Path folder) throws IOException {
        if (samples < hosts || hosts < 12 || rounds < 1) {
            throw new IllegalArgumentException("--samples is " + samples + ", --hosts " + hosts + " and --rounds "
                    + rounds + "; give at least 12 hosts, one sample for each, and one round");
        }
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"), BrokerConfig.DEFAULTS, 0)) {
            SiteKafka kafka = new SiteKafka(KafkaSettings.of(SITE, broker.bootstrap()));
            say("writing " + samples + " samples of " + hosts + " hosts with 10 VMs each");
            SampleLog.fill(kafka, hosts, samples);
            Map<String, Way> ways = new LinkedHashMap<>();
            ways.put("read", () -> read(kafka));
            ways.put("fold", () -> fold(kafka));
            ways.put("loop", () -> loop(kafka));
            Map<String, List<Double>> perCpuSecond = new LinkedHashMap<>();
            List<Map<String, Object>> table = new ArrayList<>();
            for (int round = 1 - WARM_UP_ROUNDS; round <= rounds; round++) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("round", round < 1 ? "warm-up" : Integer.toString(round));
                for (Map.Entry<String, Way> way : ways.entrySet()) {
                    double rate = rate(way.getValue(), round < 1 ? 1 : PASSES);
                    row.put(way.getKey(), Figure.rounded(Math.rint(rate)));
                    if (round > 0) {
                        perCpuSecond
                                .computeIfAbsent(way.getKey(), _ -> new ArrayList<>())
                                .add(rate);
                    }
                }
                say("round " + row);
                table.add(row);
            }
            double read = median(perCpuSecond.get("read"));
            String limit = "read only, no decoding";
            return new Report()
                    .figure(Figure.of("fold of the product", "samples/CPU s", median(perCpuSecond.get("fold")))
                            .beside(limit, read)
                            .heldTo(Target.ratioAtLeast(TARGET)))
                    .figure(Figure.of("bare positional loop", "samples/CPU s", median(perCpuSecond.get("loop")))
                            .beside(limit, read))
                    .table("Samples per client CPU second, round by round", table)
                    .note("Medians of " + rounds + " rounds of " + PASSES
                            + " passes; CPU of the whole client process, collector included.");
        }
    }

    /** Samples per second of this process's CPU. */
    private double rate(Way way, int passes) {
        System.gc(); // what another way left behind is not this one's
        double before = cpuSeconds();
        for (int pass = 0; pass < passes; pass++) {
            long taken = way.samples();
            if (taken != samples) {
                throw new Failed("a rebuild took " + taken + " samples of " + samples);
            }
        }
        return (double) samples * passes / (cpuSeconds() - before);
    }

    private static long read(SiteKafka kafka) {
        long bytes = 0;
        long taken = 0;
        try (Consumer<byte[], byte[]> consumer = kafka.reader("bench-read")) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topic.OBSERVATIONS.of(SITE)).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            long end = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (taken < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    bytes += record.value().length;
                    taken++;
                }
            }
        }
        return bytes > 0 ? taken : 0;
    }

    private static long fold(SiteKafka kafka) {
        try (Log log = new KafkaLog(kafka, SITE)) {
            RegionState state = new RegionState(SITE, log.segments());
            log.scan(observations(log), record -> {
                state.take(record);
                return true;
            });
            return state.samples();
        }
    }

    private static long loop(SiteKafka kafka) {
        try (Log log = new KafkaLog(kafka, SITE)) {
            // one for each segment, as the product's fold has it: a table of all ids fits no cache
            List<PositionalLoop> loops =
                    Stream.generate(PositionalLoop::new).limit(log.segments()).toList();
            log.scan(observations(log), record -> {
                loops.get(record.segment()).take(record);
                return true;
            });
            return loops.stream().mapToLong(PositionalLoop::samples).sum();
        }
    }

    private static List<LogRange> observations(Log log) {
        return IntStream.range(0, log.segments())
                .mapToObj(segment -> LogRange.all(Topic.OBSERVATIONS, segment))
                .toList();
    }

    private static double cpuSeconds() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getProcessCpuTime()
                / 1e9;
    }

    private static double median(List<Double> values) {
        return Percentile.of(values.stream().mapToDouble(Double::doubleValue).toArray(), 50);
    }
}
