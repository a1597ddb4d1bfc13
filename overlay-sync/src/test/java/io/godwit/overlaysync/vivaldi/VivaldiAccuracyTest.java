package io.godwit.overlaysync.vivaldi;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Measured round trips of real networks, placed by our map; the medians are what is asked of it. */
final class VivaldiAccuracyTest {
    private static final int NEIGHBOURS = 32;
    private static final int ROUNDS = 300;

    @Test
    void planetlab_is_placed_within_a_tenth_of_its_round_trips() throws IOException {
        assertPlaced("planetlab490_t01_ms.csv.gz", false, 0.10, 0.50);
    }

    @Test
    void wonderproxy_cities_are_placed_within_eight_hundredths_of_their_round_trips() throws IOException {
        assertPlaced("wonderproxy_109cities_ms.csv.gz", true, 0.08, 0.42);
    }

    private static void assertPlaced(String file, boolean titled, double medianMax, double p90Max) throws IOException {
        long[][] micros = read(file, titled);
        int hosts = micros.length;
        Random random = new Random(1);
        int[][] neighbours = new int[hosts][NEIGHBOURS];
        for (int host = 0; host < hosts; host++) {
            for (int index = 0; index < NEIGHBOURS; index++) {
                neighbours[host][index] = random.nextInt(hosts);
            }
        }
        NetworkMap map = new NetworkMap();
        for (int round = 0; round < ROUNDS; round++) {
            for (int host = 0; host < hosts; host++) {
                int other = neighbours[host][random.nextInt(NEIGHBOURS)];
                if (other != host && micros[host][other] > 0) {
                    map.measured("h" + host, "h" + other, micros[host][other], Set.of());
                }
            }
        }
        double[] errors = new double[hosts * hosts];
        int count = 0;
        for (int host = 0; host < hosts; host++) {
            for (int other = 0; other < hosts; other++) {
                long measured = micros[host][other];
                if (host != other && measured > 0) {
                    long estimate = map.of("h" + host).distanceMicros(map.of("h" + other));
                    errors[count++] = Math.abs((double) estimate - measured) / measured;
                }
            }
        }
        double[] sorted = Arrays.copyOf(errors, count);
        Arrays.sort(sorted);
        double median = sorted[count / 2];
        double p90 = sorted[count * 9 / 10];
        String found = "%s: median %.3f, 90th percentile %.3f".formatted(file, median, p90);
        System.out.println(found);
        assertTrue(median <= medianMax && p90 <= p90Max, found);
    }

    private static long[][] read(String file, boolean titled) throws IOException {
        String named = System.getenv("GODWIT_DATA");
        Path data = named != null
                ? Path.of(named)
                : Path.of(System.getProperty("godwit.checkout", ".")).resolve("../shared/data");
        Path path = data.resolve("latency").resolve(file);
        assumeTrue(
                Files.exists(path),
                path.toAbsolutePath()
                        + " is not there: the accuracy on measured networks is not tested; set GODWIT_DATA");
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(path)), StandardCharsets.UTF_8))) {
            List<String> lines = reader.lines().toList();
            int skip = titled ? 1 : 0;
            long[][] micros = new long[lines.size() - skip][];
            for (int row = 0; row < micros.length; row++) {
                String[] cells = lines.get(row + skip).split(",", -1);
                micros[row] = new long[micros.length];
                for (int column = 0; column < micros.length; column++) {
                    String cell = cells[column + skip];
                    micros[row][column] = cell.isEmpty() ? 0 : Math.round(Double.parseDouble(cell) * 1000);
                }
            }
            return micros;
        }
    }
}
