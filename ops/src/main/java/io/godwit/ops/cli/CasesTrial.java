package io.godwit.ops.cli;

import io.godwit.ops.rules.RuleFolder.RuleFile;
import io.godwit.ops.rules.RuleResult;
import io.godwit.ops.rules.TrialProcess;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Tries rules on the cases in their own headers before they are deployed. */
final class CasesTrial {
    private static final Duration TIME_OUT = Duration.ofSeconds(30);
    private static final ByteSize HEAP = ByteSize.ofMebibytes(256);

    private CasesTrial() {}

    /**
     * Returns where all cases hold; rules without any need not be given.
     *
     * @throws Refused with all that does not hold
     */
    static void pass(List<Path> rules) {
        List<String> failures = new ArrayList<>();
        try (TrialProcess trial = new TrialProcess(TIME_OUT, HEAP)) {
            for (Path rule : rules) {
                failures(trial.test(new RuleFile(rule.getFileName().toString(), rule, List.of())), failures);
            }
        } catch (IOException failed) {
            throw new Failed("the cases of the rules could not be tried: " + failed.getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted while the cases of the rules were tried; nothing was deployed");
        }
        if (!failures.isEmpty()) {
            throw new Refused(String.join("\n", failures)
                    + "\n"
                    + "nothing was deployed; mend the rule or its case, or deploy it all the same with"
                    + " --skip-expect");
        }
    }

    private static void failures(RuleResult result, List<String> into) {
        into.addAll(result.faults());
        for (RuleResult.Tried tried : result.scenarios()) {
            if (!tried.passed()) {
                into.add("%s: the case \"%s\" does not hold".formatted(tried.place(), tried.name()));
                tried.misses().forEach(miss -> into.add("  " + miss));
            }
        }
    }
}
