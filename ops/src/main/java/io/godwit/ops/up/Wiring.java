package io.godwit.ops.up;

import io.godwit.ceprules.CepService;
import io.godwit.executors.CommandExecutorService;
import io.godwit.monitors.MonitorService;
import io.godwit.monitors.hosts.simulated.DataCentre;
import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.monitors.hosts.simulated.HostsConfig;
import io.godwit.ops.region.RegionConfig;
import io.godwit.ops.service.HostAccess;
import io.godwit.ops.webhooks.WebhookService;
import io.godwit.overlaysync.OverlayMetrics;
import io.godwit.overlaysync.OverlayService;
import io.godwit.overlaysync.SealService;
import io.godwit.overlaysync.mirror.MirrorService;
import io.godwit.schedulers.SchedulerConfig;
import io.godwit.schedulers.SchedulerService;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.service.Service;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Which services "up" runs, each in slot 1; the data centre of simulated hosts is in this process as well. */
final class Wiring implements RegionRun.Services, AutoCloseable {
    private static final String SLOT = "1";

    private final UpPlan plan;
    private final Map<String, DataCentre> dataCentres = new ConcurrentHashMap<>();

    Wiring(UpPlan plan) {
        this.plan = plan;
    }

    @Override
    public List<Starter> of(String site, RegionRun run, KafkaSettings settings) {
        RegionConfig region = plan.region();
        Path state = run.data().state().resolve(site);
        HostAccess hosts = new HostAccess(region, dataCentre(site, settings));
        SchedulerConfig scheduler = new SchedulerConfig(
                state,
                region.scheduler().threads(),
                region.scheduler().commitInterval(),
                region.scheduler().decisions());
        List<Starter> starters = new ArrayList<>(List.of(
                kafka -> MonitorService.start(region.monitor(), kafka, slot("monitor"), hosts.openers()),
                kafka -> CepService.start(region.cep(), kafka, slot("cep")),
                kafka -> SchedulerService.start(scheduler, kafka, slot("scheduler")),
                kafka -> CommandExecutorService.start(
                        region.executor().in(state),
                        kafka,
                        slot("executor"),
                        hosts.hypervisors(slot("executor")),
                        hosts.fencer()),
                kafka -> OverlayService.start(
                        region.overlay(), kafka, slot("overlay"), hosts.reachability(slot("overlay"))),
                kafka -> SealService.start(
                        kafka, slot("sealer"), region.overlay().sealPeriod())));
        if (!region.webhooks().isEmpty()) {
            starters.add(kafka -> WebhookService.start(region.webhooks(), kafka, slot("notifier")));
        }
        return starters;
    }

    @Override
    public List<Service> between(List<KafkaSettings> sites) {
        return sites.size() < 2
                ? List.of()
                : List.of(MirrorService.start(
                        sites,
                        sites.stream().map(KafkaSettings::site).collect(Collectors.toSet()),
                        plan.region().overlay().mirrorAddress(),
                        OverlayMetrics.shared()));
    }

    /** That of the plan, gone on from where the log left it; where hosts are real, one that nobody asks. */
    private DataCentre dataCentre(String site, KafkaSettings settings) {
        DataCentres centre = plan.simulated().getOrDefault(site, DataCentres.of(HostsConfig.DEFAULTS, site));
        try (Log log = new KafkaLog(new SiteKafka(settings), site)) {
            DataCentre started = centre.start(log, InstantSource.system());
            dataCentres.put(site, started);
            return started;
        }
    }

    private static Slot slot(String service) {
        return new Slot(service, SLOT);
    }

    /** Ends the data centres; after the services. */
    @Override
    public void close() {
        dataCentres.values().forEach(DataCentre::close);
    }
}
