package io.godwit.ops.cli;

import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ops.whatif.Change;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code --set}: what would have been another way in the past. */
final class ChangesOption {
    @Option(
            names = "--set",
            paramLabel = "CHANGE",
            description = "rule:NAME=FILE, constraint:FILE, policy=POLICY, or budget=OF:MOVES with OF one of vm, host,"
                    + " rack, site, headroom (moves per hour, 0: no bound). May be given more than once.")
    List<String> texts = List.of();

    /** @throws IllegalArgumentException where one is not to be understood, with the way to write it */
    List<Change> made() {
        return texts.stream().map(ChangesOption::change).toList();
    }

    private static Change change(String text) {
        int equals = text.indexOf('=');
        String key = equals < 0 ? text : text.substring(0, equals);
        String value = equals < 0 ? "" : text.substring(equals + 1);
        if (key.startsWith("rule:") && !value.isEmpty()) {
            return rule(key.substring("rule:".length()), Path.of(value));
        }
        if (text.startsWith("constraint:") && text.length() > "constraint:".length()) {
            Path file = Path.of(text.substring("constraint:".length()));
            return new Change.Constraints(file.getFileName().toString().replaceFirst("\\.[^.]*$", ""), file);
        }
        if (key.equals("policy") && !value.isEmpty()) {
            return new Change.ByPolicy(value);
        }
        if (key.equals("budget") && value.matches("[a-z]+:\\d{1,7}")) {
            String[] parts = value.split(":", -1);
            return new Change.Budget(parts[0], Integer.parseInt(parts[1]));
        }
        throw new IllegalArgumentException("--set is \"" + text + "\"; write rule:NAME=FILE, constraint:FILE,"
                + " policy=POLICY or budget=OF:MOVES, as in budget=vm:2");
    }

    private static Change rule(String name, Path file) {
        String text = RuleText.read(file);
        RuleCheck.Admitted rule = RuleText.admitted(file, text);
        if (!rule.name().equals(name)) {
            throw new IllegalArgumentException("--set rule:" + name + " names " + file + ", which holds the rule "
                    + rule.name() + "; write rule:" + rule.name() + "=" + file);
        }
        return new Change.Rule(name, text);
    }
}
