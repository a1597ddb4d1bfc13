package io.godwit.ops.bench;

import io.godwit.monitors.hosts.simulated.traces.LatencyMatrix;
import io.godwit.ops.summary.Percentile;
import io.godwit.overlaysync.vivaldi.NetworkMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How well coordinates foretell the round trips of measured networks, of which each host measures a few. */
@Command(
        name = "vivaldi",
        sortOptions = false,
        description =
                "Relative error of the coordinates on measured networks, beside a least-squares placement that knows"
                        + " every pair.")
final class VivaldiBench extends Bench {
    private static final List<Network> NETWORKS = List.of(
            new Network("planetlab490 t01", "planetlab490_t01_ms.csv.gz", 0.10),
            new Network("wonderproxy 109 cities", "wonderproxy_109cities_ms.csv.gz", 0.08));
    private static final List<Integer> FEWER = List.of(8, 16);

    @Option(
            names = "--traces",
            paramLabel = "FOLDER",
            defaultValue = "${env:GODWIT_DATA}",
            description = "Where the folder \"latency\" with the matrices is (default: GODWIT_DATA).")
    Path traces;

    @Option(
            names = "--neighbours",
            paramLabel = "N",
            description = "Others that each host measures, chosen at random, so most links are long (default: 32).")
    int neighbours = 32;

    @Option(
            names = "--measurements",
            paramLabel = "N",
            description = "Measurements that each host makes, one neighbour each; both ends learn (default: 300).")
    int measurements = 300;

    @Option(names = "--seeds", paramLabel = "N", description = "Runs, each with other neighbours (default: 5).")
    int seeds = 5;

    /** A measured network and the median error that is asked for. */
    private record Network(String name, String file, double medianMax) {}

    /** Of all pairs, relative to the measured round trip. */
    private record Errors(double median, double p90) {}

    /** Estimated round trip of two rows. */
    private interface Estimate {
        long micros(int from, int to);
    }

    @Override
    Report measure(Path folder) {
        if (neighbours < 1 || measurements < 1 || seeds < 1) {
            throw new IllegalArgumentException("--neighbours is %d, --measurements %d and --seeds %d; give at least 1"
                    .formatted(neighbours, measurements, seeds));
        }
        if (traces == null) {
            throw new IllegalArgumentException(
                    "no folder of traces is named; give --traces FOLDER, which holds latency/"
                            + NETWORKS.getFirst().file());
        }
        Report report = new Report();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Network network : NETWORKS) {
            List<long[]> micros = LatencyMatrix.read(traces.resolve("latency").resolve(network.file()))
                    .micros();
            say(network.name() + ": " + micros.size() + " hosts");
            LeastSquares bound = LeastSquares.over(micros);
            Errors least = errors(micros, bound::distanceMicros);
            List<Errors> placed = placed(micros, neighbours);
            report.figure(Figure.of(network.name() + ", median error, worst seed", "of round trip", worst(placed))
                    .beside("least squares over all pairs", least.median())
                    .heldTo(Target.valueAtMost(network.medianMax())));
            for (int count : FEWER) {
                if (count < neighbours) {
                    rows.add(row(network.name(), count + " neighbours", placed(micros, count)));
                }
            }
            rows.add(row(network.name(), neighbours + " neighbours", placed));
            rows.add(row(network.name(), "least squares", List.of(least)));
        }
        return report.table("Relative error by how many others each host measures", rows)
                .note("%d measurements per host, %d seeds; a plane and a height; each measurement moves both ends."
                        .formatted(measurements, seeds));
    }

    private List<Errors> placed(List<long[]> micros, int count) {
        return IntStream.rangeClosed(1, seeds)
                .mapToObj(seed -> {
                    NetworkMap map = map(micros, count, seed);
                    return errors(micros, (from, to) -> map.of(name(from)).distanceMicros(map.of(name(to))));
                })
                .toList();
    }

    private NetworkMap map(List<long[]> micros, int count, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int hosts = micros.size();
        int[][] others = new int[hosts][count];
        for (int host = 0; host < hosts; host++) {
            for (int index = 0; index < count; index++) {
                others[host][index] = random.nextInt(hosts);
            }
        }
        NetworkMap map = new NetworkMap();
        for (int round = 0; round < measurements; round++) {
            for (int host = 0; host < hosts; host++) {
                int other = others[host][random.nextInt(count)];
                if (other != host && micros.get(host)[other] > 0) {
                    map.measured(name(host), name(other), micros.get(host)[other], Set.of());
                }
            }
        }
        return map;
    }

    private static String name(int host) {
        return "h" + host;
    }

    private static Errors errors(List<long[]> micros, Estimate estimate) {
        double[] errors = new double[micros.size() * micros.size()];
        int count = 0;
        for (int from = 0; from < micros.size(); from++) {
            for (int to = 0; to < micros.size(); to++) {
                long measured = micros.get(from)[to];
                if (from != to && measured > 0) {
                    errors[count++] = Math.abs((double) estimate.micros(from, to) - measured) / measured;
                }
            }
        }
        double[] all = Arrays.copyOf(errors, count);
        return new Errors(Percentile.of(all, 50), Percentile.of(all, 90));
    }

    private static double worst(List<Errors> runs) {
        return runs.stream().mapToDouble(Errors::median).max().orElseThrow();
    }

    private static Map<String, Object> row(String network, String how, List<Errors> runs) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("network", network);
        row.put("how", how);
        row.put(
                "median",
                Figure.rounded(
                        runs.stream().mapToDouble(Errors::median).average().orElseThrow()));
        row.put("medianWorst", Figure.rounded(worst(runs)));
        row.put(
                "p90",
                Figure.rounded(runs.stream().mapToDouble(Errors::p90).average().orElseThrow()));
        return row;
    }
}
