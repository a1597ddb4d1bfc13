package io.godwit.ops.up;

import io.godwit.ops.cli.Failed;
import io.godwit.ops.cli.Refused;
import io.godwit.ops.data.DataFolder;
import io.godwit.ops.data.DataRefused;
import io.godwit.ops.data.DiskWatch;
import io.godwit.ops.data.Endpoints;
import io.godwit.ops.region.RegionConfig;
import io.godwit.ops.serve.HealthServer;
import io.godwit.ops.settings.Settings;
import io.godwit.ops.summary.RunFold;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A whole region in this process, brokers apart: started once, watched until it is to stop, stopped in order. */
public final class RegionRun implements AutoCloseable {
    /** Which services run. */
    interface Services {
        /** Services of a site, in the order of the data's way; its log is prepared by now. */
        List<Starter> of(String site, RegionRun run, KafkaSettings kafka);

        /** Services that connect the sites, started when each site's are. */
        List<Service> between(List<KafkaSettings> sites);
    }

    private static final Duration STATUS_EVERY = Duration.ofSeconds(1);
    private static final int SECONDS_BETWEEN_WARNINGS = 60;

    private final UpPlan plan;
    private final Terminal terminal;
    private final Clock clock;
    private final DataFolder data;
    private final Map<String, SiteRun> sites = new LinkedHashMap<>();
    private final BlockingQueue<String> stops = new LinkedBlockingQueue<>();
    private final List<Service> between = new ArrayList<>();
    private HealthServer http;
    private long warnAgainAtSecond;

    private RegionRun(UpPlan plan, Terminal terminal, Clock clock, DataFolder data) {
        this.plan = plan;
        this.terminal = terminal;
        this.clock = clock;
        this.data = data;
    }

    /**
     * Starts brokers and services; returns when all were started, which is before all are ready.
     *
     * @param services what runs where
     */
    static RegionRun start(UpPlan plan, Terminal terminal, Clock clock, Services services) {

        try {
            refuseFullDisk(plan.data());
            DataFolder data = DataFolder.lock(plan.data());
            RegionRun run = new RegionRun(plan, terminal, clock, data);
            try {
                data.claim(plan.fleet());
                run.startAll(services);
                return run;
            } catch (IOException | DataRefused | RuntimeException failed) {
                run.close();
                throw failed;
            }
        } catch (DataRefused refused) {
            throw new Refused(refused.getMessage());
        } catch (IOException failed) {
            throw new Failed(failed.getMessage(), failed);
        }
    }

    private static void refuseFullDisk(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (DiskWatch.look(folder) instanceof DiskWatch.Verdict.Full(String says)) {
            throw new Refused(says);
        }
    }

    private void startAll(Services services) throws IOException {
        http = HealthServer.start(plan.region().http(), this::services);
        Map<String, String> before =
                DataFolder.endpoints(plan.data()).map(Endpoints::bootstrap).orElse(Map.of());
        for (String site : plan.fleet().sites()) {
            SiteRun run = SiteRun.withBroker(site, data.site(site), plan.region(), port(before.get(site)));
            sites.put(site, run);
            run.broker().onDeath(stops::add);
        }
        for (Map.Entry<String, SiteRun> site : sites.entrySet()) {
            site.getValue()
                    .prepare(plan.region(), plan.hosts().get(site.getKey()), plan.mode())
                    .forEach(System.err::println);
        }
        Map<String, String> bootstrap = new TreeMap<>();
        sites.forEach((site, run) -> bootstrap.put(site, run.broker().bootstrap()));
        data.announce(new Endpoints(ProcessHandle.current().pid(), bootstrap, http.address()));
        tell();
        sites.forEach((site, run) -> {
            run.watch(plan.region().segments(), clock, terminal::line);
            run.start(services.of(site, this, run.settings()));
        });
        between.addAll(
                services.between(sites.values().stream().map(SiteRun::settings).toList()));
    }

    private void tell() {
        List<String> changed = Settings.changed(plan.region(), RegionConfig.DEFAULTS);
        if (!changed.isEmpty()) {
            System.err.println("settings  " + String.join(" ", changed));
        }
        System.err.println("data      " + data.path().toAbsolutePath() + ", at most "
                + plan.region().retain() + " of observations kept (--retain)");
        sites.forEach((site, run) -> System.err.println("site      " + site + ": broker "
                + run.broker().bootstrap() + " (process " + run.broker().pid() + "), "
                + plan.hosts().get(site).hosts().size() + " " + plan.fleet().kind() + " hosts, mode " + run.mode()));
        System.err.println("http      http://" + http.address() + "/metrics and /health");
    }

    /** Everything that runs in this process. */
    public List<Service> services() {
        List<Service> all = new ArrayList<>();
        sites.values().forEach(run -> all.addAll(run.services()));
        all.addAll(between);
        return all;
    }

    public DataFolder data() {
        return data;
    }

    /** Ends {@link #await}; called from any thread. */
    public void stop(String why) {
        stops.add(why);
    }

    /**
     * Shows the status line and watches the disk until it is to stop.
     *
     * @return why it stops
     */
    public String await() throws InterruptedException {
        boolean told = false;
        long endNanos =
                plan.stopAfter().map(time -> System.nanoTime() + time.toNanos()).orElse(Long.MAX_VALUE);
        for (long second = 0; ; second++) {
            String stop = stops.poll(STATUS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            if (stop != null) {
                return stop;
            }
            if (!told && services().stream().map(Service::health).allMatch(Health::ready)) {
                told = true;
                System.err.println("ready");
            }
            if (System.nanoTime() >= endNanos) {
                return "--for " + plan.stopAfter().orElseThrow().toSeconds() + "s is over";
            }
            terminal.status(
                    sites.values().stream().map(run -> run.watch().status()).collect(Collectors.joining("   ||   ")));
            lookAtDisk(second);
        }
    }

    /** Looks each second, because others may fill the disk quickly; warns at once and then each minute. */
    private void lookAtDisk(long second) {
        Optional<String> warning = Optional.empty();
        try {
            switch (DiskWatch.look(data.path())) {
                case DiskWatch.Verdict.Enough _ -> {}
                case DiskWatch.Verdict.Low(String says) -> warning = Optional.of(says);
                case DiskWatch.Verdict.Full(String says) -> stop(says);
            }
        } catch (IOException unreadable) {
            warning = Optional.of("cannot be judged: " + unreadable.getMessage());
        }
        if (warning.isEmpty()) {
            warnAgainAtSecond = 0;
        } else if (second >= warnAgainAtSecond) {
            terminal.line("disk: " + warning.get());
            warnAgainAtSecond = second + SECONDS_BETWEEN_WARNINGS;
        }
    }

    /** What the run came to, by site. */
    public Map<String, RunFold> folds() {
        Map<String, RunFold> folds = new LinkedHashMap<>();
        sites.forEach((site, run) -> {
            run.watch().close(); // nobody folds on while it is read
            folds.put(site, run.watch().fold());
        });
        return folds;
    }

    private static int port(String bootstrap) {
        return bootstrap == null ? 0 : URI.create("kafka://" + bootstrap).getPort();
    }

    @Override
    public void close() {
        terminal.end();
        between.forEach(Service::close);
        sites.values().forEach(SiteRun::close);
        if (http != null) {
            http.close();
        }
        try {
            data.close();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
