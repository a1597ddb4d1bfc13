package io.godwit.ops.whatif;

import io.godwit.ceprules.DetectionCourse;
import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.child.Admissions;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.ops.cli.Failed;
import io.godwit.schedulers.constraints.script.KnownNames;
import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.replay.Fork;
import io.godwit.schedulers.replay.RecordedCourse;
import io.godwit.schedulers.replay.Rehearsed;
import io.godwit.schedulers.replay.Unforkable;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Lives a stretch of the past again, once as it was and once with something changed: forks of the schedulers and of the
 * detectors go on from the recorded state through what was observed, asked for and set. It reads a log port, which cannot be
 * written to, and writes nowhere.
 */
public final class WhatIf {
    /**
     * What became of a region in the stretch.
     *
     * @param violationSeconds time in which hosts were asked for more than they have, all hosts together
     * @param detectionsAsRecorded those that the log has as well
     * @param migrations that succeeded
     * @param migrationsAsRecorded those that the log has as well within a minute, and that ended as there
     * @param restarts VMs that were started by a command
     * @param modelledPercent share of VM time on other hosts than the log tells, or in other states
     * @param modelledOutcomes commands that ended as estimated, and not as the log tells
     */
    public record Timeline(
            double violationSeconds,
            long violations,
            long detections,
            long detectionsAsRecorded,
            long migrations,
            long migrationsAsRecorded,
            long restarts,
            double energyWattHours,
            double modelledPercent,
            long modelledOutcomes) {}

    /**
     * The timelines beside each other.
     *
     * @param recorded what the log tells, by the same meter
     * @param baseline modelled with nothing changed; its distance from the recorded one is the model's own error
     * @param alternative modelled with the changes
     * @param notes what is to be known of the model here, a sentence each
     */
    public record Result(
            int hosts, int vms, Timeline recorded, Timeline baseline, Timeline alternative, List<String> notes) {
        /** What differs between the three, as people read it. */
        public List<Figure> figures() {
            return List.of(
                    figure("violationSeconds", timeline -> tenths(timeline.violationSeconds())),
                    figure("violations", Timeline::violations),
                    figure("detections", Timeline::detections),
                    figure("detectionsAsRecorded", Timeline::detectionsAsRecorded),
                    figure("migrations", Timeline::migrations),
                    figure("migrationsAsRecorded", Timeline::migrationsAsRecorded),
                    figure("restarts", Timeline::restarts),
                    figure("energyWattHours", timeline -> tenths(timeline.energyWattHours())),
                    figure("modelledPercent", timeline -> tenths(timeline.modelledPercent())),
                    figure("modelledOutcomes", Timeline::modelledOutcomes));
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

    private final Log log;
    private final Instant from;
    private final Instant to;
    private final OperatorsConfig operators;

    private WhatIf(Log log, Instant from, Instant to, OperatorsConfig operators) {
        this.log = log;
        this.from = from;
        this.to = to;
        this.operators = operators;
    }

    /**
     * @param operators what operators' rules may use
     * @throws Failed where the log does not hold what it takes
     */
    public static Result of(Log log, Instant from, Instant to, OperatorsConfig operators, List<Change> changes) {
        try {
            return new WhatIf(log, from, to, operators).result(changes);
        } catch (Unforkable why) {
            throw new Failed(
                    "what would have been cannot be told from %s on: %s; give another --from"
                            .formatted(from, why.getMessage()),
                    why);
        }
    }

    private Result result(List<Change> changes) {
        RegionState before = StateRebuild.of(log, Optional.of(from), from);
        TimelineTelling.Controls were = new TimelineTelling.Controls(announced(before), List.of(), List.of());
        TimelineTelling.Controls would =
                changed(before, changes); // faults of a script are told before anything is read
        Fork fork = Fork.of(log, DecidingCode.digest(), from);
        DetectionCourse.Recorded detections = new DetectionCourse.Recorded(log, from);
        // two children, as each keeps what it knows of a segment's rules
        try (Admissions admissions = new Admissions(operators, () -> {});
                OperatorsProcess first = OperatorsProcess.ofThePast(operators);
                OperatorsProcess second = OperatorsProcess.ofThePast(operators);
                TimelineTelling baseline = new TimelineTelling(
                        log.segments(),
                        detections,
                        DetectionCourse.of(detections, List.of(), first, admissions),
                        were,
                        from);
                TimelineTelling alternative = new TimelineTelling(
                        log.segments(),
                        detections,
                        DetectionCourse.of(detections, rules(changes, admissions), second, admissions),
                        would,
                        from)) {
            SampleMeter recorded = new SampleMeter(PowerCurve.DEFAULT, from);
            List<RecordedCourse.Course> courses =
                    RecordedCourse.of(log, fork, List.of(baseline, alternative), to, recorded::take);
            recorded.end(to);
            return new Result(
                    recorded.hosts(),
                    courses.getFirst().vms(),
                    recorded(recorded),
                    modelled(baseline, courses.getFirst()),
                    modelled(alternative, courses.getLast()),
                    notes(baseline, alternative));
        }
    }

    private SettingsAnnounced announced(RegionState before) {
        SettingsAnnounced announced = before.controls().settings().get("schedulers");
        return announced != null
                ? announced
                : new SettingsAnnounced(log.site(), "schedulers", DecisionSettings.DEFAULTS.toJson(), "whatif");
    }

    private TimelineTelling.Controls changed(RegionState before, List<Change> changes) {
        List<Change.Constraints> scripts = changes.stream()
                .filter(Change.Constraints.class::isInstance)
                .map(Change.Constraints.class::cast)
                .toList();
        KnownNames names = scripts.isEmpty() ? new KnownNames(new TreeMap<>(), new TreeMap<>()) : names(before);
        return new TimelineTelling.Controls(
                announced(before),
                changes.stream()
                        .filter(Change.OfSettings.class::isInstance)
                        .map(Change.OfSettings.class::cast)
                        .toList(),
                scripts.stream().map(script -> script.applied(names)).toList());
    }

    /** Of those that are there when it begins, and of those that come. */
    private KnownNames names(RegionState before) {
        TreeMap<String, String> vms = new TreeMap<>();
        TreeMap<String, String> hosts = new TreeMap<>();
        for (RegionState state : List.of(before, StateRebuild.of(log, Optional.of(to), to))) {
            state.vms().forEach(vm -> vms.put(vm.id(), vm.name()));
            state.hosts().forEach(host -> hosts.put(host.id(), host.label()));
        }
        return new KnownNames(vms, hosts);
    }

    private List<CompiledRule> rules(List<Change> changes, Admissions admissions) {
        RuleBook book = RuleLog.read(log);
        List<CompiledRule> rules = new ArrayList<>();
        for (Change change : changes) {
            if (change instanceof Change.Rule(String name, String text)) {
                RuleVersion version = new RuleVersion(name, book.nextVersion(name), text, false);
                if (!(admissions.await(version) instanceof Admission.Admitted(CompiledRule admitted))) {
                    throw new Failed("rule " + name + " cannot be run; see: godwit rule check");
                }
                rules.add(admitted);
            }
        }
        return rules;
    }

    private Timeline recorded(SampleMeter meter) {
        Counted counted = Counted.of(log, from, to);
        return new Timeline(
                meter.violationSeconds(),
                meter.violations(),
                counted.detections(),
                counted.detections(),
                counted.migrations(),
                counted.migrations(),
                counted.restarts(),
                meter.wattHours(),
                0,
                0);
    }

    private Timeline modelled(TimelineTelling told, RecordedCourse.Course course) {
        SampleMeter meter = told.meter();
        meter.end(to);
        Set<Rehearsed.Step> commanded = new HashSet<>(course.commanded());
        List<Rehearsed.Ended> ended = course.ended().stream()
                .filter(end -> commanded.contains(end.step()))
                .toList();
        List<Rehearsed.Ended> moved = ended.stream()
                .filter(end -> end.succeeded() && end.step().migrates())
                .toList();
        return new Timeline(
                meter.violationSeconds(),
                meter.violations(),
                told.detections(),
                told.detectionsAsRecorded(),
                moved.size(),
                moved.stream().filter(Rehearsed.Ended::recorded).count(),
                ended.stream()
                        .filter(end -> end.succeeded() && end.step().move().getAction() == ActionKind.START)
                        .count(),
                meter.wattHours(),
                course.vmTime().isZero()
                        ? 0
                        : 100.0 * course.apart().toMillis() / course.vmTime().toMillis(),
                ended.stream().filter(end -> !end.recorded()).count());
    }

    private static List<String> notes(TimelineTelling baseline, TimelineTelling alternative) {
        TreeSet<String> notes = new TreeSet<>(baseline.refused());
        notes.addAll(alternative.refused());
        return List.copyOf(notes);
    }
}
