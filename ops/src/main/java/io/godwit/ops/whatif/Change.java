package io.godwit.ops.whatif;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.ops.simulate.GivenConstraints;
import io.godwit.ops.simulate.OptionValues;
import io.godwit.schedulers.constraints.script.KnownNames;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.partition.Policy;
import io.godwit.schemas.events.ConstraintsApplied;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Something that would have been another way in the past. */
public sealed interface Change {
    /** A rule is live, in place of the one of the same name; it was admitted before. */
    record Rule(String name, String text) implements Change {}

    /** A script of constraints holds, in place of the one of the same name. */
    record Constraints(String name, Path file) implements Change {
        ConstraintsApplied applied(KnownNames names) {
            return GivenConstraints.read("--set constraint", file, name, "whatif", names);
        }
    }

    /** Settings of decisions are others. */
    sealed interface OfSettings extends Change {
        /** Makes the change in their JSON form. */
        void in(ObjectNode tree);
    }

    /** Another policy solves overloads. */
    record ByPolicy(String policy) implements OfSettings {
        /** @throws IllegalArgumentException where there is no such policy */
        public ByPolicy {
            policy = OptionValues.oneOf(
                    "--set policy",
                    policy,
                    Arrays.stream(Policy.values()).map(Policy::text).toList());
        }

        @Override
        public void in(ObjectNode tree) {
            tree.put("policy", policy);
        }
    }

    /** Another budget of moves per hour; 0: as many as it takes. */
    record Budget(String of, int moves) implements OfSettings {
        private static final List<String> KINDS = List.of("vm", "host", "rack", "site", "headroom");

        /** @throws IllegalArgumentException where there is no such budget */
        public Budget {
            of = OptionValues.oneOf("--set budget", of, KINDS);
        }

        @Override
        public void in(ObjectNode tree) {
            ((ObjectNode) tree.get("movesPerHour")).put(of, moves);
        }
    }

    /**
     * Settings as they would have been.
     *
     * @param json as they were announced
     */
    static String settings(List<OfSettings> changes, String json) {
        try {
            ObjectNode tree = (ObjectNode)
                    new ObjectMapper().readTree(DecisionSettings.parse(json).toJson());
            changes.forEach(change -> change.in(tree));
            return DecisionSettings.parse(tree.toString()).toJson();
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("settings can always be read that were written so", impossible);
        }
    }
}
