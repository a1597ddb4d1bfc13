package io.godwit.ittests.lab;

import io.godwit.executors.CommandExecutorService;
import io.godwit.executors.ExecutorConfig;
import io.godwit.executors.fencing.NoFencer;
import io.godwit.executors.libvirt.LibvirtHypervisor;
import io.godwit.executors.migration.Stall;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.service.Service;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An executor of the lab's hosts in a process of its own, to be killed. It ends when its standard input does. */
final class LabExecutorMain {
    /** Shorter than by default, so that a case of the matrix takes less of a test's time; nothing else is changed. */
    static final Duration LOOK_PATIENCE = Duration.ofSeconds(8);

    private LabExecutorMain() {}

    /** Arguments: service, slot name, site, bootstrap, state folder. */
    public static void main(String[] arguments) throws IOException {
        Slot slot = new Slot(arguments[0], arguments[1]);
        try (Service _ = CommandExecutorService.start(
                config(Path.of(arguments[4])),
                KafkaSettings.of(arguments[2], arguments[3]),
                slot,
                List.of(new LibvirtHypervisor(LibvirtSettings.DEFAULTS, true, host -> Lab.BETWEEN.apply(host.uri()))),
                new NoFencer())) {
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        System.exit(0); // whatever threads the clients have left
    }

    private static ExecutorConfig config(Path state) {
        ExecutorConfig usual = ExecutorConfig.DEFAULTS;
        return new ExecutorConfig(
                usual.session(),
                usual.margin(),
                usual.movesPerHost(),
                usual.movesPerLink(),
                usual.bandwidthMax(),
                usual.moveTimeout(),
                LOOK_PATIENCE,
                usual.progressPeriod(),
                Stall.WAIT,
                usual.stalledAfter(),
                state);
    }
}
