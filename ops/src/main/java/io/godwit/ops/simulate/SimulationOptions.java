package io.godwit.ops.simulate;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import io.godwit.ops.region.RegionConfig;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.partition.Policy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What a simulation is asked for on the command line: the region, its load, its faults, and where its log goes. */
final class SimulationOptions {
    private static final int VMS_PER_HOST = 10;
    private static final int HOSTS_PER_RACK = 32;
    private static final int HOSTS_MAX = 100_000;
    private static final int VMS_MAX = 1_000_000;
    private static final int SITES_MAX = 64;
    private static final List<String> POLICIES =
            Arrays.stream(Policy.values()).map(Policy::text).toList();
    private static final ObjectMapper JSON = new ObjectMapper();

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
            names = "--constraints",
            paramLabel = "FILE",
            description = "A script of constraints that holds from the start, as for godwit constraint apply.")
    Path constraints;

    @Option(
            names = "--rules",
            paramLabel = "FOLDER",
            description = "Rules of your own, NAME.epl each, that are live from the start.")
    Path rules;

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

    /** As if they stood behind the command. */
    static SimulationOptions parse(List<String> options) {
        return CommandLine.populateCommand(new SimulationOptions(), options.toArray(String[]::new));
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
                standing(region, settings),
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

    private Standing standing(RegionOfSites region, RegionConfig settings) {
        return Standing.usual(Optional.ofNullable(constraints)
                        .map(file -> GivenConstraints.read("--constraints", file, "given", region.fleets())))
                .with(
                        rules == null ? List.of() : GivenRules.read("--rules", rules),
                        Optional.of(settings.cep().operators()));
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
}
