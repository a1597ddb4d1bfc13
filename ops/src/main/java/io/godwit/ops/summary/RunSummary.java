package io.godwit.ops.summary;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * What a run came to. Its JSON form is part of the product: keys are added, never changed. Statistics of nothing are null.
 *
 * @param hosts hosts that were sampled
 * @param vms VMs that were sampled
 * @param samples host samples in the log
 */
@JsonPropertyOrder({"hosts", "vms", "samples", "detections", "migrations", "violations", "latencyMillis"})
public record RunSummary(
        int hosts,
        int vms,
        long samples,
        Detections detections,
        Migrations migrations,
        Violations violations,
        LatencyMillis latencyMillis) {

    /** Detections that began, by kind. */
    @JsonPropertyOrder({"overload", "underload", "hostCrash", "vmCrash"})
    public record Detections(long overload, long underload, long hostCrash, long vmCrash) {}

    /** Migrations by outcome; open: commanded and without a final outcome. */
    @JsonPropertyOrder({"commanded", "succeeded", "failed", "refused", "aborted", "open"})
    public record Migrations(long commanded, long succeeded, long failed, long refused, long aborted, long open) {}

    /** Times in which a host's demand was above its capacity, from the first such sample to the first that was not. */
    @JsonPropertyOrder({"count", "meanSeconds", "p95Seconds", "maxSeconds", "sumSeconds"})
    public record Violations(long count, Double meanSeconds, Double p95Seconds, Double maxSeconds, Double sumSeconds) {}

    /**
     * From the sample that completed the evidence, appended, to what followed from it, appended.
     *
     * @param sampleToCommand of detections whose first host partition gave a command
     * @param answeredLater detections that a later host partition answered, since the first found nothing to do yet or no way;
     *     in the table alone
     */
    @JsonPropertyOrder({"sampleToDetection", "sampleToCommand"})
    public record LatencyMillis(
            Latency sampleToDetection,
            Latency sampleToCommand,
            @JsonIgnore long answeredLater) {}

    /** Nearest-rank percentiles. */
    @JsonPropertyOrder({"p50", "p99"})
    public record Latency(Double p50, Double p99) {}
}
