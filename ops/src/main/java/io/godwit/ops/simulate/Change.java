package io.godwit.ops.simulate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.partition.Policy;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.RuleDeployed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Something that would have been another way in the past. */
public sealed interface Change {
    /** What is changed. */
    record Setting(Standing standing, DecisionSettings decisions) {}

    /**
     * Makes the change.
     *
     * @throws IllegalArgumentException where it cannot be made, with the remedy
     */
    Setting to(Setting was, SimulatedFleet fleet);

    /** A rule is live, in place of the one of the same name; it was admitted before. */
    record Rule(String name, String text, int lookBackSeconds) implements Change {
        @Override
        public Setting to(Setting was, SimulatedFleet fleet) {
            List<RuleDeployed> rules = new ArrayList<>(was.standing().rules());
            int version = 1
                    + rules.stream()
                            .filter(rule -> rule.getRule().equals(name))
                            .mapToInt(RuleDeployed::getVersion)
                            .findFirst()
                            .orElse(0);
            rules.removeIf(rule -> rule.getRule().equals(name));
            rules.add(new RuleDeployed(name, version, text, "whatif", "--set", false, lookBackSeconds));
            return new Setting(
                    new Standing(
                            rules,
                            was.standing().constraints(),
                            was.standing().mode(),
                            was.standing().operators()),
                    was.decisions());
        }
    }

    /** A script of constraints holds, in place of the one of the same name. */
    record Constraints(String name, Path file) implements Change {
        @Override
        public Setting to(Setting was, SimulatedFleet fleet) {
            List<ConstraintsApplied> scripts = new ArrayList<>(was.standing().constraints());
            scripts.removeIf(script -> script.getName().equals(name));
            scripts.add(GivenConstraints.read("--set constraint", file, name, List.of(fleet)));
            return new Setting(
                    new Standing(
                            was.standing().rules(),
                            scripts,
                            was.standing().mode(),
                            was.standing().operators()),
                    was.decisions());
        }
    }

    /** Another policy solves overloads. */
    record ByPolicy(String policy) implements Change {
        @Override
        public Setting to(Setting was, SimulatedFleet fleet) {
            List<String> known =
                    Arrays.stream(Policy.values()).map(Policy::text).toList();
            String chosen = OptionValues.oneOf("--set policy", policy, known);
            return decided(was, tree -> tree.put("policy", chosen));
        }
    }

    /** Another budget of moves per hour; 0: as many as it takes. */
    record Budget(String of, int moves) implements Change {
        private static final List<String> KINDS = List.of("vm", "host", "rack", "site", "headroom");

        @Override
        public Setting to(Setting was, SimulatedFleet fleet) {
            String kind = OptionValues.oneOf("--set budget", of, KINDS);
            return decided(was, tree -> ((ObjectNode) tree.get("movesPerHour")).put(kind, moves));
        }
    }

    /** Changes settings in their JSON form. */
    interface Edit {
        void in(ObjectNode tree);
    }

    private static Setting decided(Setting was, Edit edit) {
        try {
            ObjectNode tree =
                    (ObjectNode) new ObjectMapper().readTree(was.decisions().toJson());
            edit.in(tree);
            return new Setting(was.standing(), DecisionSettings.parse(tree.toString()));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("settings can always be read that were written so", impossible);
        }
    }
}
