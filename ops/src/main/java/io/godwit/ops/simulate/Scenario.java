package io.godwit.ops.simulate;

import io.godwit.executors.ExecutorConfig;
import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.PoissonLoad;
import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.monitors.hosts.simulated.model.SeededStream;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.partition.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A small random region with a random load and random faults, all drawn from one seed. */
final class Scenario {
    /** Faults last so long; then load stands still, and all must settle. */
    static final Duration TROUBLE = Duration.ofSeconds(60);

    /** What began so long before the end must be over then. */
    static final Duration BOUND = Duration.ofSeconds(90);

    private static final Duration CALM = Duration.ofSeconds(150);
    private static final long STREAM = 103;
    private static final List<Policy> POLICIES = List.of(Policy.values());

    private Scenario() {}

    static SimulationPlan of(long seed) {
        SeededStream random = SeededStream.of(seed, STREAM);
        SimulatedFleet fleet = fleet(random);
        int mean = 30 + random.nextInt(66);
        int deviation = 10 + random.nextInt(31);
        Duration period = Duration.ofSeconds(15 + random.nextInt(100));
        Load load = until(TROUBLE, new PoissonLoad(seed, mean, deviation, period));
        Policy policy = POLICIES.get(random.nextInt(POLICIES.size()));
        return new SimulationPlan(
                RegionOfSites.of(fleet),
                load,
                crashes(random, seed),
                PowerCurve.DEFAULT,
                false,
                DecisionSettings.parse("{\"policy\":\"" + policy.text() + "\"}"),
                ExecutorConfig.DEFAULTS,
                1 + random.nextInt(3),
                Duration.ofMillis(1000 + 500L * random.nextInt(4)),
                Duration.ofMillis(10),
                TROUBLE.plus(CALM),
                seed,
                faults(random, seed),
                true,
                Optional.empty());
    }

    /** A scenario in a few words. */
    static String says(SimulationPlan plan) {
        return "%s, %d hosts, %d VMs, %d segments%s"
                .formatted(
                        plan.decisions().policy().text(),
                        plan.region().all().hosts().size(),
                        plan.region().all().vms().size(),
                        plan.segments(),
                        plan.crashes().equals(CrashPlan.NONE) ? "" : ", crashes");
    }

    private static SimulatedFleet fleet(SeededStream random) {
        int hostCount = 2 + random.nextInt(9);
        int racks = 1 + random.nextInt(Math.min(3, hostCount));
        List<SimulatedFleet.Host> hosts = new ArrayList<>();
        List<SimulatedFleet.Vm> vms = new ArrayList<>();
        for (int host = 0; host < hostCount; host++) {
            long cores = 2L + random.nextInt(7);
            SimulatedFleet.Host usual =
                    SimulatedFleet.Host.of("sim", SimulatedFleet.rack(host, hostCount, racks), "h" + host);
            hosts.add(new SimulatedFleet.Host(
                    usual.hostId(),
                    usual.rack(),
                    usual.name(),
                    cores * 1000,
                    (4L + random.nextInt(29)) << 30,
                    usual.migrationBytesPerSecond()));
            int many = random.nextInt((int) cores + 3);
            for (int vm = 0; vm < many; vm++) {
                long memory = (1L + random.nextInt(4)) << 28;
                vms.add(SimulatedFleet.Vm.of(
                        "sim",
                        Integer.toString(vms.size() + 1),
                        1 + random.nextInt(2),
                        memory,
                        10 + 10 * random.nextInt(6),
                        host));
            }
        }
        return new SimulatedFleet("sim", hosts, vms);
    }

    private static CrashPlan crashes(SeededStream random, long seed) {
        return random.nextInt(3) > 0
                ? CrashPlan.NONE
                : CrashPlan.exponential(
                        seed,
                        Duration.ofSeconds(100 + random.nextInt(300)),
                        Duration.ofSeconds(5 + random.nextInt(40)));
    }

    private static Faults faults(SeededStream random, long seed) {
        return new Faults(
                seed,
                Duration.ofMillis(random.nextInt(2) == 0 ? 0 : random.nextInt(1500)),
                random.nextInt(2) == 0 ? 0 : random.nextInt(200),
                random.nextInt(2) == 0 ? 0 : random.nextInt(100),
                random.nextInt(2) == 0 ? 0 : random.nextInt(200),
                Duration.ofSeconds(random.nextInt(2) == 0 ? 0 : 10 + random.nextInt(60)),
                Duration.ofSeconds(random.nextInt(2) == 0 ? 0 : 10 + random.nextInt(60)),
                Duration.ofSeconds(random.nextInt(3) > 0 ? 0 : 10 + random.nextInt(60)),
                Faults.Cuts.NONE,
                TROUBLE);
    }

    /** A load that stands still from a moment on. */
    private static Load until(Duration end, Load load) {
        long last = Simulation.micros(end);
        return (vm, micros) -> {
            Load.Step step = load.at(vm, Math.min(micros, last));
            return step.untilMicros() > last
                    ? new Load.Step(
                            step.cpuPermille(), step.blockBytesPerSecond(), step.netBytesPerSecond(), Long.MAX_VALUE)
                    : step;
        };
    }
}
