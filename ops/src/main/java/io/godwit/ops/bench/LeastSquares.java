package io.godwit.ops.bench;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Places hosts so that the squares of all differences between estimate and measured round trip are least together: a plane and
 * a height as in Vivaldi, but with every pair known at one place. What it reaches bounds what hosts can that know few pairs
 * each. Gradient descent with Adam's steps (Kingma and Ba, ICLR 2015), which shrink to the end.
 */
final class LeastSquares {
    private static final int AXES = 2;
    private static final int HEIGHT = 2;
    private static final int STEPS = 600;
    private static final double STEP_MILLIS = 5;
    private static final double START_MILLIS = 50;

    private final double[][] millis;
    private final double[][] places;

    private LeastSquares(double[][] millis) {
        this.millis = millis;
        SplittableRandom random = new SplittableRandom(1);
        this.places = new double[millis.length][];
        for (int host = 0; host < places.length; host++) {
            places[host] = new double[] {
                START_MILLIS * random.nextGaussian(), START_MILLIS * random.nextGaussian(), STEP_MILLIS
            };
        }
    }

    /** @param micros measured round trips, of which those of both directions are averaged; 0 or less: not measured */
    static LeastSquares over(List<long[]> micros) {
        int hosts = micros.size();
        double[][] millis = new double[hosts][hosts];
        for (int from = 0; from < hosts; from++) {
            for (int to = 0; to < hosts; to++) {
                long there = micros.get(from)[to];
                long back = micros.get(to)[from];
                millis[from][to] = there > 0 && back > 0 ? (there + back) / 2000.0 : 0;
            }
        }
        LeastSquares placed = new LeastSquares(millis);
        placed.descend();
        return placed;
    }

    /** Estimated round trip, in microseconds. */
    long distanceMicros(int from, int to) {
        return Math.round(1000 * (inPlane(from, to) + places[from][HEIGHT] + places[to][HEIGHT]));
    }

    private double inPlane(int from, int to) {
        double dx = places[from][0] - places[to][0];
        double dy = places[from][1] - places[to][1];
        return Math.sqrt(dx * dx + dy * dy);
    }

    private void descend() {
        int hosts = places.length;
        double[][] mean = new double[hosts][AXES + 1];
        double[][] square = new double[hosts][AXES + 1];
        double meanLeft = 1;
        double squareLeft = 1;
        for (int step = 1; step <= STEPS; step++) {
            double[][] slope = slope();
            meanLeft *= 0.9;
            squareLeft *= 0.999;
            double length = STEP_MILLIS * (1 - step / (double) (STEPS + 1));
            for (int host = 0; host < hosts; host++) {
                for (int axis = 0; axis <= AXES; axis++) {
                    double down = slope[host][axis];
                    mean[host][axis] = 0.9 * mean[host][axis] + 0.1 * down;
                    square[host][axis] = 0.999 * square[host][axis] + 0.001 * down * down;
                    places[host][axis] -= length
                            * (mean[host][axis] / (1 - meanLeft))
                            / (Math.sqrt(square[host][axis] / (1 - squareLeft)) + 1e-9);
                }
                places[host][HEIGHT] = Math.max(0.01, places[host][HEIGHT]);
            }
        }
    }

    private double[][] slope() {
        int hosts = places.length;
        double[][] slope = new double[hosts][AXES + 1];
        for (int from = 0; from < hosts; from++) {
            for (int to = 0; to < from; to++) {
                if (millis[from][to] > 0) {
                    double plane = Math.max(inPlane(from, to), 1e-3);
                    double over = plane + places[from][HEIGHT] + places[to][HEIGHT] - millis[from][to];
                    for (int axis = 0; axis < AXES; axis++) {
                        double part = over * (places[from][axis] - places[to][axis]) / plane;
                        slope[from][axis] += part;
                        slope[to][axis] -= part;
                    }
                    slope[from][HEIGHT] += over;
                    slope[to][HEIGHT] += over;
                }
            }
        }
        return slope;
    }
}
