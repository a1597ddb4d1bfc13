package io.godwit.ops.simulate;

import io.godwit.executors.ExecutorConfig;
import io.godwit.executors.migration.Stall;
import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.PoissonLoad;
import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.monitors.hosts.simulated.model.SeededStream;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.monitors.hosts.simulated.model.SiteLatencies;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.partition.MovesPerHour;
import io.godwit.schedulers.partition.Policy;
import io.godwit.schedulers.partition.Throughput;
import io.godwit.schemas.events.RuleDeployed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A small random region with a random load, random faults and an operator who changes things, all drawn from one seed.
 *
 * @param acts by time
 */
record Scenario(SimulationPlan plan, List<Act> acts) {
    private static final List<String> MODES = List.of("off", "shadow", "advise", "approve");

    /** Faults last so long; then load stands still, and all must settle. */
    static final Duration TROUBLE = Duration.ofSeconds(60);

    /** What began so long before the end must be over then. */
    static final Duration BOUND = Duration.ofSeconds(90);

    /** From then on all may be judged. */
    static final Duration CALM = TROUBLE.plusSeconds(150);

    /** A plan of many moves that hardly get on may take so long: each may last as long as the executor lets it. */
    private static final Duration LONGEST = TROUBLE.plusSeconds(3600);

    /** Moves that nobody holds back or calls off are tried again and again, and must end before the bound. */
    private static final Duration WAITING_MOST = Duration.ofSeconds(60);

    private static final long STREAM = 103;

    /** Part of the stream from which settings are drawn that came later. */
    private static final long MORE = 1;

    /** As above, for regions so full that VMs must change places. */
    private static final long FULL = 2;

    /** As above, for rules of operators. */
    private static final long RULES = 3;

    private static final List<Policy> POLICIES = List.of(Policy.values());
    private static final List<Stall> STALLS = List.of(Stall.values());

    static Scenario of(long seed) {
        SeededStream random = SeededStream.of(seed, STREAM);
        RegionOfSites any = region(random);
        SeededStream full = SeededStream.of(seed, STREAM, FULL);
        boolean isFull = full.nextInt(6) == 0;
        RegionOfSites region = isFull ? RegionOfSites.of(fullFleet(full)) : any;
        int drawn = 30 + random.nextInt(66);
        int mean = isFull ? 68 + full.nextInt(12) : drawn;
        int deviation = 10 + random.nextInt(31);
        Duration period = Duration.ofSeconds(15 + random.nextInt(100));
        SeededStream more = SeededStream.of(seed, STREAM, MORE);
        SeededStream ofOperators = SeededStream.of(seed, STREAM, RULES);
        List<RuleDeployed> rules = ofOperators.nextInt(5) == 0 ? new RandomRules(ofOperators).deployed() : List.of();
        Load load = rated(until(TROUBLE, new PoissonLoad(seed, mean, deviation, period)));
        SimulationPlan plan = new SimulationPlan(
                region,
                load,
                crashes(random, seed),
                PowerCurve.DEFAULT,
                false,
                decisions(random, more, isFull),
                Standing.usual(Optional.empty()).with(rules, Optional.empty()),
                executor(random),
                1 + random.nextInt(3),
                Duration.ofMillis(1000 + 500L * random.nextInt(4)),
                Duration.ofMillis(10),
                LONGEST,
                seed,
                faults(random, seed, region.fleets().size()),
                true,
                Optional.empty());
        List<Act> acts = new ArrayList<>(acts(random, region.all()));
        boolean answered = acts.stream().anyMatch(Act.AnswerProposals.class::isInstance);
        if (!rules.isEmpty() && !answered) { // a rule may ask for approval where its site does not
            Duration after = Duration.ofMillis(ofOperators.nextInt(20_000));
            acts.addFirst(new Act.AnswerProposals(Duration.ZERO, after, ofOperators.nextInt(2) == 0));
        }
        return new Scenario(plan, acts);
    }

    private List<RuleDeployed> ofOperators() {
        return plan.standing().rules().stream()
                .filter(rule -> !rule.getBuiltIn())
                .toList();
    }

    /** The same, with its log written to a folder. */
    Scenario recordedTo(Path folder) {
        return new Scenario(plan.recordedTo(folder), acts);
    }

    /** In a few words. */
    String says() {
        List<String> rules = ofOperators().stream().map(RuleDeployed::getRule).toList();
        return "%s, %d hosts, %d VMs, %d sites of %d segments%s%s%s"
                .formatted(
                        plan.decisions().policy().text(),
                        plan.region().all().hosts().size(),
                        plan.region().all().vms().size(),
                        plan.region().fleets().size(),
                        plan.segments(),
                        plan.crashes().equals(CrashPlan.NONE) ? "" : ", crashes",
                        acts.isEmpty() ? "" : ", " + acts.size() + " acts",
                        rules.isEmpty() ? "" : ", rules " + String.join(" and ", rules));
    }

    /** The mode when all has settled. */
    String lastMode() {
        return acts.stream()
                .map(act -> act instanceof Act.SetMode set ? set.mode() : "")
                .filter(mode -> !mode.isEmpty())
                .reduce("auto", (_, later) -> later);
    }

    /** Whether nothing but load and room decides in the end, so that each overload that one move ends must end. */
    boolean plain() {
        DecisionSettings decisions = plan.decisions();
        boolean neighbours = switch (decisions.policy()) {
            case DVMS, DVMS_LOCAL -> true;
            case STATIC, CENTRALIZED, HIERARCHICAL -> false;
        };
        return neighbours
                && lastMode().equals("auto")
                && ofOperators().isEmpty() // they keep hosts and VMs from where they would be of use
                && acts.stream().noneMatch(Act.Apply.class::isInstance)
                && acts.stream().noneMatch(act -> act instanceof Act.AnswerProposals answers && answers.rejects())
                && decisions.marginPermille() == 0
                && decisions.fillPermille() == 1000
                && decisions.movesPerHour().equals(MovesPerHour.DEFAULTS)
                && decisions.throughput().equals(Throughput.DEFAULTS);
    }

    private static RegionOfSites region(SeededStream random) {
        if (random.nextInt(4) > 0) {
            return RegionOfSites.of(fleet(random, "sim", 2 + random.nextInt(9)));
        }
        List<SimulatedFleet> fleets =
                List.of(fleet(random, "one", 2 + random.nextInt(4)), fleet(random, "two", 1 + random.nextInt(4)));
        long away = 1000L + random.nextInt(200_000);
        return RegionOfSites.of(
                fleets,
                new SiteLatencies(
                        List.of("one", "two"),
                        List.of(List.of(0L, away), List.of(away, 0L)),
                        SiteLatencies.INSIDE_MICROS));
    }

    private static SimulatedFleet fleet(SeededStream random, String site, int hostCount) {
        int racks = 1 + random.nextInt(Math.min(3, hostCount));
        List<SimulatedFleet.Host> hosts = new ArrayList<>();
        List<SimulatedFleet.Vm> vms = new ArrayList<>();
        for (int host = 0; host < hostCount; host++) {
            long cores = 2L + random.nextInt(7);
            SimulatedFleet.Host usual =
                    SimulatedFleet.Host.of(site, SimulatedFleet.rack(host, hostCount, racks), "h" + host);
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
                        site,
                        Integer.toString(vms.size() + 1),
                        1 + random.nextInt(2),
                        memory,
                        10 + 10 * random.nextInt(6),
                        host));
            }
        }
        return new SimulatedFleet(site, hosts, vms);
    }

    /** Two or three equal hosts with little CPU to spare and ample memory. */
    private static SimulatedFleet fullFleet(SeededStream full) {
        List<SimulatedFleet.Host> hosts = new ArrayList<>();
        List<SimulatedFleet.Vm> vms = new ArrayList<>();
        int hostCount = 2 + full.nextInt(2);
        for (int host = 0; host < hostCount; host++) {
            SimulatedFleet.Host usual = SimulatedFleet.Host.of("sim", "r0", "h" + host);
            hosts.add(new SimulatedFleet.Host(
                    usual.hostId(), usual.rack(), usual.name(), 4000, 32L << 30, usual.migrationBytesPerSecond()));
            for (int cores = 5; cores > 0; ) { // one more than the host has
                int vcpus = Math.min(cores, 1 + full.nextInt(2));
                cores -= vcpus;
                vms.add(SimulatedFleet.Vm.of(
                        "sim", Integer.toString(vms.size() + 1), vcpus, 1L << 28, 10 + 10 * full.nextInt(3), host));
            }
        }
        return new SimulatedFleet("sim", hosts, vms);
    }

    private static CrashPlan crashes(SeededStream random, long seed) {
        if (random.nextInt(3) > 0) {
            return CrashPlan.NONE;
        }
        CrashPlan endless = CrashPlan.exponential(
                seed, Duration.ofSeconds(30 + random.nextInt(300)), Duration.ofSeconds(5 + random.nextInt(40)));
        long last = Simulation.micros(TROUBLE);
        return (host, micros) -> {
            CrashPlan.Outage next = endless.next(host, micros);
            return next.fromMicros() > last ? new CrashPlan.Outage(Long.MAX_VALUE, Long.MAX_VALUE) : next;
        };
    }

    /** VMs send and store as much as they compute. */
    private static Load rated(Load load) {
        return (vm, micros) -> {
            Load.Step step = load.at(vm, micros);
            return new Load.Step(
                    step.cpuPermille(),
                    step.cpuPermille() * 20_000L,
                    step.cpuPermille() * 100_000L,
                    step.untilMicros());
        };
    }

    /** @param more what came later is drawn from it, so that a seed's other draws stay what they were */
    private static DecisionSettings decisions(SeededStream random, SeededStream more, boolean isFull) {
        return DecisionSettings.parse("""
            {"policy": "%s", "vmHoldMillis": %d, "marginPermille": %d, "fillPermille": %d, "searchNodes": %d,
             "startWithinMillis": %d, "answerWithinMillis": %d, "solveWithinMillis": %d, "sitePeriodMillis": %d,
             "managerHosts": %d, "movesAtOnce": %d, "headroomPermille": %d, "emptyUnderloaded": %b, "postCopy": "%s",
             "emptying": {"reservePermille": %d, "hostsKept": 1, "holdMillis": %d, "membersMax": %d},
             "movesPerHour": {"vm": %d, "host": %d, "rack": 0, "site": 0, "headroom": 0},
             "autoConverge": "%s", "mendConstraints": %b,
             "throughput": {"network": {"bytesPerSecond": %d}, "disk": {"bytesPerSecond": %d}},
             "suspend": "%s"}
            """.formatted(
                        POLICIES.get(random.nextInt(POLICIES.size())).text(),
                        10_000 * (1 + random.nextInt(6)),
                        rarely(random, 50),
                        1000 - rarely(random, 200),
                        50 + random.nextInt(450),
                        2000 + random.nextInt(9000),
                        1000 + random.nextInt(5000),
                        3000 + random.nextInt(30_000),
                        5000 + random.nextInt(25_000),
                        2 + random.nextInt(4),
                        1 + random.nextInt(4),
                        rarely(random, 300),
                        random.nextInt(3) == 0,
                        random.nextInt(3) == 0 ? "URGENT" : "NEVER",
                        random.nextInt(300),
                        random.nextInt(60_000),
                        2 + random.nextInt(4),
                        random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0,
                        random.nextInt(4) == 0 ? 2 + random.nextInt(6) : 0,
                        more.nextInt(4) == 0 ? "NEVER" : "NEEDED",
                        more.nextInt(2) == 0,
                        more.nextInt(4) == 0 ? 100_000_000 + more.nextInt(500_000_000) : 0,
                        more.nextInt(8) == 0 ? 20_000_000 + more.nextInt(100_000_000) : 0,
                        isFull || more.nextInt(3) == 0 ? "last-resort" : "never"));
    }

    /** 0 in three of four cases. */
    private static int rarely(SeededStream random, int most) {
        return random.nextInt(4) == 0 ? random.nextInt(most) : 0;
    }

    private static ExecutorConfig executor(SeededStream random) {
        ExecutorConfig usual = ExecutorConfig.DEFAULTS;
        int movesPerHost = 1 + random.nextInt(3);
        Duration timeout = random.nextInt(4) == 0 ? Duration.ofSeconds(5 + random.nextInt(20)) : usual.moveTimeout();
        Duration lookPatience = Duration.ofSeconds(2 + random.nextInt(28));
        Stall stall = STALLS.get(random.nextInt(STALLS.size()));
        boolean mayLast = stall == Stall.WAIT && timeout.compareTo(WAITING_MOST) > 0;
        return new ExecutorConfig(
                usual.session(),
                usual.margin(),
                movesPerHost,
                usual.movesPerLink(),
                usual.bandwidthMax(),
                mayLast ? WAITING_MOST : timeout,
                lookPatience,
                usual.progressPeriod(),
                stall,
                Duration.ofSeconds(3 + random.nextInt(27)),
                usual.stateDirectory());
    }

    private static Faults faults(SeededStream random, long seed, int sites) {
        return new Faults(
                seed,
                Duration.ofMillis(random.nextInt(2) == 0 ? 0 : random.nextInt(1500)),
                random.nextInt(2) == 0 ? 0 : random.nextInt(200),
                random.nextInt(2) == 0 ? 0 : random.nextInt(100),
                random.nextInt(2) == 0 ? 0 : random.nextInt(200),
                Duration.ofSeconds(random.nextInt(2) == 0 ? 0 : 10 + random.nextInt(60)),
                Duration.ofSeconds(random.nextInt(2) == 0 ? 0 : 10 + random.nextInt(60)),
                Duration.ofSeconds(random.nextInt(3) > 0 ? 0 : 10 + random.nextInt(60)),
                sites > 1 && random.nextInt(2) == 0
                        ? new Faults.Cuts(
                                Duration.ofSeconds(10 + random.nextInt(40)), Duration.ofSeconds(1 + random.nextInt(15)))
                        : Faults.Cuts.NONE,
                TROUBLE);
    }

    private static List<Act> acts(SeededStream random, SimulatedFleet fleet) {
        List<Act> acts = new ArrayList<>();
        if (random.nextInt(2) == 0) {
            RandomConstraints constraints = new RandomConstraints(random, fleet);
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                String name = "script-" + random.nextInt(2);
                acts.add(
                        random.nextInt(4) == 0
                                ? new Act.Withdraw(during(random), name)
                                : new Act.Apply(
                                        random.nextInt(2) == 0 ? Duration.ZERO : during(random),
                                        name,
                                        constraints.script()));
            }
        }
        if (random.nextInt(4) == 0) {
            String mode = MODES.get(random.nextInt(MODES.size()));
            acts.add(new Act.SetMode(during(random), mode));
            if (mode.equals("approve")) {
                acts.add(new Act.AnswerProposals(
                        Duration.ZERO, Duration.ofMillis(random.nextInt(20_000)), random.nextInt(2) == 0));
            }
            acts.add(new Act.SetMode(TROUBLE, random.nextInt(4) == 0 ? "advise" : "auto"));
        }
        if (random.nextInt(4) == 0) {
            acts.add(new Act.WriteTwice(
                    during(random), Duration.ofMillis(random.nextInt(20_000)), 1 + random.nextInt(5)));
        }
        return acts.stream().sorted(Comparator.comparing(Act::at)).toList();
    }

    private static Duration during(SeededStream random) {
        return Duration.ofMillis(random.nextInt((int) TROUBLE.toMillis()));
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
