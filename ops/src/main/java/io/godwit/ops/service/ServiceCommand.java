package io.godwit.ops.service;

import io.godwit.ceprules.CepService;
import io.godwit.executors.CommandExecutorService;
import io.godwit.monitors.Endpoint;
import io.godwit.monitors.HostsService;
import io.godwit.monitors.MonitorService;
import io.godwit.monitors.hosts.simulated.DataCentre;
import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.monitors.hosts.simulated.remote.RemoteDataCentre;
import io.godwit.ops.cli.CommonOptions;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.cli.Refused;
import io.godwit.ops.region.HttpConfig;
import io.godwit.ops.region.RegionConfig;
import io.godwit.ops.serve.HealthServer;
import io.godwit.ops.settings.Settings;
import io.godwit.ops.webhooks.WebhookService;
import io.godwit.overlaysync.OverlayMetrics;
import io.godwit.overlaysync.OverlayService;
import io.godwit.overlaysync.SealService;
import io.godwit.overlaysync.mirror.MirrorService;
import io.godwit.schedulers.SchedulerService;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.service.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs one service of one site in this process until it is told to stop. */
public abstract class ServiceCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceCommand.class);

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--slot",
            paramLabel = "NAME",
            description = "Place of this process among those of its service; the same after a restart (default:"
                    + " ${DEFAULT-VALUE}).")
    String slotName = "1";

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "Port of metrics and health, instead of http.port.")
    Integer httpPort;

    /** Starts the service. */
    abstract Service start(RegionConfig region, KafkaSettings kafka, Slot slot);

    abstract String service();

    /** Adds to the log what the service relies on, before it starts. */
    void prepare(RegionConfig region, SiteKafka kafka) {}

    /** Starts what belongs to the service and has a health of its own. */
    List<Service> beside(RegionConfig region, SiteKafka kafka, Slot slot) {
        return List.of();
    }

    @Override
    public void run() {
        RegionConfig region = common.region();
        Settings.lines(region).forEach(line -> LOG.debug("setting {}", line));
        List<String> changed = Settings.changed(region, RegionConfig.DEFAULTS);
        if (!changed.isEmpty()) {
            System.err.println("settings  " + String.join(" ", changed));
        }
        SiteKafka kafka = common.homeOnceItAnswers(LOG::warn);
        check(region, kafka);
        prepare(region, kafka);
        HttpConfig http = new HttpConfig(
                region.http().address(), httpPort == null ? region.http().port() : httpPort);
        Slot slot = new Slot(service(), slotName);
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        List<Service> running = new CopyOnWriteArrayList<>();
        try {
            running.add(start(region, kafka.settings(), slot));
            running.addAll(beside(region, kafka, slot));
            try (HealthServer server = HealthServer.start(http, () -> running)) {
                System.err.println(slot + " of site " + kafka.site() + " runs; http://" + server.address()
                        + "/metrics and /health");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitStop(stop, stopped), "stop"));
                stop.await();
            }
        } catch (IOException failed) {
            throw new Failed(failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            running.reversed().forEach(Service::close);
            stopped.countDown();
        }
    }

    /** SIGTERM and Ctrl-C stop in order: the process ends when the service has. */
    private static void awaitStop(CountDownLatch stop, CountDownLatch stopped) {
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void check(RegionConfig region, SiteKafka kafka) {
        try (Admin admin = kafka.admin()) {
            List<String> faults = Topics.check(admin, kafka.site(), region.shape());
            if (!faults.isEmpty()) {
                throw new Refused(String.join("\n", faults));
            }
            BrokerCheck.faults(admin).forEach(LOG::warn);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static DataCentre remote(RegionConfig region) {
        return new RemoteDataCentre(
                Endpoint.parse("hosts.listen", region.hosts().listen()));
    }

    @Command(
            name = "hosts",
            description = "Runs the simulated data centre of a site alone; it outlives the other services.")
    public static final class Hosts extends ServiceCommand {
        @Override
        String service() {
            return "hosts";
        }

        @Override
        void prepare(RegionConfig region, SiteKafka kafka) {
            SimulatedFleet fleet = DataCentres.of(region.hosts(), kafka.site()).fleet();
            try (Log log = new KafkaLog(kafka, kafka.site())) {
                FirstRecords.refuseOthers(log, kafka, fleet);
                FirstRecords.append(kafka, log, FirstRecords.joins(fleet), "auto", "godwit hosts");
            }
        }

        @Override
        Service start(RegionConfig region, KafkaSettings kafka, Slot slot) {
            return HostsService.start(region.hosts(), kafka, slot);
        }
    }

    @Command(name = "monitor", description = "Runs a monitor alone.")
    public static final class Monitor extends ServiceCommand {
        @Override
        String service() {
            return "monitor";
        }

        @Override
        Service start(RegionConfig region, KafkaSettings kafka, Slot slot) {
            return MonitorService.start(
                    region.monitor(), kafka, slot, new HostAccess(region, remote(region)).openers());
        }
    }

    @Command(name = "cep", description = "Runs a detector alone.")
    public static final class Cep extends ServiceCommand {
        @Override
        String service() {
            return "cep";
        }

        @Override
        Service start(RegionConfig region, KafkaSettings kafka, Slot slot) {
            return CepService.start(region.cep(), kafka, slot);
        }
    }

    @Command(name = "scheduler", description = "Runs a scheduler alone.")
    public static final class Scheduler extends ServiceCommand {
        @Override
        String service() {
            return "scheduler";
        }

        @Override
        void prepare(RegionConfig region, SiteKafka kafka) {
            try (Log log = new KafkaLog(kafka, kafka.site())) {
                FirstRecords.announce(kafka, log, region.scheduler().decisions());
            }
        }

        @Override
        Service start(RegionConfig region, KafkaSettings kafka, Slot slot) {
            return SchedulerService.start(region.scheduler(), kafka, slot);
        }
    }

    @Command(name = "executor", description = "Runs an executor alone.")
    public static final class Executor extends ServiceCommand {
        @Override
        String service() {
            return "executor";
        }

        @Override
        Service start(RegionConfig region, KafkaSettings kafka, Slot slot) {
            HostAccess hosts = new HostAccess(region, remote(region));
            return CommandExecutorService.start(
                    region.executor(), kafka, slot, hosts.hypervisors(slot), hosts.fencer());
        }
    }

    @Command(name = "notifier", description = "Posts what rules with action notify detect to the region's webhooks.")
    public static final class Notifier extends ServiceCommand {
        @Override
        String service() {
            return "notifier";
        }

        @Override
        Service start(RegionConfig region, KafkaSettings kafka, Slot slot) {
            if (region.webhooks().isEmpty()) {
                throw new IllegalArgumentException(
                        "region.yaml names no webhook; name one below webhooks, with its url");
            }
            return WebhookService.start(region.webhooks(), kafka, slot);
        }
    }

    @Command(
            name = "overlay",
            description =
                    "Runs the second witness, the network map, the sealer and the mirror of the other sites alone.")
    public static final class Overlay extends ServiceCommand {
        @Override
        String service() {
            return "overlay";
        }

        @Override
        Service start(RegionConfig region, KafkaSettings kafka, Slot slot) {
            return OverlayService.start(
                    region.overlay(), kafka, slot, new HostAccess(region, remote(region)).reachability(slot));
        }

        @Override
        List<Service> beside(RegionConfig region, SiteKafka kafka, Slot slot) {
            List<Service> beside = new ArrayList<>();
            beside.add(SealService.start(
                    kafka.settings(),
                    new Slot("sealer", slot.name()),
                    region.overlay().sealPeriod()));
            List<KafkaSettings> sites = common.everySite();
            if (sites.size() > 1) {
                beside.add(MirrorService.start(
                        sites, Set.of(kafka.site()), region.overlay().mirrorAddress(), OverlayMetrics.shared()));
            }
            return beside;
        }
    }
}
