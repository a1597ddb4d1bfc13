package io.godwit.ops.bench;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who in a region uses the CPU: services and brokers, by what their threads are called. */
final class ThreadShares {
    private static final int SHOWN = 12;

    private ThreadShares() {}

    /** CPU seconds so far. */
    static Map<String, Double> of(UpChild up) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        ProcessFigures.threadCpuSeconds(up.pid()).forEach((name, cpu) -> seconds.put("services: " + name, cpu));
        for (long broker : up.brokers()) {
            ProcessFigures.threadCpuSeconds(broker)
                    .forEach((name, cpu) -> seconds.merge("broker: " + name, cpu, Double::sum));
        }
        return seconds;
    }

    /**
     * The busiest threads first.
     *
     * @param unit name of the column
     * @param divisor 1 for CPU seconds; the time between the two looks for cores
     */
    static List<Map<String, Object>> rows(
            Map<String, Double> before, Map<String, Double> after, String unit, double divisor) {
        Map<String, Double> used = new LinkedHashMap<>();
        after.forEach((name, cpu) -> used.put(name, (cpu - before.getOrDefault(name, 0.0)) / divisor));
        return used.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(SHOWN)
                .map(entry -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("threads", entry.getKey());
                    row.put(unit, Figure.rounded(entry.getValue()));
                    return row;
                })
                .toList();
    }
}
