package io.godwit.ops.up;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.monitors.hosts.simulated.HostsConfig;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.ops.cli.CommonOptions;
import io.godwit.ops.cli.ExitCode;
import io.godwit.ops.cli.Printer;
import io.godwit.ops.cli.RealHosts;
import io.godwit.ops.data.DataFolder;
import io.godwit.ops.data.FleetPlan;
import io.godwit.ops.region.RegionConfig;
import io.godwit.ops.service.FirstRecords;
import io.godwit.ops.settings.Settings;
import io.godwit.ops.summary.RunFold;
import io.godwit.ops.summary.RunSummary;
import io.godwit.ops.summary.SummaryTable;
import io.godwit.schemas.units.ByteSize;
import io.godwit.schemas.units.Durations;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit up}: a region in one command. */
@Command(
        name = "up",
        sortOptions = false,
        description = "Runs a whole region: an embedded broker, every service, and simulated hosts (or real ones with"
                + " --libvirt).",
        footer = {
            "",
            "Tells each detection and each migration in one line. Ctrl-C stops in order; started again on the same"
                    + " data, it goes on.",
            "The disk is watched: a warning below the larger of 1 GiB and 5 %%, a stop in order below 256 MiB."
        })
public final class UpCommand implements Callable<Integer> {
    private static final int VMS_PER_HOST = 10;
    private static final Logger LOG = LoggerFactory.getLogger(UpCommand.class);

    @Option(names = "--hosts", paramLabel = "N", description = "Simulated hosts per site (default: 40).")
    Integer hosts;

    @Option(names = "--vms", paramLabel = "N", description = "VMs per site (default: ten per host).")
    Integer vms;

    @Option(
            names = "--racks",
            paramLabel = "N",
            description = "Racks per site (default: 4, or one per host below that).")
    Integer racks;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the generated load.")
    Long seed;

    @Option(
            names = "--sample-period",
            paramLabel = "D",
            description = "Distance of a host's samples, as in 1s or 500ms (default: 1s).")
    String samplePeriod;

    @Option(
            names = "--retain",
            paramLabel = "SIZE",
            description = "Observations kept per site, as in 2GiB (default: 2GiB).")
    String retain;

    @Option(
            names = "--trace",
            paramLabel = "FORMAT:PATH",
            description = "Drives the VMs' load from real traces: planetlab, bitbrains, google, azure or events; PATH"
                    + " is a file, or a folder of files.")
    String trace = "";

    @Option(
            names = "--libvirt",
            arity = "1..*",
            paramLabel = "[RACK/NAME=]URI[,probe=ADDRESS:PORT]",
            description = "Real hosts instead of simulated ones; starts in mode advise.")
    List<String> libvirt = List.of();

    @Option(
            names = "--sites",
            split = ",",
            paramLabel = "A,B",
            description = "Sites, each with a broker of its own; they mirror each other.")
    List<String> sites = List.of();

    @Option(names = "--for", paramLabel = "D", description = "Stops by itself after this long, with a summary.")
    String stopAfter;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "Summary as table, json or yaml; json and yaml keep all else off standard output.")
    Printer.Format format = Printer.Format.TABLE;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "Where the region's data are kept (default: outside of any checkout).")
    Path data;

    @Option(names = "--config", paramLabel = "FILE", description = "region.yaml; options win over it.")
    Path config;

    @Override
    public Integer call() throws InterruptedException {
        UpPlan plan = plan();
        Settings.lines(plan.region()).forEach(line -> LOG.debug("setting {}", line));
        Terminal terminal = Terminal.of(format != Printer.Format.TABLE);
        CountDownLatch stopped = new CountDownLatch(1);
        Map<String, RunFold> folds;
        String why;
        Wiring wiring = new Wiring(plan);
        RegionRun run = RegionRun.start(plan, terminal, Clock.system(ZoneId.systemDefault()), wiring);
        Thread hook = new Thread(
                () -> {
                    run.stop("stopped");
                    try {
                        stopped.await(); // the process must not end before the log has
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            why = run.await();
            folds = run.folds();
        } finally {
            run.close();
            wiring.close();
        }
        System.err.println(why);
        summarise(folds);
        System.out.flush();
        stopped.countDown();
        return why.startsWith("the broker") || why.contains("MiB are free") ? ExitCode.FAILED : ExitCode.OK;
    }

    private UpPlan plan() {
        RegionConfig region = region();
        List<String> names = sites.isEmpty() ? new ArrayList<>(region.sites().keySet()) : sites;
        Optional<Duration> stop = Optional.ofNullable(stopAfter).map(Durations::parse);
        Path folder = data == null ? DataFolder.defaultFor(region.region()) : data;
        Map<String, RealHosts.Asked> wanted = new LinkedHashMap<>();
        if (!libvirt.isEmpty()) {
            refuseSimulation();
            if (names.size() > 1) {
                throw new IllegalArgumentException(
                        "--libvirt takes one site; give one with --sites, or start the other site by itself");
            }
            wanted.put(names.getFirst(), RealHosts.identifyAll(libvirt, region.libvirt()));
            FleetPlan fleet = new FleetPlan(names, "libvirt", 0, 0, 0, 0, "", region.segments());
            return new UpPlan(region, folder, fleet, wanted, Map.of(), "advise", stop);
        }
        Map<String, DataCentres> simulated = new LinkedHashMap<>();
        for (String site : names) {
            DataCentres one = DataCentres.of(region.hosts(), site);
            simulated.put(site, one);
            wanted.put(site, RealHosts.Asked.of(FirstRecords.joins(one.fleet())));
        }
        SimulatedFleet first = simulated.get(names.getFirst()).fleet();
        FleetPlan fleet = new FleetPlan(
                names,
                "simulated",
                first.hosts().size(),
                first.vms().size(),
                region.hosts().racks(),
                region.hosts().seed(),
                region.hosts().trace(),
                region.segments());
        return new UpPlan(region, folder, fleet, wanted, simulated, "auto", stop);
    }

    /** The simulated data centre of the settings, with what the command line says instead. */
    private HostsConfig simulation(HostsConfig settings) {
        int hostCount = hosts == null ? settings.hosts() : hosts;
        int vmCount = vms != null ? vms : hosts == null ? settings.vms() : Math.multiplyExact(hostCount, VMS_PER_HOST);
        return new HostsConfig(
                hostCount,
                vmCount,
                racks == null ? Math.min(settings.racks(), hostCount) : racks,
                settings.capacityPercent(),
                seed == null ? settings.seed() : seed,
                trace.isEmpty() ? settings.trace() : trace,
                settings.loadMeanPercent(),
                settings.loadDeviationPercent(),
                settings.loadChangePeriod(),
                settings.latencyMatrix(),
                settings.crashEvery(),
                settings.crashDuration(),
                settings.listen());
    }

    private void refuseSimulation() {
        if (hosts != null || vms != null || racks != null || !trace.isEmpty()) {
            throw new IllegalArgumentException(
                    "--libvirt brings real hosts; drop --hosts, --vms, --racks and --trace, or drop --libvirt");
        }
    }

    private RegionConfig region() {
        RegionConfig region = CommonOptions.region(config);
        if (retain != null) {
            region = region.withRetain(ByteSize.parse(retain));
        }
        if (samplePeriod != null) {
            region = region.withSamplePeriod(Durations.parse(samplePeriod));
        }
        return region.withHosts(simulation(region.hosts()));
    }

    private void summarise(Map<String, RunFold> folds) {
        RunSummary all = folds.size() == 1
                ? folds.values().iterator().next().summary()
                : RunFold.ofAll(folds).summary();
        switch (format) {
            case TABLE ->
                folds.forEach((site, fold) ->
                        SummaryTable.of("site " + site, fold.summary()).forEach(System.out::println));
            case JSON, YAML -> {
                ObjectMapper json = new ObjectMapper();
                ObjectNode node = json.valueToTree(all);
                if (folds.size() > 1) {
                    ObjectNode perSite = node.putObject("sites");
                    folds.forEach((site, fold) -> perSite.set(site, json.valueToTree(fold.summary())));
                }
                new Printer(System.out, format).whole(node);
            }
        }
    }
}
