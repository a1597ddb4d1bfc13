package io.godwit.ops.simulate;

import io.godwit.ceprules.child.Admissions;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.executors.work.Region;
import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.DataCentreModel;
import io.godwit.monitors.hosts.simulated.model.Restored;
import io.godwit.monitors.hosts.simulated.model.RoundTrips;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.overlaysync.OverlayConfig;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.log.DirectoryLogWriter;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;

/** One run of a region on a virtual clock. */
final class Simulation implements AutoCloseable {
    /** A round moment, so that a run can be read. */
    static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

    static final int PARTS = 200;

    private static final List<Topic> COUNTED = List.of(
            Topic.INVENTORY,
            Topic.OBSERVATIONS,
            Topic.DETECTIONS,
            Topic.HOST_PARTITIONS,
            Topic.COMMANDS,
            Topic.OUTCOMES);

    /**
     * Parts that a test may put in place of the product's, to plant a fault.
     *
     * @param knowledge what the executor makes of the log
     */
    record Parts(Planner planner, UnaryOperator<Region> knowledge) {
        static final Parts SOUND = new Parts(new RepairPlanner(), UnaryOperator.identity());
    }

    /** Somebody who looks on. */
    interface Onlooker {
        /** A record was appended. */
        void appended(Topic topic, SpecificRecord event, long millis);

        /** The scheduler of a segment is about to take an input of this log time. */
        void delivered(int segment, SpecificRecord event, long millis);
    }

    private final SimulationPlan plan;
    private final long originMicros = ORIGIN.getEpochSecond() * 1_000_000;
    private final Agenda agenda = new Agenda(originMicros);
    private final Measured measured = new Measured();
    private final Figures figures = new Figures();
    private final Course course = new Course(originMicros);
    private final SegmentsOfHosts segments;
    private final SimulatedLog log;
    private final Optional<MemoryLog> kept;
    private final Optional<DirectoryLogWriter> recorder;
    private final DataCentre dataCentre;
    private final LoadMeter meter;
    private final SimulatedSchedulers schedulers;
    private final SimulatedCep cep;
    private final Optional<OperatorsProcess> operators; // starts nothing where there are none of their rules
    private final List<String> silent = new ArrayList<>();

    Simulation(SimulationPlan plan) {
        this(plan, Parts.SOUND, Optional.empty());
    }

    Simulation(SimulationPlan plan, Parts parts, Optional<Function<Simulation, Onlooker>> onlookers) {
        RepairPlanner.warmUp(); // as a live scheduler does, so that no decision is charged for loading classes
        this.plan = plan;
        Optional<Onlooker> onlooker = onlookers.map(maker -> maker.apply(this));
        SimulatedLog.Reader inputs = onlooker.<SimulatedLog.Reader>map(
                        one -> (record, event) -> one.delivered(record.segment(), event, sinceOrigin(record)))
                .orElse((_, _) -> {});
        segments = SegmentsOfHosts.of(plan.region().fleets(), plan.segments());
        SimulatedFleet fleet = plan.region().all();
        boolean mortal = plan.faults().any();
        SimulatedLog.Network sound = plan.region().network(micros(plan.logDelay()), plan.segments());
        FaultyNetwork network = new FaultyNetwork(
                agenda, sound, plan.faults(), plan.region().fleets().size(), plan.segments());
        boolean ofOperators = plan.standing().rules().stream().anyMatch(rule -> !rule.getBuiltIn());
        boolean keepsBytes =
                ofOperators || mortal || plan.keepsLog() || plan.record().isPresent();
        log = new SimulatedLog(agenda, segments.count(), mortal ? network : sound, keepsBytes);
        COUNTED.forEach(topic -> log.watch(topic, figures::take));
        onlooker.ifPresent(one -> {
            for (Topic topic : Topic.values()) {
                log.watch(topic, (record, event) -> one.appended(topic, event, sinceOrigin(record)));
            }
        });
        kept = mortal || plan.keepsLog()
                ? Optional.of(new MemoryLog(fleet.site(), segments.count()))
                : Optional.empty();
        kept.ifPresent(this::keep);
        recorder = plan.record()
                .map(folder -> new DirectoryLogWriter(folder, fleet.site(), "simulated", segments.count()));
        recorder.ifPresent(writer -> {
            for (Topic topic : Topic.values()) {
                log.watch(topic, (record, _) -> writer.append(record));
            }
        });
        dataCentre = new DataCentre(
                agenda,
                new DataCentreModel(fleet, plan.load(), plan.crashes(), originMicros, Restored.NOTHING, originMicros));
        meter = new LoadMeter(fleet, plan.load(), plan.power(), plan.powerOffEmpty(), originMicros);
        operators = plan.standing().operators().map(config -> new OperatorsProcess(config, () -> {}));
        OperatorRules.Source atWork = operators.isPresent() ? operators.get() : OperatorRules.HERE;
        cep = new SimulatedCep(agenda, log, segments.count(), admitted(plan.standing()), atWork);
        schedulers = new SimulatedSchedulers(
                agenda,
                log,
                segments.count(),
                parts.planner(),
                measured,
                mortal,
                plan.decisions().headroomPermille() > 0,
                inputs);
        SimulatedExecutor executor =
                new SimulatedExecutor(agenda, log, segments.count(), plan.executor(), dataCentre, parts.knowledge());
        SimulatedMonitors monitors = new SimulatedMonitors(
                agenda, log, dataCentre, meter, plan.samplePeriod(), segments, network::losesSample);
        dataCentre.listen(event -> meter.take(event, agenda.nowMicros()));
        dataCentre.listen(monitors::tell);
        log.watch(Topic.OUTCOMES, (_, event) -> course.take(event, agenda.nowMicros()));
        begin();
        monitors.start();
        cep.start();
        if (!plan.crashes().equals(CrashPlan.NONE)) {
            new SimulatedOverlay(agenda, log, dataCentre, segments, OverlayConfig.DEFAULTS).start();
        }
        kept.ifPresent(
                memory -> new Killer(agenda, plan.faults(), segments.count()).start(schedulers, executor, cep, memory));
    }

    /** As live: in the record may stand what anybody wrote, and what may not run draws nothing. */
    private List<CompiledRule> admitted(Standing standing) {
        if (standing.operators().isEmpty()) {
            return admitted(standing.rules(), Admission.HERE);
        }
        try (Admissions admissions = new Admissions(standing.operators().get(), () -> {})) {
            return admitted(standing.rules(), admissions);
        }
    }

    private List<CompiledRule> admitted(List<RuleDeployed> standing, Admission admission) {
        List<CompiledRule> rules = new ArrayList<>();
        for (RuleDeployed deployed : standing) {
            RuleVersion rule = RuleVersion.of(deployed);
            switch (admission.await(rule)) {
                case Admission.Admitted(CompiledRule admitted) -> rules.add(admitted);
                case Admission.Refused(int line, int column, String message) ->
                    silent.add("rule %s is refused by this build and draws nothing: line %d, column %d: %s"
                            .formatted(rule, line, column, message));
                case Admission.TooMuch(String reason) ->
                    silent.add("rule %s draws nothing: %s".formatted(rule, reason));
            }
        }
        return rules;
    }

    /** Rules that draw nothing, a sentence each. */
    List<String> silent() {
        return List.copyOf(silent);
    }

    private static long sinceOrigin(LogRecord record) {
        return record.timestampMillis() - ORIGIN.toEpochMilli();
    }

    private void keep(MemoryLog memory) {
        for (Topic topic : Topic.values()) {
            log.watch(topic, (record, _) -> {
                var _ = memory.append(
                        topic,
                        record.segment(),
                        Instant.ofEpochMilli(record.timestampMillis()),
                        new String(record.key(), StandardCharsets.UTF_8),
                        record.value());
            });
        }
    }

    private void begin() {
        for (HostJoined joined : segments.joined()) {
            log.append(Topic.INVENTORY, joined.getSegment(), joined.getHostId(), joined);
        }
        RoundTrips roundTrips = plan.region().roundTrips();
        for (CoordinateAnnounced place : Placement.of(segments.joined(), roundTrips, plan.seed())) {
            log.append(Topic.OBSERVATIONS, segments.byHost().get(place.getHostId()), place.getHostId(), place);
        }
        for (RuleDeployed rule : plan.standing().rules()) {
            log.appendEverywhere(Topic.RULES, rule.getRule(), rule);
        }
        String site = plan.region().all().site();
        log.appendEverywhere(
                Topic.CONTROLS,
                "schedulers",
                new SettingsAnnounced(site, "schedulers", plan.decisions().toJson(), "simulate"));
        for (ConstraintsApplied applied : plan.standing().constraints()) {
            log.appendEverywhere(Topic.CONTROLS, "constraints/" + applied.getName(), applied);
        }
        log.appendEverywhere(
                Topic.CONTROLS, "mode", new ModeChanged(site, plan.standing().mode(), "simulate", "simulated"));
    }

    /**
     * Runs it to its end.
     *
     * @param progress is told how many of {@value #PARTS} parts have passed
     */
    SimulationResult run(IntConsumer progress) {
        return run(progress, () -> false);
    }

    /** @param over ends it early when it says so after a part */
    SimulationResult run(IntConsumer progress, BooleanSupplier over) {
        long micros = micros(plan.duration());
        for (int part = 1; part <= PARTS && !over.getAsBoolean(); part++) {
            long passed = micros * part / PARTS;
            agenda.runUntil(originMicros + passed);
            course.look(meter, agenda.nowMicros());
            progress.accept(part);
        }
        recorder.ifPresent(DirectoryLogWriter::finish);
        return figures.result(plan.decisions().policy().text(), meter, measured);
    }

    long originMicros() {
        return originMicros;
    }

    Course course() {
        return course;
    }

    Figures figures() {
        return figures;
    }

    Measured measured() {
        return measured;
    }

    LoadMeter meter() {
        return meter;
    }

    /** Name of the site, or of all together. */
    String site() {
        return plan.region().all().site();
    }

    SimulationPlan plan() {
        return plan;
    }

    SimulatedFleet fleet() {
        return plan.region().all();
    }

    Agenda agenda() {
        return agenda;
    }

    SimulatedLog log() {
        return log;
    }

    DataCentre dataCentre() {
        return dataCentre;
    }

    SegmentsOfHosts segments() {
        return segments;
    }

    SimulatedSchedulers schedulers() {
        return schedulers;
    }

    /** The whole log, where it is kept. */
    Optional<MemoryLog> kept() {
        return kept;
    }

    static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    @Override
    public void close() {
        recorder.ifPresent(DirectoryLogWriter::close);
        cep.close();
        operators.ifPresent(OperatorsProcess::close);
    }
}
