package io.godwit.monitors.hosts.simulated.model;

import java.util.Arrays;
import java.util.List;

/**
 * What a host draws: eleven points from idle to full load, straight lines between them, and what it draws while it is off.
 *
 * @param name of the machine, or what the curve is
 * @param milliwatts at 0, 10, … 100 % load; eleven, none below the one before it
 * @param offMilliwatts while it is off or has crashed
 */
public record PowerCurve(String name, List<Long> milliwatts, long offMilliwatts) {
    private static final int STEPS = 10;

    /** While it is off a host draws what VMPlaceS takes for it. */
    public static final long OFF_MILLIWATTS = 10_000;

    /** VMPlaceS's host: 100 W idle to 200 W. */
    public static final PowerCurve DEFAULT = linear(100_000, 200_000);

    public PowerCurve {
        milliwatts = List.copyOf(milliwatts);
        if (milliwatts.size() != STEPS + 1) {
            throw new IllegalArgumentException("power curve \"%s\" has %d points; give 11, from idle to full load"
                    .formatted(name, milliwatts.size()));
        }
        long before = 0;
        for (int step = 0; step <= STEPS; step++) {
            if (milliwatts.get(step) < before) {
                throw new IllegalArgumentException(
                        "power curve \"%s\" falls from %s W to %s W at %d %% load; give watts that do not fall as load rises"
                                .formatted(name, before / 1000.0, milliwatts.get(step) / 1000.0, step * STEPS));
            }
            before = milliwatts.get(step);
        }
        if (offMilliwatts < 0) {
            throw new IllegalArgumentException(
                    "power curve \"%s\" draws %d mW while off; give 0 or more".formatted(name, offMilliwatts));
        }
    }

    /** A straight line; whole milliwatts, rounded to the nearest. */
    public static PowerCurve linear(long idleMilliwatts, long fullMilliwatts) {
        long[] points = new long[STEPS + 1];
        for (int step = 0; step <= STEPS; step++) {
            points[step] = between(idleMilliwatts, fullMilliwatts, step, STEPS);
        }
        return new PowerCurve(
                "linear %s to %s W".formatted(idleMilliwatts / 1000.0, fullMilliwatts / 1000.0),
                Arrays.stream(points).boxed().toList(),
                OFF_MILLIWATTS);
    }

    /**
     * What a running host draws, rounded to the nearest milliwatt.
     *
     * @param demand what its VMs ask for; more than the capacity counts as the capacity
     * @param capacity in the same unit; above 0
     */
    public long milliwatts(long demand, long capacity) {
        long tenths = Math.clamp(demand, 0, capacity) * STEPS;
        int step = (int) Math.min(tenths / capacity, STEPS - 1);
        return between(milliwatts.get(step), milliwatts.get(step + 1), tenths - step * capacity, capacity);
    }

    private static long between(long low, long high, long part, long whole) {
        return low + Math.floorDiv((high - low) * part * 2 + whole, 2 * whole);
    }
}
