package io.godwit.schedulers.kafka;

import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schedulers.partition.Taken;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.log.Topic;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import java.util.Locale;

/** What a scheduler tells Prometheus. Names are read by dashboards; a test pins them. */
public final class SchedulerMetrics {
    private static final double NANOS = 1e9;

    private final Counter inputs;
    private final Counter unreadable;
    private final Counter commands;
    private final Counter plans;
    private final Counter refused;
    private final Counter returns;
    private final Counter closed;
    private final Histogram decisionSeconds;
    private final Gauge openPartitions;
    private final Gauge openDetections;

    /** Registered once per JVM: the services of several sites share it. */
    private static final class Shared {
        static final SchedulerMetrics METRICS = new SchedulerMetrics(CollectorRegistry.defaultRegistry);
    }

    public SchedulerMetrics(CollectorRegistry registry) {
        inputs = Counter.build("godwit_scheduler_inputs_total", "Records taken, by topic.")
                .labelNames("topic")
                .register(registry);
        unreadable = Counter.build("godwit_scheduler_dead_letters_total", "Records that could not be used, by topic.")
                .labelNames("topic")
                .register(registry);
        commands = Counter.build("godwit_scheduler_commands_total", "Migrations commanded.")
                .register(registry);
        plans = Counter.build("godwit_scheduler_plans_total", "Answers to detections: viable, plan, infeasible.")
                .labelNames("answer")
                .register(registry);
        refused = Counter.build(
                        "godwit_scheduler_plans_refused_total",
                        "Plans that the judge turned down; each is a fault of the planner, so alert on the first.")
                .register(registry);
        returns = Counter.build(
                        "godwit_scheduler_returns_total", "VMs moved back to a host that they left within the hold.")
                .register(registry);
        closed = Counter.build("godwit_scheduler_partitions_closed_total", "Host partitions that ended, by how.")
                .labelNames("end")
                .register(registry);
        decisionSeconds = Histogram.build(
                        "godwit_scheduler_decision_duration_seconds", "Time spent on inputs that led to decisions.")
                .buckets(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2)
                .register(registry);
        openPartitions = Gauge.build("godwit_scheduler_open_partitions", "Host partitions that are open.")
                .labelNames("segment")
                .register(registry);
        openDetections = Gauge.build("godwit_scheduler_open_detections", "Detections that have not ended.")
                .labelNames("segment")
                .register(registry);
    }

    public static SchedulerMetrics shared() {
        return Shared.METRICS;
    }

    void took(Topic topic, Taken taken, long nanos) {
        inputs.labels(topic.stage()).inc();
        if (taken.unreadable().isPresent()) {
            unreadable.labels(topic.stage()).inc();
        }
        boolean decided = false;
        for (Output output : taken.outputs()) {
            decided |= output.topic() != Topic.JOURNAL;
            switch (output.event()) {
                case MigrateVm _ -> commands.inc();
                case PlanDecided plan -> {
                    plans.labels(plan.getAnswer().name().toLowerCase(Locale.ROOT))
                            .inc();
                    returns.inc(plan.getReturns().size());
                }
                case PlanRefused _ -> refused.inc();
                case PartitionClosed end ->
                    closed.labels(end.getEnd().name().toLowerCase(Locale.ROOT)).inc();
                default -> {}
            }
        }
        if (decided) {
            decisionSeconds.observe(nanos / NANOS);
        }
    }

    void stands(int segment, SchedulerState state) {
        String label = Integer.toString(segment);
        openPartitions.labels(label).set(state.openPartitions());
        openDetections.labels(label).set(state.openDetections());
    }
}
