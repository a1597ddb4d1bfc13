package io.godwit.ops.simulate;

import io.godwit.ops.summary.Percentile;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/** What a simulation cost on this machine; the only part of its result that differs from run to run. */
final class Measured {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final long beganNanos = System.nanoTime();
    private double[] decisionMillis = new double[1024];
    private int decisions;

    /** CPU time of the running thread, on which everything that is simulated happens. */
    static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** @param nanos CPU time of the thread that decided */
    void decided(long nanos) {
        if (decisions == decisionMillis.length) {
            decisionMillis = Arrays.copyOf(decisionMillis, 2 * decisions);
        }
        decisionMillis[decisions++] = nanos / 1e6;
    }

    /** Duration of each decision, in order. */
    double[] decisionMillis() {
        return Arrays.copyOf(decisionMillis, decisions);
    }

    SimulationResult.Measured result() {
        double[] millis = decisionMillis();
        return new SimulationResult.Measured(
                new SimulationResult.DecisionMillis(Percentile.of(millis, 50), Percentile.of(millis, 99)),
                (System.nanoTime() - beganNanos) / 1e9,
                peakHeapBytes());
    }

    private static long peakHeapBytes() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
