package io.godwit.ceprules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.units.ByteSize;
import io.prometheus.client.CollectorRegistry;
import java.time.Duration;
import java.util.Collections;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class CepConfigTest {
    @Test
    void the_defaults_are_these() {
        CepConfig defaults = CepConfig.DEFAULTS;
        assertEquals(Duration.ofMillis(20), defaults.commitInterval());
        assertEquals(Duration.ofSeconds(1), defaults.idleCommitInterval());
        assertEquals(Duration.ofSeconds(1), defaults.tickInterval());
        assertEquals(Duration.ofSeconds(30), defaults.ruleWatchdog());
        assertTrue(defaults.ruleCache().endsWith(".cache/godwit/rules"));
        assertEquals(ByteSize.ofMebibytes(512), defaults.operators().heap());
        assertEquals(5, defaults.operators().cpuPercent());
        assertEquals(Duration.ofSeconds(1), defaults.operators().batchCpu());
        assertEquals(1000, defaults.operators().rowsPerSecond());
        assertEquals(ByteSize.ofMebibytes(64), defaults.operators().state());
        assertEquals(ConfinePolicy.WHERE_POSSIBLE, defaults.operators().confine());
    }

    @Test
    void a_value_out_of_bounds_is_told_with_its_key_and_the_bounds() {
        CepConfig usual = CepConfig.DEFAULTS;
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> new CepConfig(
                                Duration.ofSeconds(5),
                                usual.idleCommitInterval(),
                                usual.tickInterval(),
                                usual.ruleWatchdog(),
                                usual.ruleCache(),
                                usual.operators()))
                .getMessage();
        assertEquals("cep.commit-interval is 5000 ms; give 1 to 1000 ms, or drop the key for 20ms", message);
    }

    @Test
    void the_metrics_have_these_names() {
        CepMetrics metrics = new CepMetrics("rennes");
        metrics.detection("OVERLOAD", "began");
        assertEquals(
                new TreeSet<>(java.util.List.of(
                        "godwit_cep_commit_duration_seconds",
                        "godwit_cep_dead_letters",
                        "godwit_cep_detections",
                        "godwit_cep_observations",
                        "godwit_cep_operators_restarts",
                        "godwit_cep_operators_unconfined_count",
                        "godwit_cep_recoveries",
                        "godwit_cep_restore_duration_seconds",
                        "godwit_cep_rules_quarantined_count",
                        "godwit_cep_rules_refused_count",
                        "godwit_cep_segments_count",
                        "godwit_cep_ticks")),
                Collections.list(CollectorRegistry.defaultRegistry.metricFamilySamples()).stream()
                        .map(family -> family.name)
                        .filter(name -> name.startsWith("godwit_cep_"))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }
}
