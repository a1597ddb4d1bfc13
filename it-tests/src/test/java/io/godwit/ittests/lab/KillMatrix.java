package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every party of the kill matrix at every moment, as a table. Not part of the suite: it-tests/lab/matrix runs it. */
class KillMatrix {
    /** Of the cases that are wanted; empty: all. */
    private static final Pattern ONLY = Pattern.compile(System.getProperty("godwit.matrix.only", ""));

    @Test
    void every_case_holds(@TempDir Path folder) throws Exception {
        List<KillCase> cases = KillCase.all().stream()
                .filter(one -> ONLY.matcher(one.toString()).find())
                .toList();
        List<String> wrong = new ArrayList<>();
        System.out.println("| killed | moment | move | outcome | source, target | took | |");
        System.out.println("|---|---|---|---|---|---|---|");
        try (KillBench bench = KillBench.start(folder)) {
            Runtime.getRuntime().addShutdownHook(new Thread(bench::close)); // one who stops it leaves no hosts
            for (KillCase tried : cases) {
                KillBench.Verdict verdict = bench.run(tried);
                System.out.println(verdict.row());
                if (!verdict.holds()) {
                    wrong.add(verdict.row());
                }
            }
        }
        System.out.printf("%d of %d cases hold%n", cases.size() - wrong.size(), cases.size());
        assertEquals(List.of(), wrong);
    }
}
