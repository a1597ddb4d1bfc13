package io.godwit.ops.simulate;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.executors.ExecutorConfig;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.ops.cli.Failed;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Controls;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Rules;
import io.godwit.schemas.state.StateRebuild;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Lives a stretch of the past again on a virtual clock, once as it was and once with something changed: the recorded demand of
 * each VM is the load, the cores are those of the product, and hosts and migrations are the simulator's. It reads a log port,
 * which cannot be written to, and writes to a log in memory alone.
 */
public final class WhatIf {
    private static final long MICROS_PER_SECOND = 1_000_000;

    /**
     * What became of a region in the stretch.
     *
     * @param violationSeconds time in which hosts were asked for more than they have, all hosts together
     * @param migrations that succeeded
     * @param restarts VMs that were started by a command
     * @param modelledPercent share of VM time on other hosts than the log tells
     */
    public record Timeline(
            double violationSeconds,
            long violations,
            long detections,
            long migrations,
            long restarts,
            double energyWattHours,
            double modelledPercent) {}

    /**
     * The timelines beside each other.
     *
     * @param recorded what the log tells, by the same meter
     * @param baseline modelled with nothing changed; its distance from the recorded one is the model's own error
     * @param alternative modelled with the changes
     * @param notes what the model passes over, a sentence each
     */
    public record Result(
            int hosts, int vms, Timeline recorded, Timeline baseline, Timeline alternative, List<String> notes) {
        /** What differs between the three, as people read it. */
        public List<Figure> figures() {
            return List.of(
                    figure("violationSeconds", timeline -> tenths(timeline.violationSeconds())),
                    figure("violations", Timeline::violations),
                    figure("detections", Timeline::detections),
                    figure("migrations", Timeline::migrations),
                    figure("restarts", Timeline::restarts),
                    figure("energyWattHours", timeline -> tenths(timeline.energyWattHours())),
                    figure("modelledPercent", timeline -> tenths(timeline.modelledPercent())));
        }

        private Figure figure(String name, Function<Timeline, Object> value) {
            return new Figure(name, value.apply(recorded), value.apply(baseline), value.apply(alternative));
        }

        private static String tenths(double value) {
            return String.format(Locale.ROOT, "%.1f", value);
        }
    }

    /** One figure of the three timelines. */
    public record Figure(String name, Object recorded, Object baseline, Object alternative) {}

    private final RecordedStretch stretch;
    private final RecordedRegion region;
    private final RegionState before;
    private final ExecutorConfig executor;
    private final OperatorsConfig operators;
    private final Set<String> silenced = new TreeSet<>();
    private final int segments;

    private WhatIf(Log log, Instant from, Instant to, ExecutorConfig executor, OperatorsConfig operators) {
        this.executor = executor;
        this.operators = operators;
        segments = log.segments();
        before = StateRebuild.of(log, Optional.of(from), from);
        RegionState after = StateRebuild.of(log, Optional.of(to), to);
        List<String> sites = after.hosts().stream().map(Host::site).distinct().toList();
        if (sites.size() > 1) {
            throw new Failed("the log holds hosts of the sites " + String.join(", ", sites)
                    + ", and what lies between them is not modelled; give the log of one site");
        }
        stretch = RecordedStretch.read(log, from, to);
        region = RecordedRegion.of(before, after, stretch);
    }

    /**
     * @param executor how commands are carried out
     * @param operators what operators' rules may use
     */
    public static Result of(
            Log log,
            Instant from,
            Instant to,
            ExecutorConfig executor,
            OperatorsConfig operators,
            List<Change> changes) {
        return new WhatIf(log, from, to, executor, operators).result(changes);
    }

    private Result result(List<Change> changes) {
        Change.Setting was = new Change.Setting(standing(), decisions());
        Change.Setting would = was;
        for (Change change : changes) {
            would = change.to(would, region.fleet());
        }
        return new Result(
                region.fleet().hosts().size(),
                region.fleet().vms().size(),
                recorded(),
                live(was),
                live(would),
                notes());
    }

    private Standing standing() {
        List<RuleDeployed> rules =
                before.rules().live().stream().map(Rules.Version::deployed).toList();
        Standing usual = Standing.usual(Optional.empty());
        return new Standing(
                rules.isEmpty() ? usual.rules() : rules,
                before.controls().constraints().stream()
                        .map(Controls.Constraints::applied)
                        .toList(),
                before.controls()
                        .mode()
                        .map(Controls.Mode::changed)
                        .map(ModeChanged::getMode)
                        .orElse(usual.mode()),
                Optional.of(operators));
    }

    private DecisionSettings decisions() {
        return Optional.ofNullable(before.controls().settings().get("schedulers"))
                .map(announced -> DecisionSettings.parse(announced.getSettings()))
                .orElse(DecisionSettings.DEFAULTS);
    }

    private Timeline live(Change.Setting setting) {
        SimulationPlan plan = new SimulationPlan(
                RegionOfSites.of(region.fleet()),
                region.load(),
                region.crashes(),
                PowerCurve.DEFAULT,
                false,
                setting.decisions(),
                setting.standing(),
                executor,
                segments,
                Duration.ofMillis(stretch.periodMillis()),
                Duration.ofMillis(10),
                Duration.ofNanos((stretch.toMicros() - stretch.fromMicros()) * 1000),
                0,
                Faults.NONE,
                false,
                Optional.empty());
        try (Simulation simulation = new Simulation(plan)) {
            long shift = stretch.fromMicros() - simulation.originMicros();
            Trails trails = new Trails();
            simulation
                    .fleet()
                    .vms()
                    .forEach(vm -> trails.at(
                            vm.vmId(),
                            stretch.fromMicros(),
                            simulation.fleet().hosts().get(vm.homeHost()).hostId()));
            simulation.dataCentre().listen(event -> {
                if (event instanceof HostEvent.VmChangeSeen seen
                        && (seen.change() == VmChange.MIGRATED_IN || seen.change() == VmChange.STARTED)) {
                    trails.at(seen.vmId(), simulation.agenda().nowMicros() + shift, seen.hostId());
                }
            });
            Counted counted = new Counted();
            for (Topic topic : List.of(Topic.DETECTIONS, Topic.COMMANDS, Topic.OUTCOMES)) {
                simulation.log().watch(topic, (_, event) -> counted.take(event));
            }
            simulation.log().watch(Topic.DETECTIONS, (_, event) -> {
                if (event instanceof RuleQuarantined stopped) {
                    silenced.add("rule %s v%d is quarantined in a modelled timeline: %s"
                            .formatted(stopped.getRule(), stopped.getVersion(), stopped.getReason()));
                }
            });
            SimulationResult _ = simulation.run(_ -> {});
            silenced.addAll(simulation.silent());
            return timeline(simulation.meter(), counted, trails);
        }
    }

    /** What the log tells, by the same meter: the recorded demands on the hosts where the VMs really were. */
    private Timeline recorded() {
        LoadMeter meter = new LoadMeter(region.fleet(), region.load(), PowerCurve.DEFAULT, false, stretch.fromMicros());
        for (RecordedRegion.Told told : region.told()) {
            if (told.event() == null) {
                meter.answered(told.hostId(), told.micros());
            } else {
                meter.take(told.event(), told.micros());
            }
        }
        meter.advance(stretch.toMicros());
        return timeline(meter, stretch.counted(), region.trails());
    }

    private Timeline timeline(LoadMeter meter, Counted counted, Trails trails) {
        List<LoadMeter.Violation> violations = meter.violations();
        return new Timeline(
                violations.stream().mapToLong(LoadMeter.Violation::micros).sum() / (double) MICROS_PER_SECOND,
                violations.size(),
                counted.detections(),
                counted.migrations(),
                counted.restarts(),
                meter.wattHours(),
                apartPercent(trails));
    }

    private double apartPercent(Trails trails) {
        double all = (double) region.fleet().vms().size() * (stretch.toMicros() - stretch.fromMicros());
        return 100 * trails.apart(region.trails(), stretch.fromMicros(), stretch.toMicros()) / all;
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>(silenced);
        for (Map.Entry<Topic, Long> topic : stretch.passedOver().entrySet()) {
            notes.add("%d records of %s stand in that time; both modelled timelines pass over them"
                    .formatted(topic.getValue(), topic.getKey().stage()));
        }
        if (region.guessed() > 0) {
            notes.add(region.guessed() + " VMs were in no sample when it began; they are modelled from the start, on"
                    + " the host where they were seen first");
        }
        if (!stretch.outages().isEmpty()) {
            notes.add(stretch.outages().size() + " hosts crashed; in the model their VMs start again where they were,"
                    + " when the host returns");
        }
        return notes;
    }
}
