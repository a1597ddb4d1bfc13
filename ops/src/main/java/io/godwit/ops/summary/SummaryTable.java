package io.godwit.ops.summary;

import java.util.List;
import java.util.Locale;

/** A summary for people. */
public final class SummaryTable {
    private SummaryTable() {}

    /** @param of what it is the summary of, as in "site rennes" */
    public static List<String> of(String of, RunSummary run) {
        return List.of(
                "%s: %d hosts, %d VMs, %d samples".formatted(of, run.hosts(), run.vms(), run.samples()),
                "  detections  overload %d, underload %d, host crash %d, VM crash %d"
                        .formatted(
                                run.detections().overload(),
                                run.detections().underload(),
                                run.detections().hostCrash(),
                                run.detections().vmCrash()),
                "  migrations  commanded %d: succeeded %d, failed %d, refused %d, aborted %d, open %d"
                        .formatted(
                                run.migrations().commanded(),
                                run.migrations().succeeded(),
                                run.migrations().failed(),
                                run.migrations().refused(),
                                run.migrations().aborted(),
                                run.migrations().open()),
                "  violations  %d: mean %s, p95 %s, longest %s, in all %s"
                        .formatted(
                                run.violations().count(),
                                seconds(run.violations().meanSeconds()),
                                seconds(run.violations().p95Seconds()),
                                seconds(run.violations().maxSeconds()),
                                seconds(run.violations().sumSeconds())),
                "  latency     sample to detection p50 %s, p99 %s; sample to command p50 %s, p99 %s; answered later %d"
                        .formatted(
                                millis(run.latencyMillis().sampleToDetection().p50()),
                                millis(run.latencyMillis().sampleToDetection().p99()),
                                millis(run.latencyMillis().sampleToCommand().p50()),
                                millis(run.latencyMillis().sampleToCommand().p99()),
                                run.latencyMillis().answeredLater()));
    }

    private static String seconds(Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.1f s", value);
    }

    private static String millis(Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.0f ms", value);
    }
}
