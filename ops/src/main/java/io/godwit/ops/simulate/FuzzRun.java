package io.godwit.ops.simulate;

import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

    /** @return faults by seed, of those that had any */
    SortedMap<Long, List<String>> run(Watcher watcher) throws InterruptedException {
        ConcurrentSkipListMap<Long, List<String>> failed = new ConcurrentSkipListMap<>();
        AtomicInteger done = new AtomicInteger();
        long began = System.nanoTime();
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            for (long seed = first; seed < first + seeds; seed++) {
                long one = seed;
                workers.execute(() -> {
                    List<String> faults = Campaign.run(one);
                    if (!faults.isEmpty()) {
                        failed.put(one, faults);
                        watcher.failed(one, faults);
                    }
                    int soFar = done.incrementAndGet();
                    if (soFar % STEP == 0 || soFar == seeds) {
                        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                        watcher.passed(soFar, failed.size(), millis);
                    }
                });
            }
            workers.shutdown();
            boolean _ = workers.awaitTermination(7, TimeUnit.DAYS);
        }
        return failed;
    }
}
