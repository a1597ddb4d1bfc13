package io.godwit.ops.simulate;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.monitors.hosts.simulated.model.DataCentreModel;
import io.godwit.monitors.hosts.simulated.model.Happening;
import io.godwit.monitors.hosts.simulated.model.Restored;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongConsumer;

/** One run of a region on a virtual clock. */
final class Simulation implements AutoCloseable {
    /** A round moment, so that a run can be read. */
    private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

    private static final List<Topic> TOLD = List.of(
            Topic.INVENTORY,
            Topic.OBSERVATIONS,
            Topic.DETECTIONS,
            Topic.HOST_PARTITIONS,
            Topic.COMMANDS,
            Topic.OUTCOMES);

    private final SimulationPlan plan;
    private final long originMicros = ORIGIN.getEpochSecond() * 1_000_000;
    private final Agenda agenda = new Agenda(originMicros);
    private final Measured measured = new Measured();
    private final Figures figures = new Figures();
    private final SimulatedLog log;
    private final DataCentreModel model;
    private final LoadMeter meter;
    private final SimulatedMonitors monitors;
    private final SimulatedCep cep;
    private final SimulatedExecutor executor;
    private final VirtualHypervisor hypervisor;
    private long modelDueMicros = Long.MAX_VALUE;

    Simulation(SimulationPlan plan) {
        this.plan = plan;
        SegmentsOfHosts segments = SegmentsOfHosts.of(List.of(plan.fleet()), plan.segments());
        long delay = micros(plan.logDelay());
        log = new SimulatedLog(agenda, segments.count(), (fromSegment, record) -> delay, false);
        TOLD.forEach(topic -> log.watch(topic, figures::take));
        model = new DataCentreModel(
                plan.fleet(), plan.load(), plan.crashes(), originMicros, Restored.NOTHING, originMicros);
        meter = new LoadMeter(plan.fleet(), plan.load(), plan.power(), originMicros);
        hypervisor = new VirtualHypervisor(model, this::wakeModel);
        List<CompiledRule> rules =
                BuiltInRules.all().stream().map(RuleCompiler::compile).toList();
        cep = new SimulatedCep(agenda, log, segments.count(), rules);
        SimulatedSchedulers _ = new SimulatedSchedulers(agenda, log, segments.count(), new RepairPlanner(), measured);
        executor = new SimulatedExecutor(agenda, log, segments.count(), plan.executor(), hypervisor);
        monitors = new SimulatedMonitors(agenda, log, this::advanceModel, model, meter, plan.samplePeriod(), segments);
        begin(segments);
    }

    private void begin(SegmentsOfHosts segments) {
        for (HostJoined joined : segments.joined()) {
            log.append(Topic.INVENTORY, joined.getSegment(), joined.getHostId(), joined);
        }
        String settings = plan.decisions().toJson();
        log.appendEverywhere(
                Topic.CONTROLS,
                "schedulers",
                new SettingsAnnounced("schedulers", settings, plan.decisions().digest(), "simulate"));
        log.appendEverywhere(
                Topic.CONTROLS, "mode", new ModeChanged(plan.fleet().site(), "auto", "simulate", "simulated"));
        monitors.start();
        cep.start();
        wakeModel();
    }

    /**
     * Runs it to its end.
     *
     * @param progress is told the virtual microseconds that have passed, about a hundred times
     */
    SimulationResult run(LongConsumer progress) {
        long micros = micros(plan.duration());
        for (int part = 1; part <= 100; part++) {
            agenda.runUntil(originMicros + micros / 100 * part);
            progress.accept(micros / 100 * part);
        }
        agenda.runUntil(originMicros + micros);
        meter.advance(agenda.nowMicros());
        return figures.result("dvms-local", meter, measured);
    }

    /** Lets the hosts come to this moment, and passes on what happened to them. */
    private void advanceModel() {
        model.advance(agenda.nowMicros());
        boolean ended = false;
        for (Happening happening : model.takeHappenings()) {
            switch (happening) {
                case Happening.Told told -> {
                    meter.take(told.event(), agenda.nowMicros());
                    monitors.tell(told.event());
                }
                case Happening.MigrationEnded end -> {
                    hypervisor.ended(end.commandId(), end);
                    ended = true;
                }
                case Happening.SourceLost end -> {
                    hypervisor.ended(end.commandId(), end);
                    ended = true;
                }
            }
        }
        if (ended) {
            executor.act();
        }
    }

    /** Sees to it that the model is looked after when something happens there by itself. */
    private void wakeModel() {
        long next = model.nextMicros();
        if (next < modelDueMicros) {
            modelDueMicros = next;
            agenda.at(next, () -> {
                if (modelDueMicros <= agenda.nowMicros()) {
                    modelDueMicros = Long.MAX_VALUE;
                    advanceModel();
                    wakeModel();
                }
            });
        }
    }

    static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    @Override
    public void close() {
        cep.close();
    }
}
