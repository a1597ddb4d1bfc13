package io.godwit.ceprules;

import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;

/** What cep counts; one set of series per site, so that two sites may live in one process. */
public final class CepMetrics {
    private static final Counter OBSERVATIONS =
            counter("godwit_cep_observations_total", "observations taken, look-backs apart");
    private static final Counter DETECTIONS = Counter.build("godwit_cep_detections_total", "detections begun and ended")
            .labelNames("site", "kind", "change")
            .register();
    private static final Counter DEAD_LETTERS =
            counter("godwit_cep_dead_letters_total", "records that could not be read or rules that may not run");
    private static final Counter RECOVERIES =
            counter("godwit_cep_recoveries_total", "times that work was taken up again from the committed state");
    private static final Counter TICKS = counter("godwit_cep_ticks_total", "ticks appended");
    private static final Histogram COMMITS = Histogram.build(
                    "godwit_cep_commit_duration_seconds", "time of a transaction from begin to commit")
            .labelNames("site")
            .buckets(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2)
            .register();
    private static final Histogram RESTORES = Histogram.build(
                    "godwit_cep_restore_duration_seconds", "time to open the detector of one segment again")
            .labelNames("site")
            .buckets(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
            .register();
    private static final Gauge SEGMENTS = Gauge.build(
                    "godwit_cep_segments_count", "segments that this process works on")
            .labelNames("site")
            .register();

    private static final Gauge RULES_REFUSED = Gauge.build(
                    "godwit_cep_rules_refused_count",
                    "rules that are live in the log and that this build refuses; they draw no detections")
            .labelNames("site")
            .register();

    private static final Gauge RULES_QUARANTINED = Gauge.build(
                    "godwit_cep_rules_quarantined_count",
                    "operators' rules that are quarantined in a segment of this process; they draw no detections there")
            .labelNames("site")
            .register();
    private static final Counter OPERATORS_RESTARTS =
            counter("godwit_cep_operators_restarts_total", "times that the JVM of operators' rules was lost");

    private static final Gauge OPERATORS_UNCONFINED = Gauge.build(
                    "godwit_cep_operators_unconfined_count",
                    "JVMs of operators' rules of this process that could not confine themselves")
            .labelNames("site")
            .register();

    private final String site;

    CepMetrics(String site) {
        this.site = site;
    }

    private static Counter counter(String name, String help) {
        return Counter.build(name, help).labelNames("site").register();
    }

    public void observations(int count) {
        OBSERVATIONS.labels(site).inc(count);
    }

    /** @param change "began" or "ended" */
    public void detection(String kind, String change) {
        DETECTIONS.labels(site, kind, change).inc();
    }

    public void deadLetter() {
        DEAD_LETTERS.labels(site).inc();
    }

    public void recovery() {
        RECOVERIES.labels(site).inc();
    }

    public void tick() {
        TICKS.labels(site).inc();
    }

    public void commit(double seconds) {
        COMMITS.labels(site).observe(seconds);
    }

    public void restore(double seconds) {
        RESTORES.labels(site).observe(seconds);
    }

    public void rulesRefused(int count) {
        RULES_REFUSED.labels(site).set(count);
    }

    public void rulesQuarantined(int count) {
        RULES_QUARANTINED.labels(site).set(count);
    }

    public void operatorsRestart() {
        OPERATORS_RESTARTS.labels(site).inc();
    }

    public void operatorsUnconfined(int count) {
        OPERATORS_UNCONFINED.labels(site).set(count);
    }

    public void segments(int count) {
        SEGMENTS.labels(site).set(count);
    }
}
