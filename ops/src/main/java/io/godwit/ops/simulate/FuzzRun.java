package io.godwit.ops.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the regions of many seeds, some at a time.
 *
 * @param first the first seed
 * @param threads runs at once
 */
record FuzzRun(long first, int seeds, int threads) {
    private static final int STEP = 1000;

    /** Is told how it goes, by any thread. */
    interface Watcher {
        /** After each {@value #STEP} seeds and at the end. */
        void passed(int done, int failed, long millis);

        /** A judge found faults. */
        void failed(long seed, List<String> faults);
    }

    /**
     * @return faults by seed, of those that had any
     * @throws ExecutionException where a seed could not be run, as without memory; the others are of no use then
     */
    SortedMap<Long, List<String>> run(Watcher watcher) throws InterruptedException, ExecutionException {
        ConcurrentSkipListMap<Long, List<String>> failed = new ConcurrentSkipListMap<>();
        AtomicInteger done = new AtomicInteger();
        long began = System.nanoTime();
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> runs = new ArrayList<>();
            for (long seed = first; seed < first + seeds; seed++) {
                long one = seed;
                runs.add(workers.submit(() -> {
                    List<String> faults = Campaign.run(Scenario.of(one));
                    if (!faults.isEmpty()) {
                        failed.put(one, faults);
                        watcher.failed(one, faults);
                    }
                    int soFar = done.incrementAndGet();
                    if (soFar % STEP == 0 || soFar == seeds) {
                        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                        watcher.passed(soFar, failed.size(), millis);
                    }
                }));
            }
            for (Future<?> run : runs) {
                Object _ = run.get();
            }
        }
        return failed;
    }
}
