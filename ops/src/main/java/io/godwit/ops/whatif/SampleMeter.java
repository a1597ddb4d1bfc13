package io.godwit.ops.whatif;

import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.schemas.events.HostSampled;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** What hosts go through, as far as their samples tell: each holds until the next one. A host that is silent is off. */
final class SampleMeter {
    /** A host that tells nothing for so many periods is off from then on. */
    private static final int SILENT_PERIODS = 3;

    private static final double MILLIWATT_MILLIS_PER_WATT_HOUR = 1000.0 * 3_600_000;

    private final PowerCurve power;
    private final Instant from;
    private final Map<String, Sampled> hosts = new HashMap<>(); // looked up, and summed up in whole numbers
    private long violations;
    private long violatedMillis;
    private long milliwattMillis;

    private record Sampled(Instant at, HostSampled sample) {
        boolean violated() {
            return sample.getCpuDemandMillicores() > sample.getCpuCapacityMillicores();
        }

        Instant silentFrom() {
            return at.plus(Duration.ofMillis(Math.max(1L, sample.getSamplePeriodMillis()))
                    .multipliedBy(SILENT_PERIODS));
        }
    }

    /** @param from what was before counts nowhere; a sample from before tells of the host at that moment */
    SampleMeter(PowerCurve power, Instant from) {
        this.power = power;
        this.from = from;
    }

    /** Takes the next sample of a host. */
    void take(Instant at, HostSampled sample) {
        Sampled now = new Sampled(at, sample);
        Sampled before = hosts.put(sample.getHostId(), now);
        if (before != null) {
            count(before, at);
        }
        boolean goesOn = before != null && before.violated() && !at.isAfter(before.silentFrom());
        violations += now.violated() && !goesOn ? 1 : 0;
    }

    /** Nothing is told after this moment. */
    void end(Instant to) {
        hosts.values().forEach(last -> count(last, to));
    }

    private void count(Sampled sampled, Instant to) {
        Instant silent = sampled.silentFrom().isBefore(to) ? sampled.silentFrom() : to;
        long on = millis(sampled.at(), silent);
        HostSampled sample = sampled.sample();
        violatedMillis += sampled.violated() ? on : 0;
        milliwattMillis += on * power.milliwatts(sample.getCpuDemandMillicores(), sample.getCpuCapacityMillicores());
        milliwattMillis += millis(silent, to) * power.offMilliwatts();
    }

    /** Time between two moments, as far as it counts. */
    private long millis(Instant since, Instant until) {
        Instant begin = since.isBefore(from) ? from : since;
        return Math.max(0, Duration.between(begin, until).toMillis());
    }

    int hosts() {
        return hosts.size();
    }

    /** How often a host began to be asked for more than it has. */
    long violations() {
        return violations;
    }

    /** For how long hosts were, all together. */
    double violationSeconds() {
        return violatedMillis / 1000.0;
    }

    double wattHours() {
        return milliwattMillis / MILLIWATT_MILLIS_PER_WATT_HOUR;
    }
}
