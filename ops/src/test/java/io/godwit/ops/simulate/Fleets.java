package io.godwit.ops.simulate;

import io.godwit.executors.ExecutorConfig;
import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.PoissonLoad;
import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.monitors.hosts.simulated.model.SiteLatencies;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.events.RuleDeployed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans of small runs: hosts of 8 cores and 32 GiB with ten VMs each. */
final class Fleets {
    /** Four sites, as far from each other as regions on three continents. */
    static final SiteLatencies FOUR_SITES = new SiteLatencies(
            List.of("frankfurt", "virginia", "tokyo", "saopaulo"),
            List.of(
                    List.of(0L, 91_000L, 232_000L, 205_000L),
                    List.of(91_000L, 0L, 157_000L, 118_000L),
                    List.of(232_000L, 157_000L, 0L, 259_000L),
                    List.of(205_000L, 118_000L, 259_000L, 0L)),
            SiteLatencies.INSIDE_MICROS);

    private static final int SEGMENTS_PER_SITE = 2;
    private static final int VMS_PER_HOST = 10;
    private static final int RACKS = 2;

    private Fleets() {}

    static SimulatedFleet fleet(String site, int hosts) {
        List<SimulatedFleet.Host> all = new ArrayList<>();
        List<SimulatedFleet.Vm> vms = new ArrayList<>();
        for (int host = 0; host < hosts; host++) {
            all.add(SimulatedFleet.Host.of(site, SimulatedFleet.rack(host, hosts, RACKS), "h" + host));
            for (int vm = 0; vm < VMS_PER_HOST; vm++) {
                vms.add(SimulatedFleet.Vm.of(site, Integer.toString(vms.size() + 1), 1, 1L << 30, 10, host));
            }
        }
        return new SimulatedFleet(site, all, vms);
    }

    static RegionOfSites fourSites(int hostsPerSite) {
        return RegionOfSites.of(
                FOUR_SITES.names().stream()
                        .map(site -> fleet(site, hostsPerSite))
                        .toList(),
                FOUR_SITES);
    }

    static Load load(long seed, int mean) {
        return new PoissonLoad(seed, mean, 30, Duration.ofMinutes(2));
    }

    /** A plan that keeps its log. */
    static SimulationPlan plan(
            RegionOfSites region, Load load, String settings, Duration duration, Faults faults, Optional<Path> record) {
        return new SimulationPlan(
                region,
                load,
                CrashPlan.NONE,
                PowerCurve.DEFAULT,
                true,
                DecisionSettings.parse(settings),
                Standing.usual(Optional.empty()),
                ExecutorConfig.DEFAULTS,
                SEGMENTS_PER_SITE,
                Duration.ofSeconds(1),
                Duration.ofMillis(10),
                duration,
                23,
                faults,
                true,
                record);
    }

    /** The same plan with a rule of an operator beside those of the product. */
    static SimulationPlan withRule(SimulationPlan plan, RuleDeployed rule) {
        Standing standing = plan.standing();
        List<RuleDeployed> rules = new ArrayList<>(standing.rules());
        rules.add(rule);
        return new SimulationPlan(
                plan.region(),
                plan.load(),
                plan.crashes(),
                plan.power(),
                plan.powerOffEmpty(),
                plan.decisions(),
                new Standing(rules, standing.constraints(), standing.mode(), standing.operators()),
                plan.executor(),
                plan.segments(),
                plan.samplePeriod(),
                plan.logDelay(),
                plan.duration(),
                plan.seed(),
                plan.faults(),
                plan.keepsLog(),
                plan.record());
    }

    /** The same plan on hosts that crash. */
    static SimulationPlan crashing(SimulationPlan plan, CrashPlan crashes) {
        return new SimulationPlan(
                plan.region(),
                plan.load(),
                crashes,
                plan.power(),
                plan.powerOffEmpty(),
                plan.decisions(),
                plan.standing(),
                plan.executor(),
                plan.segments(),
                plan.samplePeriod(),
                plan.logDelay(),
                plan.duration(),
                plan.seed(),
                plan.faults(),
                plan.keepsLog(),
                plan.record());
    }
}
