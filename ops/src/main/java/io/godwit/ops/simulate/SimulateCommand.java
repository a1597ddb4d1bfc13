package io.godwit.ops.simulate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.monitors.hosts.simulated.HostsConfig;
import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.PoissonLoad;
import io.godwit.monitors.hosts.simulated.model.SiteLatencies;
import io.godwit.monitors.hosts.simulated.traces.Crashes;
import io.godwit.monitors.hosts.simulated.traces.LatencyMatrix;
import io.godwit.monitors.hosts.simulated.traces.PowerFile;
import io.godwit.ops.cli.CommonOptions;
import io.godwit.ops.cli.ExitCode;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.cli.Printer;
import io.godwit.ops.region.RegionConfig;
import io.godwit.ops.report.CompareCommand;
import io.godwit.ops.report.ReportPage;
import io.godwit.ops.report.RunSeries;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.partition.Policy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code godwit simulate}: a region on a virtual clock. */
@Command(
        name = "simulate",
        subcommands = {FuzzCommand.class, CompareCommand.class},
        sortOptions = false,
        description = "Runs a region on a virtual clock: the same rules, schedulers, planner and executors as live, on"
                + " simulated hosts. The same options give the same result, byte for byte, but for \"measured\".")
public final class SimulateCommand implements Callable<Integer> {
    private static final int VMS_PER_HOST = 10;
    private static final int HOSTS_PER_RACK = 32;
    private static final int HOSTS_MAX = 100_000;
    private static final int VMS_MAX = 1_000_000;
    private static final int SITES_MAX = 64;
    private static final List<String> POLICIES =
            Arrays.stream(Policy.values()).map(Policy::text).toList();
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    CommandSpec spec;

    @Option(
            names = "--hosts",
            paramLabel = "N",
            description = "Hosts of all sites together, 1 to 100000 (default: 64).")
    int hosts = 64;

    @Option(names = "--vms", paramLabel = "N", description = "VMs, 0 to 1000000 (default: ten per host).")
    Integer vms;

    @Option(names = "--racks", paramLabel = "N", description = "Racks per site (default: one per 32 hosts).")
    Integer racks;

    @Option(
            names = "--capacity",
            paramLabel = "PERCENT",
            description = "CPU of a host in percent of a core (default: 800, which is 8 cores).")
    int capacity = 800;

    @Option(
            names = "--mu",
            paramLabel = "PERCENT",
            description = "Mean load of a VM, 0 to 100 of a core (default: 70).")
    int mu = 70;

    @Option(names = "--sigma", paramLabel = "PERCENT", description = "Its standard deviation, 0 to 100 (default: 30).")
    int sigma = 30;

    @Option(
            names = "--period",
            paramLabel = "D",
            description = "How often a VM changes its load on average (default: 300s).")
    String period = "300s";

    @Option(names = "--seed", paramLabel = "S", description = "What everything random is drawn from (default: 23).")
    long seed = 23;

    @Option(
            names = "--duration",
            paramLabel = "D",
            description =
                    "Simulated time, 1s to 366d, as 1800s, 30m or bare seconds, like all durations (default: 1800s).")
    String duration = "1800s";

    @Option(
            names = "--trace",
            paramLabel = "FORMAT:PATH",
            description = "Drives the VMs' load from real traces: events, planetlab, bitbrains, google or azure.")
    String trace = "";

    @Option(names = "--load-events", paramLabel = "DIR", description = "Short for --trace events:DIR.")
    String loadEvents = "";

    @Option(
            names = "--sample-period",
            paramLabel = "D",
            description = "Distance of a host's samples, 100ms to 5m (default: 1s).")
    String samplePeriod = "1s";

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            description = "static, centralized, hierarchical, dvms or dvms-local (default: that of --config, else"
                    + " dvms-local).")
    String policy;

    @Option(
            names = "--headroom",
            paramLabel = "PERCENT",
            description = "Relieves a host before it is overloaded, when less than this share of it is free, 0 to 90"
                    + " (default: 0, never before).")
    Integer headroom;

    @Option(
            names = "--post-copy",
            paramLabel = "WHEN",
            description = "never, or urgent: where an overload is to end at once (default: never).")
    String postCopy;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "region.yaml, for settings that have no option here; options win over it.")
    Path config;

    @Option(
            names = "--sites",
            paramLabel = "N",
            description = "Sites that the hosts are dealt to, 1 to 64; more than one need --latency (default: 1).")
    int sites = 1;

    @Option(
            names = "--latency",
            paramLabel = "FILE[#NAME,…]",
            description = "Round trips between the sites: a square in milliseconds, and which of its places.")
    String latency;

    @Option(
            names = "--power",
            paramLabel = "FILE[#MACHINE]",
            description = "What hosts draw: linear:IDLE,FULL in watts, or a power table (default: linear:100,200).")
    String power = "linear:100,200";

    @Option(
            names = "--power-off-empty",
            description =
                    "Counts a host without VMs as off, in the energy alone: it is off and on again at once, and costs"
                            + " nothing for that.")
    boolean powerOffEmpty;

    @Option(
            names = "--crashes",
            paramLabel = "PLAN",
            description = "Hosts crash: exponential:MEAN,DOWN or g5k:PATH[,from=D][,speed=N] (default: none do).")
    String crashes;

    @Option(
            names = "--log-delay",
            paramLabel = "D",
            description = "How long a record of the log is under way to its readers (default: 10ms).")
    String logDelay = "10ms";

    @Option(
            names = "--delay",
            paramLabel = "D",
            description = "Records are late by up to this much, each by another time (default: 0s).")
    String delay = "0s";

    @Option(
            names = "--loss",
            paramLabel = "PERCENT",
            description = "Share of samples that are lost, and of other records that come up to 3 s late because their"
                    + " append is retried (default: 0).")
    int loss;

    @Option(
            names = "--doubling",
            paramLabel = "PERCENT",
            description = "Share of records that a reader is given twice (default: 0).")
    int doubling;

    @Option(
            names = "--kill-schedulers",
            paramLabel = "D",
            description = "Mean time between kills of any scheduler; it is back after 2 to 8 s (default: 0s, none).")
    String killSchedulers = "0s";

    @Option(
            names = "--kill-executors",
            paramLabel = "D",
            description = "The same for the executor (default: 0s, none).")
    String killExecutors = "0s";

    @Option(
            names = "--cut-links",
            paramLabel = "MEAN,DOWN",
            description = "Links between two sites are cut: mean time between cuts, and how long each lasts (default:"
                    + " none are).")
    String cutLinks = "";

    @Option(
            names = "--record",
            paramLabel = "FOLDER",
            description = "Writes the run's log there, for other verbs to read with --log FOLDER.")
    Path record;

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            description = "Writes the run as one page with charts there: index.html.")
    Path report;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    Printer.Format format = Printer.Format.TABLE;

    @Override
    public Integer call() {
        SimulationPlan plan = plan();
        if (record != null) {
            OptionValues.writable("--record", record);
        }
        if (report != null) {
            OptionValues.writable("--report", report);
        }
        try (Stopped _ = new Stopped();
                Simulation simulation = new Simulation(plan)) {
            SimulationResult result = withProgress(simulation);
            if (report != null) {
                write(page(simulation, plan, result));
            }
            switch (format) {
                case TABLE -> ResultTable.of(result).forEach(System.out::println);
                case JSON, YAML -> new Printer(System.out, format).whole(JSON.valueToTree(result));
            }
        } catch (UncheckedIOException failed) {
            throw new Failed(
                    failed.getMessage() + ": " + failed.getCause().getMessage()
                            + "; the folder holds no log, give another one or make room",
                    failed);
        }
        return ExitCode.OK;
    }

    /** Tells a person who stops a run with Ctrl-C what is left of it. */
    private final class Stopped implements AutoCloseable {
        private volatile boolean running = true;

        Stopped() {
            Runtime.getRuntime().addShutdownHook(new Thread(this::tell, "stopped"));
        }

        private void tell() {
            if (running) {
                System.err.println("\ngodwit: stopped before the end of the run, so there is no result"
                        + (record == null ? "" : "; what is in " + record + " is no log, remove it"));
            }
        }

        @Override
        public void close() {
            running = false;
        }
    }

    /** The bar is for people: where errors go to a file, there is none. */
    private static SimulationResult withProgress(Simulation simulation) {
        if (!atTerminal()) {
            return simulation.run(_ -> {});
        }
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("simulating")
                .setInitialMax(Simulation.PARTS)
                .clearDisplayOnFinish()
                .build()) {
            return simulation.run(bar::stepTo);
        }
    }

    @SuppressWarnings(
            "SystemConsoleNull") // was true of Java 22 to 24; 25 gives none again where input or output is a file
    private static boolean atTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /** Runs with these options as if they had been given to the command; nothing is shown. */
    public static SimulationResult result(List<String> options) {
        try (Simulation simulation = new Simulation(plan(options))) {
            return simulation.run(_ -> {});
        }
    }

    static SimulationPlan plan(List<String> options) {
        return CommandLine.populateCommand(new SimulateCommand(), options.toArray(String[]::new))
                .plan();
    }

    SimulationPlan plan() {
        check();
        RegionConfig settings = CommonOptions.region(config);
        DecisionSettings decisions = decisions(settings.scheduler().decisions());
        String source = loadEvents.isEmpty() ? trace : "events:" + loadEvents;
        List<DataCentres> centres = source.isEmpty()
                ? centres(source)
                : OptionValues.named(loadEvents.isEmpty() ? "--trace" : "--load-events", () -> centres(source));
        RegionOfSites region = region(centres);
        CrashPlan plan = crashes == null
                ? CrashPlan.NONE
                : OptionValues.named(
                        "--crashes", () -> Crashes.parse(crashes).plan(seed).crashes());
        Duration time = OptionValues.duration("--duration", duration, "1s", "366d");
        return new SimulationPlan(
                region,
                sites == 1 ? centres.getFirst().load() : new PoissonLoad(seed, mu, sigma, period()),
                plan,
                OptionValues.named("--power", () -> PowerFile.read(power)),
                powerOffEmpty,
                decisions,
                settings.executor(),
                settings.segments(),
                OptionValues.duration("--sample-period", samplePeriod, "100ms", "5m"),
                OptionValues.duration("--log-delay", logDelay, "0s", "1m"),
                time,
                seed,
                faults(time),
                false,
                Optional.ofNullable(record));
    }

    private List<DataCentres> centres(String source) {
        return IntStream.range(0, sites)
                .mapToObj(site -> DataCentres.of(
                        hostsOf(site, source),
                        sites == 1 ? RegionConfig.SITE : siteNames().get(site)))
                .toList();
    }

    private void check() {
        OptionValues.in("--hosts", hosts, 1, HOSTS_MAX);
        OptionValues.in("--sites", sites, 1, Math.min(hosts, SITES_MAX));
        if (vms != null) {
            OptionValues.in("--vms", vms, 0, VMS_MAX);
        }
        if (racks != null) {
            OptionValues.in("--racks", racks, 1, hosts / sites);
        }
        OptionValues.in("--capacity", capacity, 100, 100_000);
        OptionValues.in("--mu", mu, 0, 100);
        OptionValues.in("--sigma", sigma, 0, 100);
        if (!trace.isEmpty() && !loadEvents.isEmpty()) {
            throw new IllegalArgumentException("--load-events is short for --trace events:DIR; drop one of the two");
        }
        if (sites > 1 && !(trace.isEmpty() && loadEvents.isEmpty())) {
            throw new IllegalArgumentException(
                    "a trace drives one site; drop --trace and --load-events, or drop --sites");
        }
        if (sites == 1 && latency != null) {
            throw new IllegalArgumentException(
                    "--latency tells how far sites are from each other, and there is one; give --sites 2 or more, or"
                            + " drop --latency");
        }
    }

    private Duration period() {
        return OptionValues.duration("--period", period, "1s", "24h");
    }

    private Faults faults(Duration time) {
        OptionValues.in("--loss", loss, 0, 100);
        OptionValues.in("--doubling", doubling, 0, 100);
        Faults faults = new Faults(
                0,
                OptionValues.duration("--delay", delay, "0s", "1h"),
                10 * loss,
                10 * loss,
                10 * doubling,
                OptionValues.between("--kill-schedulers", killSchedulers),
                OptionValues.between("--kill-executors", killExecutors),
                Duration.ZERO,
                cuts(),
                Duration.ZERO);
        return faults.any() ? faults.with(seed, time) : Faults.NONE;
    }

    private Faults.Cuts cuts() {
        if (cutLinks.isEmpty()) {
            return Faults.Cuts.NONE;
        }
        if (sites == 1) {
            throw new IllegalArgumentException(
                    "--cut-links cuts links between sites, and there is one site; give --sites 2 or more and"
                            + " --latency");
        }
        String[] parts = cutLinks.split(",", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("--cut-links is \"" + cutLinks + "\"; write MEAN,DOWN, as in 10m,30s");
        }
        return new Faults.Cuts(
                OptionValues.between("--cut-links", parts[0]), OptionValues.between("--cut-links", parts[1]));
    }

    private RegionOfSites region(List<DataCentres> centres) {
        if (sites == 1) {
            return RegionOfSites.of(centres.getFirst().fleet());
        }
        return RegionOfSites.of(centres.stream().map(DataCentres::fleet).toList(), latencies());
    }

    private SiteLatencies latencies() {
        if (latency == null) {
            throw new IllegalArgumentException("--sites " + sites
                    + " needs to know how far they are from each other; give --latency FILE, or FILE#NAME,NAME,…");
        }
        return OptionValues.named("--latency", () -> LatencyMatrix.sites(latency, sites));
    }

    /** Names that ids can carry. */
    private List<String> siteNames() {
        return latencies().names().stream()
                .map(name -> name.replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^-|-$", ""))
                .toList();
    }

    private HostsConfig hostsOf(int site, String source) {
        int hostCount = share(hosts, site);
        int vmCount = vms == null ? Math.multiplyExact(hostCount, VMS_PER_HOST) : share(vms, site);
        return new HostsConfig(
                hostCount,
                vmCount,
                racks == null ? Math.ceilDiv(hostCount, HOSTS_PER_RACK) : racks,
                capacity,
                seed + site,
                source,
                mu,
                sigma,
                period(),
                "",
                Duration.ZERO,
                HostsConfig.DEFAULTS.crashDuration(),
                HostsConfig.DEFAULTS.listen());
    }

    private int share(int all, int site) {
        return all / sites + (site < all % sites ? 1 : 0);
    }

    private DecisionSettings decisions(DecisionSettings base) {
        try {
            ObjectNode tree = (ObjectNode) JSON.readTree(base.toJson());
            if (policy != null) {
                tree.put("policy", OptionValues.oneOf("--policy", policy, POLICIES));
            }
            if (headroom != null) {
                tree.put("headroomPermille", 10 * OptionValues.in("--headroom", headroom, 0, 90));
            }
            if (postCopy != null) {
                OptionValues.oneOf("--post-copy", postCopy, List.of("never", "urgent"));
                tree.put("postCopy", postCopy.toUpperCase(Locale.ROOT));
            }
            return DecisionSettings.parse(tree.toString());
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private RunSeries page(Simulation simulation, SimulationPlan plan, SimulationResult result) {
        Course course = simulation.course();
        return new RunSeries(
                "%s, %d hosts, %d VMs".formatted(result.policy(), result.hosts(), result.vms()),
                given(),
                JSON.convertValue(result, new TypeReference<Map<String, Object>>() {}),
                plan.duration().toNanos() / 1e9,
                simulation.meter().violations().stream()
                        .map(violation -> violation.micros() / 1e6)
                        .toList(),
                Course.open(simulation.meter().violations(), simulation.originMicros()),
                simulation.figures().partitionSizes(),
                course.migrationEnds(),
                course.wattHours(),
                Arrays.stream(simulation.measured().decisionMillis()).boxed().toList());
    }

    /** What the command line said, without what this machine alone knows: where files are, and where to write. */
    private SequencedMap<String, String> given() {
        SequencedMap<String, String> given = new LinkedHashMap<>();
        for (OptionSpec option : spec.options()) {
            boolean told = spec.commandLine().getParseResult().hasMatchedOption(option)
                    || List.of("--seed", "--duration").contains(option.longestName());
            boolean ours = List.of("--report", "--record", "--output").contains(option.longestName());
            if (told && !ours) {
                given.put(option.longestName(), withoutFolders(option.getValue().toString()));
            }
        }
        return given;
    }

    /** The last part of each path in what an option says. */
    static String withoutFolders(String value) {
        return value.replaceAll("[^:#,=]*/(?=[^/])", "");
    }

    private void write(RunSeries run) {
        Path file = report.resolve("index.html");
        try {
            Files.createDirectories(report);
            Files.writeString(file, ReportPage.of(run));
        } catch (IOException failed) {
            throw new Failed("cannot write " + file + ": " + failed.getMessage(), failed);
        }
        System.err.println("report: " + file);
    }
}
