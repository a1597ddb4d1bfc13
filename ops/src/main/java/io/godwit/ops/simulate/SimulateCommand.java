package io.godwit.ops.simulate;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.executors.ExecutorConfig;
import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.monitors.hosts.simulated.HostsConfig;
import io.godwit.ops.cli.ExitCode;
import io.godwit.ops.cli.Printer;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.units.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit simulate}: a region on a virtual clock. */
@Command(
        name = "simulate",
        subcommands = FuzzCommand.class,
        sortOptions = false,
        description = "Runs a region on a virtual clock: the same rules, schedulers, planner and executors as live, on"
                + " simulated hosts. The same options give the same result, byte for byte, but for \"measured\".")
public final class SimulateCommand implements Callable<Integer> {
    private static final int VMS_PER_HOST = 10;

    @Option(names = "--hosts", paramLabel = "N", description = "Hosts (default: 64).")
    int hosts = 64;

    @Option(names = "--vms", paramLabel = "N", description = "VMs (default: ten per host).")
    Integer vms;

    @Option(names = "--racks", paramLabel = "N", description = "Racks (default: one per 32 hosts).")
    Integer racks;

    @Option(names = "--mu", paramLabel = "PERCENT", description = "Mean load of a VM (default: 70).")
    int mu = 70;

    @Option(names = "--sigma", paramLabel = "PERCENT", description = "Its standard deviation (default: 30).")
    int sigma = 30;

    @Option(
            names = "--period",
            paramLabel = "D",
            description = "How often a VM changes its load on average (default: 300s).")
    String period = "300s";

    @Option(names = "--seed", paramLabel = "S", description = "What everything random is drawn from (default: 23).")
    long seed = 23;

    @Option(names = "--duration", paramLabel = "D", description = "Simulated time (default: 1800s).")
    String duration = "1800s";

    @Option(
            names = "--trace",
            paramLabel = "FORMAT:PATH",
            description = "Drives the VMs' load from real traces, as godwit up does.")
    String trace = "";

    @Option(names = "--load-events", paramLabel = "DIR", description = "Short for --trace events:DIR.")
    String loadEvents = "";

    @Option(names = "--sample-period", paramLabel = "D", description = "Distance of a host's samples (default: 1s).")
    String samplePeriod = "1s";

    @Option(
            names = "--record",
            paramLabel = "FOLDER",
            description = "Writes the run's log there, for other verbs to read with --log FOLDER.")
    Path record;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    Printer.Format format = Printer.Format.TABLE;

    @Override
    public Integer call() {
        SimulationPlan plan = plan();
        try (Simulation simulation = new Simulation(plan)) {
            SimulationResult result = simulation.run(_ -> {});
            switch (format) {
                case TABLE -> ResultTable.of(result).forEach(System.out::println);
                case JSON, YAML -> new Printer(System.out, format).whole(new ObjectMapper().valueToTree(result));
            }
        }
        return ExitCode.OK;
    }

    private SimulationPlan plan() {
        String source = loadEvents.isEmpty() ? trace : "events:" + loadEvents;
        HostsConfig config = new HostsConfig(
                hosts,
                vms == null ? Math.multiplyExact(hosts, VMS_PER_HOST) : vms,
                racks == null ? Math.ceilDiv(hosts, 32) : racks,
                seed,
                source,
                mu,
                sigma,
                Durations.parse(period),
                "",
                Duration.ZERO,
                HostsConfig.DEFAULTS.crashDuration(),
                HostsConfig.DEFAULTS.listen());
        DataCentres site = DataCentres.of(config, "sim");
        return new SimulationPlan(
                site.fleet(),
                site.load(),
                site.crashes(),
                site.roundTrips(),
                PowerCurve.linear(100, 200),
                DecisionSettings.DEFAULTS,
                ExecutorConfig.DEFAULTS,
                12,
                Durations.parse(samplePeriod),
                Duration.ofMillis(10),
                Durations.parse(duration),
                Faults.NONE,
                false,
                Optional.ofNullable(record));
    }
}
