package io.godwit.ops.bench;

import io.godwit.monitors.MonitorConfig;
import io.godwit.monitors.MonitorMetrics;
import io.godwit.monitors.MonitorService;
import io.godwit.monitors.hosts.libvirt.CapacityOverride;
import io.godwit.monitors.hosts.libvirt.LibvirtOpener;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import io.godwit.monitors.hosts.libvirt.SampleBenchmark;
import io.godwit.monitors.hosts.libvirt.TestDriverFile;
import io.godwit.ops.broker.BrokerConfig;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.cli.HostJoins;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.units.Durations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a monitor costs that watches many hosts of libvirt, and one sample of a host with 100 VMs. */
@Command(
        name = "monitor",
        sortOptions = false,
        description = "One monitor on 200 hosts of 50 VMs each (libvirt's test driver, in this process), sampled every"
                + " 2 s into a real broker: CPU and lateness; and the CPU of one sample of 100 VMs.")
final class MonitorBench extends Bench {
    private static final String SITE = "bench";
    private static final int BIG = 100;
    private static final double CORES_MOST = 0.5;
    private static final double SAMPLE_MILLIS_MOST = 2;
    private static final int PERIODS_MOST = 2;

    @Option(names = "--hosts", paramLabel = "N", description = "Hosts (default: 200).")
    int hosts = 200;

    @Option(names = "--vms", paramLabel = "N", description = "VMs of each host (default: 50).")
    int vms = 50;

    @Option(names = "--sample-period", paramLabel = "D", description = "Distance of samples (default: 2s).")
    String samplePeriod = "2s";

    @Option(
            names = "--for",
            paramLabel = "D",
            description = "How long it measures, after as long a warm-up (default: 1m).")
    String length = "1m";

    @Override
    Report measure(Path folder) throws IOException, InterruptedException {
        if (hosts < 1 || vms < 1 || vms > 1000) {
            throw new IllegalArgumentException(
                    "--hosts is " + hosts + " and --vms " + vms + "; give at least 1 host and 1 to 1000 VMs");
        }
        Duration period = Durations.parse(samplePeriod);
        Duration window = Durations.parse(length);
        SampleBenchmark.Row one = SampleBenchmark.run(TestDriverFile.withDomains(folder, BIG));
        say("one sample is measured; " + hosts + " hosts of " + vms + " VMs follow, " + 2 * window.toSeconds() + " s");
        Report report = new Report()
                .figure(Figure.of("one sample of 100 VMs, beyond libvirt's call", "CPU ms", one.beyondTheCall())
                        .beside("libvirt's bulk call, states only", one.bareBulkCall())
                        .heldTo(Target.valueAtMost(SAMPLE_MILLIS_MOST)))
                .figure(Figure.of("one look at 100 VMs by short calls, libvirt included", "CPU ms", one.oneByOne())
                        .beside("libvirt's bulk call, states only", one.bareBulkCall()));
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"), BrokerConfig.DEFAULTS, 0)) {
            SiteKafka kafka = new SiteKafka(KafkaSettings.of(SITE, broker.bootstrap()));
            join(kafka, Files.createDirectories(folder.resolve("hosts")));
            watch(kafka, period, window, one, report);
        }
        return report.note("The test driver runs within this process, so libvirt's part is in the figures, and its"
            + " bulk call knows states only: these hosts are looked at by two short calls for each VM. Beyond the"
            + " call, one sample is measured on an answer as QEMU gives it, of "
                        + one.numbers() + " numbers for each VM.")
                .note("CPU is that of the whole process: looks, encoding, the Kafka client, the group, JIT and GC.");
    }

    private void join(SiteKafka kafka, Path folder) throws IOException {
        try (Admin admin = kafka.admin()) {
            List<String> _ = Topics.create(admin, SITE, new Topics.Shape(Topics.Shape.SEGMENTS, 1, -1, false));
        }
        List<HostJoins.Wanted> wanted = new ArrayList<>();
        for (int host = 0; host < hosts; host++) {
            String uri = TestDriverFile.withDomains(folder, "h" + host, host * vms, vms);
            wanted.add(new HostJoins.Wanted("host-" + host, "r" + host / 10, "h" + host, uri));
        }
        try (Log log = new KafkaLog(kafka, SITE)) {
            List<?> _ = HostJoins.append(
                    kafka, HostJoins.inventory(log), Topics.Shape.SEGMENTS, wanted, "bench", "to measure");
        }
    }

    private void watch(SiteKafka kafka, Duration period, Duration window, SampleBenchmark.Row one, Report report)
            throws InterruptedException {
        MonitorConfig config =
                new MonitorConfig(period, MonitorConfig.DEFAULTS.roundTripPeriod(), MonitorConfig.DEFAULTS.listen());
        LibvirtOpener opener = new LibvirtOpener(LibvirtSettings.DEFAULTS, _ -> CapacityOverride.NONE);
        long self = ProcessHandle.current().pid();
        try (MonitorService monitor =
                MonitorService.start(config, kafka.settings(), new Slot("monitor", "1"), List.of(opener))) {
            awaitAllWatched(monitor);
            Thread.sleep(window);
            double droppedBefore = dropped();
            double cpuBefore = ProcessFigures.cpuSeconds(self);
            Map<String, Double> threadsBefore = ProcessFigures.threadCpuSeconds(self);
            long from = System.currentTimeMillis();
            Thread.sleep(window);
            double seconds = (System.currentTimeMillis() - from) / 1000.0;
            double cores = (ProcessFigures.cpuSeconds(self) - cpuBefore) / seconds;
            Map<String, Double> threads = ProcessFigures.threadCpuSeconds(self);
            double dropped = dropped() - droppedBefore;
            Lateness lateness = lateness(kafka, from, from + Math.round(seconds * 1000));
            double bareCores = hosts * (one.bareBulkCall() * vms / BIG) / period.toMillis();
            report.figure(Figure.of("CPU of the monitor's process", "cores", cores)
                            .beside("libvirt's bulk calls alone, states only", bareCores)
                            .heldTo(Target.valueAtMost(CORES_MOST)))
                    .figure(Figure.of("samples in the log", "per s", lateness.samples() / seconds)
                            .beside("hosts / period", hosts * 1000.0 / period.toMillis())
                            .heldTo(Target.ratioAtLeast(0.98)))
                    .figure(Figure.of("longest time between two samples of a host", "s", lateness.longestMillis() / 1e3)
                            .beside("sample period", period.toMillis() / 1e3)
                            .heldTo(Target.ratioAtMost(PERIODS_MOST)))
                    .figure(Figure.of("samples dropped", "samples", dropped).heldTo(Target.valueAtMost(0)))
                    .figure(Figure.of("resident", "MiB", ProcessFigures.residentBytes(self) / (double) (1 << 20)));
            report.table("Threads by CPU", ThreadShares.rows(threadsBefore, threads, "cores", seconds));
        }
    }

    private void awaitAllWatched(MonitorService monitor) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!monitor.health().says().endsWith(hosts + " hosts")) {
            if (System.nanoTime() > until) {
                throw new Failed("the monitor does not watch " + hosts + " hosts after 2 minutes: "
                        + monitor.health().says());
            }
            Thread.sleep(100);
        }
    }

    private static double dropped() {
        double sum = 0;
        for (MonitorMetrics.Dropped reason : MonitorMetrics.Dropped.values()) {
            sum += MonitorMetrics.droppedSoFar(reason);
        }
        return sum;
    }

    private record Lateness(long samples, long longestMillis) {}

    /** By the broker's times, of the samples within a span. */
    private static Lateness lateness(SiteKafka kafka, long fromMillis, long untilMillis) {
        Map<String, Long> last = new HashMap<>();
        long[] found = {0, 0};
        long sampled = EventCodec.fingerprint(HostSampled.class);
        try (Log log = new KafkaLog(kafka, SITE)) {
            List<LogRange> all = IntStream.range(0, log.segments())
                    .mapToObj(segment -> LogRange.all(Topic.OBSERVATIONS, segment))
                    .toList();
            log.scan(all, record -> {
                long at = record.timestampMillis();
                if (EventCodec.fingerprintOf(record.value()) == sampled && at >= fromMillis && at < untilMillis) {
                    Long before = last.put(new String(record.key(), StandardCharsets.UTF_8), at);
                    found[0]++;
                    found[1] = before == null ? found[1] : Math.max(found[1], at - before);
                }
                return true;
            });
        }
        return new Lateness(found[0], found[1]);
    }
}
