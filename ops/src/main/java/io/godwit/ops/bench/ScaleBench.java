package io.godwit.ops.bench;

import io.godwit.ops.cli.Failed;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.units.ByteSize;
import io.godwit.schemas.units.Durations;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether a big region keeps up on this machine, and what binds. */
@Command(
        name = "scale",
        sortOptions = false,
        description = "10000 hosts and 100000 VMs through the real log, sampled every 10 s: does the lag grow, and who"
                + " uses the CPU?")
final class ScaleBench extends Bench {
    private static final Duration READY_MAX = Duration.ofMinutes(10);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
    private static final double GROWTH_SHARE = 0.01; // of the sample rate: a lag that grows by less is not growing
    private static final double FLOOR_SECONDS = 3; // rules commit once a second, so a lag below that is none
    private static final double SAMPLES_SHARE = 0.98; // of what hosts and period promise
    private static final double MEBIBYTE = 1 << 20;

    @Option(names = "--hosts", paramLabel = "N", description = "Hosts (default: 10000).")
    int hosts = 10_000;

    @Option(names = "--vms", paramLabel = "N", description = "VMs (default: ten per host).")
    Integer vms;

    @Option(names = "--racks", paramLabel = "N", description = "Racks (default: one per 25 hosts).")
    Integer racks;

    @Option(names = "--sample-period", paramLabel = "D", description = "Distance of samples (default: 10s).")
    String samplePeriod = "10s";

    @Option(names = "--for", paramLabel = "D", description = "How long it measures (default: 10m).")
    String length = "10m";

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            description = "Largest heap of the services' process (default: 3GiB).")
    String heap = "3GiB";

    /** One look at the region. */
    private record Look(
            double seconds,
            double samples,
            long rulesLag,
            long schedulersLag,
            double servicesCpu,
            double brokerCpu,
            double mebibytes) {}

    @Override
    Report measure(Path folder) throws IOException, InterruptedException {
        Duration measured = Durations.parse(length);
        List<String> options = List.of(
                "--hosts",
                Integer.toString(hosts),
                "--vms",
                Integer.toString(vms == null ? Math.multiplyExact(hosts, 10) : vms),
                "--racks",
                Integer.toString(racks == null ? Math.max(1, hosts / 25) : racks),
                "--sample-period",
                samplePeriod);
        try (UpChild up =
                UpChild.start(folder, ByteSize.parse(heap), READY_MAX.plus(measured.multipliedBy(2)), options)) {
            say("starting " + hosts + " hosts");
            Duration ready = up.awaitReady(READY_MAX);
            say("ready after " + ready.toSeconds() + " s; measuring for " + measured.toSeconds() + " s");
            var site = up.endpoints().bootstrap().entrySet().iterator().next();
            SiteKafka kafka = new SiteKafka(KafkaSettings.of(site.getKey(), site.getValue()));
            Map<String, Double> threadsBefore = ThreadShares.of(up);
            List<Look> looks = new ArrayList<>();
            try (Admin admin = kafka.admin();
                    HttpClient http = HttpClient.newHttpClient()) {
                Duration began = up.age();
                while (looks.isEmpty() || looks.getLast().seconds() < measured.toSeconds()) {
                    looks.add(look(up, admin, http, kafka.site(), began));
                    say(row(looks.getLast()).toString());
                    up.run(LOOK_EVERY);
                }
            }
            return report(looks, threadsBefore, ThreadShares.of(up), ready);
        }
    }

    private static Look look(UpChild up, Admin admin, HttpClient http, String site, Duration began)
            throws IOException, InterruptedException {
        double brokerCpu = 0;
        double bytes = ProcessFigures.residentBytes(up.pid());
        for (long broker : up.brokers()) {
            brokerCpu += ProcessFigures.cpuSeconds(broker);
            bytes += ProcessFigures.residentBytes(broker);
        }
        return new Look(
                up.age().minus(began).toMillis() / 1000.0,
                samples(http, up.endpoints().http()),
                GroupLag.records(admin, site, "cep", Topic.OBSERVATIONS),
                GroupLag.records(admin, site, "scheduler", Topic.OBSERVATIONS),
                ProcessFigures.cpuSeconds(up.pid()),
                brokerCpu,
                bytes / MEBIBYTE);
    }

    /** Samples that stand in the log since the start, as the monitor counts them. */
    private static double samples(HttpClient http, String address) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://" + address + "/metrics"))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return answer.body()
                .lines()
                .filter(line -> line.startsWith("godwit_monitor_samples_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private Report report(
            List<Look> looks, Map<String, Double> threadsBefore, Map<String, Double> threadsAfter, Duration ready) {
        Look first = looks.getFirst();
        Look last = looks.getLast();
        double seconds = last.seconds() - first.seconds();
        if (seconds <= 0) {
            throw new Failed(
                    "--for is too short: lag is looked at every " + LOOK_EVERY.toSeconds() + " s; give 1m or more");
        }
        double promised = hosts / (Durations.parse(samplePeriod).toMillis() / 1000.0);
        int processors = Runtime.getRuntime().availableProcessors();
        double cpu = last.servicesCpu() - first.servicesCpu() + last.brokerCpu() - first.brokerCpu();
        Report report = new Report()
                .figure(Figure.of("samples into the log", "1/s", (last.samples() - first.samples()) / seconds)
                        .beside("hosts / period", promised)
                        .heldTo(Target.ratioAtLeast(SAMPLES_SHARE)))
                .figure(growth("lag of rules grows by", looks, Look::rulesLag, promised))
                .figure(growth("lag of schedulers grows by", looks, Look::schedulersLag, promised))
                .figure(Figure.of("lag of rules at the end", "records", (double) last.rulesLag()))
                .figure(Figure.of("lag of schedulers at the end", "records", (double) last.schedulersLag()))
                .figure(Figure.of("CPU, brokers included", "cores", cpu / seconds)
                        .beside("processors", processors))
                .figure(Figure.of("resident, brokers included", "MiB", last.mebibytes()))
                .figure(Figure.of("start to ready", "s", ready.toMillis() / 1000.0));
        List<Map<String, Object>> shares = ThreadShares.rows(threadsBefore, threadsAfter, "cores", seconds);
        report.table("Over time", looks.stream().map(ScaleBench::row).toList());
        report.table("Threads by CPU", shares);
        if (!shares.isEmpty()) {
            report.note(String.format(
                    Locale.ROOT,
                    "%.2f of %d cores are used here; beyond this the CPU binds first, most of it in \"%s\".",
                    cpu / seconds,
                    processors,
                    shares.getFirst().get("threads")));
        }
        return report;
    }

    private static Figure growth(String name, List<Look> looks, ToDoubleFunction<Look> lag, double promised) {
        List<Trend.Point> points = looks.stream()
                .map(look -> new Trend.Point(look.seconds(), lag.applyAsDouble(look)))
                .toList();
        // ticks and heartbeats of each segment come once a second, besides the samples
        double floor = FLOOR_SECONDS * (promised + 2 * Topics.Shape.SEGMENTS);
        return Figure.of(name, "records/s", Trend.perSecond(Trend.above(floor, Trend.secondHalf(points))))
                .heldTo(Target.valueAtMost(promised * GROWTH_SHARE));
    }

    private static Map<String, Object> row(Look look) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("seconds", Figure.rounded(look.seconds()));
        row.put("samples", Figure.rounded(look.samples()));
        row.put("rulesLag", look.rulesLag());
        row.put("schedulersLag", look.schedulersLag());
        row.put("servicesCpuSeconds", Figure.rounded(look.servicesCpu()));
        row.put("brokerCpuSeconds", Figure.rounded(look.brokerCpu()));
        row.put("residentMebibytes", Figure.rounded(Math.rint(look.mebibytes())));
        return row;
    }
}
