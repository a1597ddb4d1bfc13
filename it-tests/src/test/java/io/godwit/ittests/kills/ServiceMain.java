package io.godwit.ittests.kills;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.CepService;
import io.godwit.executors.CommandExecutorService;
import io.godwit.executors.fencing.NoFencer;
import io.godwit.executors.simulated.SimulatedHypervisor;
import io.godwit.monitors.Endpoint;
import io.godwit.monitors.MonitorConfig;
import io.godwit.monitors.MonitorService;
import io.godwit.monitors.hosts.simulated.SimulatedOpener;
import io.godwit.monitors.hosts.simulated.remote.RemoteDataCentre;
import io.godwit.overlaysync.OverlayService;
import io.godwit.schedulers.SchedulerConfig;
import io.godwit.schedulers.SchedulerService;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.service.Service;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One service in a process of its own, wired as "up" wires it. It ends when its standard input does, so no test leaves one. */
final class ServiceMain {
    private ServiceMain() {}

    /** Arguments: service, slot name, site, bootstrap, state folder, address:port of the simulated data centre. */
    public static void main(String[] arguments) throws IOException {
        Slot slot = new Slot(arguments[0], arguments[1]);
        KafkaSettings kafka = KafkaSettings.of(arguments[2], arguments[3]);
        Path state = Path.of(arguments[4]);
        RemoteDataCentre hosts = new RemoteDataCentre(Endpoint.parse("hosts.listen", arguments[5]));
        try (Service _ = start(slot, kafka, state, hosts)) {
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        System.exit(0); // whatever threads the clients have left
    }

    private static Service start(Slot slot, KafkaSettings kafka, Path state, RemoteDataCentre hosts) {
        return switch (slot.service()) {
            case "cep" -> CepService.start(CepConfig.DEFAULTS, kafka, slot);
            case "monitor" ->
                MonitorService.start(MonitorConfig.DEFAULTS, kafka, slot, List.of(new SimulatedOpener(hosts)));
            case "scheduler" ->
                SchedulerService.start(
                        new SchedulerConfig(state, 1, Duration.ofMillis(20), DecisionSettings.DEFAULTS), kafka, slot);
            case "executor" ->
                CommandExecutorService.start(
                        TestConfigs.executor(state),
                        kafka,
                        slot,
                        List.of(new SimulatedHypervisor(hosts, slot.toString())),
                        new NoFencer());
            case "overlay" ->
                OverlayService.start(TestConfigs.OVERLAY, kafka, slot, TestConfigs.reachability(hosts, slot));
            default -> throw new IllegalArgumentException("no service is called " + slot.service());
        };
    }
}
