package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Random small regions under random faults, as {@code godwit simulate fuzz} runs them; -Dgodwit.fuzz.seeds says how many. */
class FuzzTest {
    private static final int SEEDS = Integer.getInteger("godwit.fuzz.seeds", 3_000);
    private static final long FIRST = Long.getLong("godwit.fuzz.first", 1);

    @Test
    void no_judge_finds_a_fault() throws InterruptedException, ExecutionException {
        SortedMap<Long, List<String>> failed = new FuzzRun(FIRST, SEEDS, 2).run(new Silent());

        assertEquals("{}", failed.toString());
    }

    @Test
    void the_same_seed_is_the_same_region() {
        assertEquals(Scenario.of(3).acts(), Scenario.of(3).acts());
        assertEquals(Scenario.of(3).plan().faults(), Scenario.of(3).plan().faults());
    }

    /** All is told at the end. */
    private static final class Silent implements FuzzRun.Watcher {
        @Override
        public void passed(int done, int failed, long millis) {}

        @Override
        public void failed(long seed, List<String> faults) {}
    }
}
