package io.godwit.ops.simulate;

import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ops.cli.RuleText;
import io.godwit.ops.rules.RuleFolder;
import io.godwit.schemas.events.RuleDeployed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Rules of operators in a folder, live from the start of a simulated region. */
final class GivenRules {
    private GivenRules() {}

    /** @throws IllegalArgumentException where there are none */
    static List<RuleDeployed> read(String option, Path folder) {
        List<RuleDeployed> rules;
        try {
            rules = RuleFolder.of(folder).rules().stream()
                    .map(RuleFolder.RuleFile::epl)
                    .map(GivenRules::deployed)
                    .toList();
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    option + " names " + folder + ", which cannot be read; give a folder with files NAME.epl",
                    unreadable);
        }
        if (rules.isEmpty()) {
            throw new IllegalArgumentException(option + " names " + folder + ", which holds no NAME.epl; give a folder"
                    + " with rules, or drop the option");
        }
        return rules;
    }

    private static RuleDeployed deployed(Path file) {
        String text = RuleText.read(file);
        RuleCheck.Admitted rule = RuleText.admitted(file, text);
        int lookBackSeconds = Math.toIntExact(rule.lookBack().toSeconds());
        return new RuleDeployed(rule.name(), 1, text, "operator", "simulated", false, lookBackSeconds);
    }
}
