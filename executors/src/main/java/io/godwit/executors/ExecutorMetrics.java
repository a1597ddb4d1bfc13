package io.godwit.executors;

import io.godwit.executors.work.CommandEngine;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import org.apache.avro.specific.SpecificRecord;

/** What an executor counts, for Prometheus. */
final class ExecutorMetrics {
    static final Counter OUTCOMES = Counter.build(
                    "godwit_executor_outcomes_total", "Outcomes appended, by kind and reason of a refusal or failure.")
            .labelNames("outcome", "reason")
            .register();
    static final Histogram MOVE_DURATION = Histogram.build(
                    "godwit_executor_move_duration_seconds", "From accepted to seen on the target.")
            .buckets(0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
            .register();
    static final Gauge COMMANDS = Gauge.build("godwit_executor_commands", "Open commands, by where they stand.")
            .labelNames("state")
            .register();
    static final Gauge CALLS_HUNG = Gauge.build(
                    "godwit_executor_calls_hung",
                    "Native calls that did not come back within twice the time a move may take.")
            .register();
    static final Gauge SEGMENTS = Gauge.build("godwit_executor_segments", "Segments that this executor owns.")
            .register();
    static final Counter DEAD_LETTERS = Counter.build(
                    "godwit_executor_dead_letters_total", "Records that could not be read.")
            .register();
    static final Counter WRITES_FAILED = Counter.build(
                    "godwit_executor_transactions_failed_total", "Transactions that were taken back and written again.")
            .register();

    private ExecutorMetrics() {}

    static void appended(SpecificRecord outcome) {
        switch (outcome) {
            case CommandAccepted _ -> OUTCOMES.labels("accepted", "").inc();
            case CommandSucceeded moved -> {
                OUTCOMES.labels("succeeded", "").inc();
                if (!moved.getSourceHostId().equals(moved.getTargetHostId())) {
                    MOVE_DURATION.observe(moved.getDurationMillis() / 1e3);
                }
            }
            case CommandFailed failed ->
                OUTCOMES.labels("failed", failed.getReason()).inc();
            case CommandRefused refused ->
                OUTCOMES.labels("refused", refused.getReason()).inc();
            case CommandAborted _ -> OUTCOMES.labels("aborted", "").inc();
            default -> OUTCOMES.labels("progressed", "").inc();
        }
    }

    static void counted(CommandEngine.Counts counts, int segments) {
        COMMANDS.labels("queued").set(counts.queued());
        COMMANDS.labels("moving").set(counts.moving());
        COMMANDS.labels("unclear").set(counts.unclear());
        CALLS_HUNG.set(counts.hung());
        SEGMENTS.set(segments);
    }
}
