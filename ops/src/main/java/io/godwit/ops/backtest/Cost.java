package io.godwit.ops.backtest;

import io.godwit.ceprules.child.RuleUse;
import java.time.Duration;

/**
 * What a rule took of a machine to see a stretch of the past, decoding and look-backs left out.
 *
 * @param cpuNanos of the machine that ran the backtest
 * @param lasted log time of the stretch
 */
public record Cost(long cpuNanos, long rows, long observations, Duration lasted) {
    static Cost of(RuleUse use, long observations, Duration lasted) {
        return new Cost(use.cpuNanos(), use.rows(), observations, lasted);
    }

    /** CPU for each observation; 0 where there was none. */
    public double nanosPerObservation() {
        return observations == 0 ? 0 : (double) cpuNanos / observations;
    }

    /** Percent of one core, at the rate at which observations came. */
    public double corePercent() {
        return lasted.isZero() ? 0 : 100.0 * cpuNanos / lasted.toNanos();
    }
}
