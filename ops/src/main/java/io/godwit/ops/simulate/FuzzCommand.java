package io.godwit.ops.simulate;

import io.godwit.ops.cli.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit simulate fuzz}: random regions under random faults, judged after each event. */
@Command(
        name = "fuzz",
        sortOptions = false,
        description =
                "Runs random small regions with random loads and faults, and judges every event of each; ends with"
                        + " exit code 1 where a judge found a fault.")
final class FuzzCommand implements Callable<Integer> {
    @Option(names = "--seeds", paramLabel = "N", description = "How many regions (default: 100).")
    int seeds = 100;

    @Option(names = "--first", paramLabel = "S", description = "The first seed (default: 1).")
    long first = 1;

    @Option(names = "--threads", paramLabel = "N", description = "Runs at once (default: as many as cores).")
    int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--record",
            paramLabel = "FOLDER",
            description = "Writes the log of each region with faults to FOLDER/seed-S, as simulate --record does.")
    Optional<Path> record = Optional.empty();

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        if (seeds < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "--seeds is %d and --threads %d; give 1 or more".formatted(seeds, threads));
        }
        record.ifPresent(folder -> OptionValues.writable("--record", folder));
        SortedMap<Long, List<String>> failed = new FuzzRun(first, seeds, threads).run(new Teller());
        failed.forEach((seed, faults) -> {
            System.out.println(
                    "seed %d (%s): %d faults".formatted(seed, Scenario.of(seed).says(), faults.size()));
            faults.stream().limit(3).forEach(fault -> System.out.println("  " + fault));
            record.ifPresent(folder -> write(seed, faults, folder.resolve("seed-" + seed)));
        });
        System.out.println("%d seeds from %d on: %d with faults".formatted(seeds, first, failed.size()));
        return failed.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Runs it once more; another end than the first time tells that its log could not be written. */
    private static void write(long seed, List<String> faults, Path folder) {
        List<String> again = Campaign.run(Scenario.of(seed).recordedTo(folder));
        if (!again.equals(faults)) {
            System.err.println("godwit: the log of seed %d is not in %s: %s; give an empty folder with room to --record"
                    .formatted(seed, folder, again.isEmpty() ? "it ran without faults" : again.getFirst()));
        }
    }

    private static final class Teller implements FuzzRun.Watcher {
        @Override
        public void passed(int done, int failed, long millis) {
            System.err.println("%d seeds in %.1f s (%d a minute), %d with faults"
                    .formatted(done, millis / 1000.0, done * 60_000L / Math.max(1, millis), failed));
        }

        @Override
        public void failed(long seed, List<String> faults) {
            System.err.println("seed " + seed + ": " + faults.getFirst());
        }
    }
}
