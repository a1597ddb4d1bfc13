package io.godwit.ops.bench;

import io.godwit.ops.broker.BrokerConfig;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long a region takes from nothing to its first sample processed, and what memory it then holds. */
@Command(
        name = "ready",
        sortOptions = false,
        description =
                "Time from start to ready of 40 hosts and 400 VMs, and memory 30 s later; beside it a bare broker.")
final class ReadyBench extends Bench {
    private static final ByteSize HEAP = ByteSize.ofGibibytes(1);
    private static final Duration READY_MAX = Duration.ofMinutes(5);
    private static final Duration SETTLE = Duration.ofSeconds(30);
    private static final double MEBIBYTE = 1 << 20;

    @Option(names = "--sites", paramLabel = "N", description = "1 or 2 sites (default: 1).")
    int sites = 1;

    @Override
    Report measure(Path folder) throws IOException, InterruptedException {
        if (sites < 1 || sites > 2) {
            throw new IllegalArgumentException("--sites is " + sites + "; give 1 or 2");
        }
        say("a bare broker first, then " + (sites == 1 ? "one site" : "two sites"));
        double brokerSeconds;
        double brokerBytes;
        double brokerCpu;
        long began = System.nanoTime();
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("bare"), BrokerConfig.DEFAULTS, 0)) {
            brokerSeconds = seconds(Duration.ofNanos(System.nanoTime() - began));
            brokerBytes = ProcessFigures.residentBytes(broker.pid());
            brokerCpu = ProcessFigures.cpuSeconds(broker.pid());
        }
        List<String> options = sites == 1 ? List.of() : List.of("--sites", "a,b");
        try (UpChild up = UpChild.start(folder, HEAP, READY_MAX.plus(SETTLE), options)) {
            Duration said = up.awaitReady(READY_MAX);
            double cpu = ProcessFigures.cpuSeconds(up.pid())
                    + up.brokers().stream()
                            .mapToDouble(ProcessFigures::cpuSeconds)
                            .sum();
            Map<String, Double> threads = ThreadShares.of(up);
            boolean early = false;
            for (var site : up.endpoints().bootstrap().entrySet()) {
                early |= FirstSamples.awaitTaken(site.getKey(), site.getValue(), READY_MAX);
            }
            Duration ready = early ? up.age() : said;
            say("ready after " + said.toMillis() + " ms; memory is read in " + SETTLE.toSeconds() + " s");
            up.run(SETTLE);
            double services = ProcessFigures.residentBytes(up.pid());
            double brokers = up.brokers().stream()
                    .mapToDouble(ProcessFigures::residentBytes)
                    .sum();
            Report report = new Report()
                    .figure(Figure.of("start to ready", "s", seconds(ready))
                            .beside("a bare broker", brokerSeconds)
                            .heldTo(Target.valueAtMost(sites == 1 ? 15 : 45)))
                    .figure(Figure.of("CPU until it said to be ready", "CPU s", cpu)
                            .beside("a bare broker", brokerCpu))
                    .figure(Figure.of("resident, brokers included", "MiB", (services + brokers) / MEBIBYTE)
                            .beside("a bare broker", brokerBytes / MEBIBYTE)
                            .heldTo(Target.valueAtMost(sites == 1 ? 1536 : 3072)))
                    .figure(Figure.of("of it services", "MiB", services / MEBIBYTE))
                    .figure(Figure.of("of it brokers", "MiB", brokers / MEBIBYTE));
            report.table(
                    "Threads by CPU until it said to be ready", ThreadShares.rows(Map.of(), threads, "cpuSeconds", 1));
            if (early) {
                report.note("It said to be ready after " + said.toMillis()
                        + " ms, but rules or schedulers had not yet committed the first sample of each segment (rules"
                        + " commit at least every second).");
            }
            return report;
        }
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
