package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever is killed in the middle of a move on real hosts, two running copies are never left, the command has one final outcome
 * and that is true. Each party is killed at one moment, which the seed chooses (-Dgodwit.matrix.seed=N repeats it);
 * it-tests/lab/matrix runs all.
 */
class KillMatrixTest {
    private static final long SEED = Long.getLong("godwit.matrix.seed", System.nanoTime() & 0xffff);

    @TempDir
    private Path folder;

    @Test
    void two_running_copies_are_never_left_whoever_is_killed_in_the_middle_of_a_move() throws Exception {
        List<KillBench.Verdict> wrong = new ArrayList<>();
        System.err.println("kill matrix, seed " + SEED);
        try (KillBench bench = KillBench.start(folder)) {
            for (KillCase tried : oneEach(new SplittableRandom(SEED))) {
                KillBench.Verdict verdict = bench.run(tried);
                System.err.println(verdict.row());
                if (!verdict.holds()) {
                    wrong.add(verdict);
                }
            }
        }
        assertEquals(List.of(), wrong, "seed " + SEED);
    }

    private static List<KillCase> oneEach(SplittableRandom random) {
        List<KillCase> cases = new ArrayList<>();
        for (Party party : Party.KILLED) {
            List<KillCase> some =
                    KillCase.all().stream().filter(one -> one.party() == party).toList();
            cases.add(some.get(random.nextInt(some.size())));
        }
        return cases;
    }
}
