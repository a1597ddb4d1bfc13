package io.godwit.ops.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.rules.RuleFolder.RuleFile;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/rules.md shows as rules is what lies in docs/rules, and does what the scenarios there say. */
final class RuleExamplesTest {
    private static final Path DOCS = Path.of(System.getProperty("godwit.checkout"), "docs");

    @Test
    void each_example_of_the_page_lies_beside_it_letter_by_letter() throws IOException {
        List<String> shown = new ArrayList<>();
        Matcher examples =
                Pattern.compile("```epl\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOCS.resolve("rules.md")));
        while (examples.find()) {
            shown.add(examples.group(1));
        }
        List<String> lying = new ArrayList<>();
        for (RuleFile rule : RuleFolder.of(DOCS.resolve("rules")).rules()) {
            lying.add(Files.readString(rule.epl()));
        }
        assertTrue(shown.size() >= 5);
        assertEquals(shown.stream().sorted().toList(), lying.stream().sorted().toList());
    }

    @Test
    void every_example_has_scenarios_for_what_it_tells_and_for_what_it_does_not_and_passes_them() throws Exception {
        RuleFolder folder = RuleFolder.of(DOCS.resolve("rules"));
        assertEquals(List.of(), folder.strays());
        try (TrialProcess trial = new TrialProcess(Duration.ofMinutes(2), ByteSize.ofMebibytes(256))) {
            for (RuleFile rule : folder.rules()) {
                RuleResult result = trial.test(rule);
                assertTrue(result.passed(), result::toString);
                assertTrue(result.scenarios().size() >= 2, result::toString);
            }
        }
    }
}
