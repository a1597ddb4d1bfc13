package io.godwit.ittests.kills;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.CepService;
import io.godwit.executors.CommandExecutorService;
import io.godwit.executors.ExecutorConfig;
import io.godwit.executors.fencing.NoFencer;
import io.godwit.executors.simulated.SimulatedHypervisor;
import io.godwit.monitors.MonitorConfig;
import io.godwit.monitors.MonitorService;
import io.godwit.monitors.hosts.simulated.SimulatedOpener;
import io.godwit.overlaysync.OverlayConfig;
import io.godwit.overlaysync.OverlayService;
import io.godwit.schedulers.SchedulerConfig;
import io.godwit.schedulers.SchedulerService;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.service.Service;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A whole region, its services in the test's process as in "up", its broker a child: 8 hosts with 80 VMs under high load. */
final class LiveRegion implements AutoCloseable {
    static final int SEGMENTS = 4;

    private static final int HOSTS = 8;
    private static final int VMS = 80;
    private static final int LOAD_PERCENT = 74;
    private static final Duration LOAD_CHANGE = Duration.ofSeconds(15);

    private final TestSite site;
    private final SimulatedHosts hosts;
    private final List<Service> services = new ArrayList<>();

    private LiveRegion(TestSite site, SimulatedHosts hosts) {
        this.site = site;
        this.hosts = hosts;
    }

    static LiveRegion start(Path folder, Class<?> test) throws IOException {
        TestSite site = TestSite.start(folder, test, SEGMENTS);
        LiveRegion region =
                new LiveRegion(site, SimulatedHosts.start(site, HOSTS, VMS, SEGMENTS, LOAD_PERCENT, LOAD_CHANGE));
        site.mode("auto");
        region.startServices();
        return region;
    }

    private void startServices() {
        KafkaSettings kafka = site.kafka().settings();
        Path state = site.folder().resolve("state");
        Slot overlay = slot("overlay");
        Slot executor = slot("executor");
        services.add(MonitorService.start(
                MonitorConfig.DEFAULTS, kafka, slot("monitor"), List.of(new SimulatedOpener(hosts.dataCentre()))));
        services.add(CepService.start(CepConfig.DEFAULTS, kafka, slot("cep")));
        services.add(SchedulerService.start(
                new SchedulerConfig(state, 1, Duration.ofMillis(20), DecisionSettings.DEFAULTS),
                kafka,
                slot("scheduler")));
        services.add(CommandExecutorService.start(
                ExecutorConfig.DEFAULTS.in(state),
                kafka,
                executor,
                List.of(new SimulatedHypervisor(hosts.dataCentre(), executor.toString())),
                new NoFencer()));
        services.add(OverlayService.start(
                OverlayConfig.DEFAULTS, kafka, overlay, TestConfigs.reachability(hosts.dataCentre(), overlay)));
    }

    private static Slot slot(String service) {
        return new Slot(service, "1");
    }

    TestSite site() {
        return site;
    }

    SimulatedHosts hosts() {
        return hosts;
    }

    /** Services that do not do their work, with what they say. */
    List<String> unwell() {
        return services.stream()
                .filter(service ->
                        !service.health().ready() || !service.health().alive())
                .map(service -> service.name() + ": " + service.health().says())
                .toList();
    }

    /** Stops the services against the data's way, as "up" does; broker and hosts stay. */
    void stopServices() {
        services.reversed().forEach(Service::close);
        services.clear();
    }

    @Override
    public void close() {
        stopServices();
        hosts.close();
        site.close();
    }
}
