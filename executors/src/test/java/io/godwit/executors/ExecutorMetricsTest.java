package io.godwit.executors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.executors.work.CommandEngine;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExecutorMetricsTest {
    @Test
    void dashboards_find_these_names() {
        ExecutorMetrics.counted(new CommandEngine.Counts(1, 2, 3, 0), 4);
        List<String> names = Collections.list(CollectorRegistry.defaultRegistry.metricFamilySamples()).stream()
                .filter(family -> family.name.startsWith("godwit_executor_"))
                .map(family -> family.type == Collector.Type.COUNTER ? family.name + "_total" : family.name)
                .sorted()
                .collect(Collectors.toList());
        assertEquals(
                List.of(
                        "godwit_executor_calls_hung",
                        "godwit_executor_commands",
                        "godwit_executor_dead_letters_total",
                        "godwit_executor_move_duration_seconds",
                        "godwit_executor_outcomes_total",
                        "godwit_executor_segments",
                        "godwit_executor_transactions_failed_total"),
                names);
    }
}
