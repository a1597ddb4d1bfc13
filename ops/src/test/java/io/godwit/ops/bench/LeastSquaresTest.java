package io.godwit.ops.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LeastSquaresTest {
    @Test
    void hosts_that_stand_in_a_plane_with_heights_are_placed_where_they_stand() {
        SplittableRandom random = new SplittableRandom(4);
        int hosts = 30;
        double[][] places = new double[hosts][];
        for (int host = 0; host < hosts; host++) {
            places[host] =
                    new double[] {random.nextDouble(200_000), random.nextDouble(100_000), random.nextDouble(10_000)};
        }
        List<long[]> micros = new ArrayList<>();
        for (int from = 0; from < hosts; from++) {
            long[] row = new long[hosts];
            for (int to = 0; to < hosts; to++) {
                double plane = Math.hypot(places[from][0] - places[to][0], places[from][1] - places[to][1]);
                row[to] = from == to ? 0 : Math.round(plane + places[from][2] + places[to][2]);
            }
            micros.add(row);
        }
        LeastSquares placed = LeastSquares.over(micros);
        for (int from = 0; from < hosts; from++) {
            for (int to = 0; to < from; to++) {
                long measured = micros.get(from)[to];
                assertEquals((double) measured, (double) placed.distanceMicros(from, to), 0.02 * measured + 500);
            }
        }
    }
}
