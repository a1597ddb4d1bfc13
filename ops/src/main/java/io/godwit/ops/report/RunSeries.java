package io.godwit.ops.report;

import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;

/**
 * What a report shows of a run. Times in seconds of the run, from 0.
 *
 * @param title what ran, in a few words
 * @param options what it ran with, in the order to show them
 * @param result the result as its JSON has it, maps and numbers
 * @param seconds how long it ran; above 0
 * @param violationSeconds how long each violation lasted, in any order
 * @param openViolations how many were open from each time on, in time order
 * @param partitionSizes how many host partitions found a plan with so many hosts
 * @param migrationEnds when migrations ended, by outcome, in the order to show outcomes
 * @param wattHours drawn up to each time, in time order; between two times it grows evenly
 * @param decisionMillis what each decision took on the machine that ran the simulation, in any order
 */
public record RunSeries(
        String title,
        SequencedMap<String, String> options,
        Map<String, Object> result,
        double seconds,
        List<Double> violationSeconds,
        List<Level> openViolations,
        SortedMap<Integer, Long> partitionSizes,
        SequencedMap<String, List<Double>> migrationEnds,
        List<Level> wattHours,
        List<Double> decisionMillis) {
    /** A value from a time on. */
    public record Level(double seconds, double value) {}

    public RunSeries {
        if (!(seconds > 0)) { // so that NaN is refused too
            throw new IllegalArgumentException("a run of " + seconds + " s has nothing to report; give more than 0");
        }
    }
}
