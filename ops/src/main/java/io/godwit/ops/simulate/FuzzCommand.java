package io.godwit.ops.simulate;

import io.godwit.ops.cli.ExitCode;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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

    @Override
    public Integer call() throws InterruptedException {
        TreeMap<Long, List<String>> failed = new TreeMap<>(failures());
        failed.forEach((seed, faults) -> {
            System.out.println(
                    "seed %d (%s): %d faults".formatted(seed, Scenario.says(Scenario.of(seed)), faults.size()));
            faults.stream().limit(3).forEach(fault -> System.out.println("  " + fault));
        });
        System.out.println("%d seeds from %d on: %d with faults".formatted(seeds, first, failed.size()));
        return failed.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private ConcurrentSkipListMap<Long, List<String>> failures() throws InterruptedException {
        ConcurrentSkipListMap<Long, List<String>> failed = new ConcurrentSkipListMap<>();
        AtomicLong done = new AtomicLong();
        long began = System.nanoTime();
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            for (long seed = first; seed < first + seeds; seed++) {
                long one = seed;
                workers.execute(() -> {
                    List<String> faults = Campaign.run(one);
                    if (!faults.isEmpty()) {
                        failed.put(one, faults);
                        System.err.println("seed " + one + ": " + faults.getFirst());
                    }
                    if (done.incrementAndGet() % 1000 == 0) {
                        System.err.println("%d seeds in %d s, %d with faults"
                                .formatted(done.get(), (System.nanoTime() - began) / 1_000_000_000, failed.size()));
                    }
                });
            }
            workers.shutdown();
            boolean _ = workers.awaitTermination(7, TimeUnit.DAYS);
        }
        return failed;
    }
}
