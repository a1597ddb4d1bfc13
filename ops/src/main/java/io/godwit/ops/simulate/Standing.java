package io.godwit.ops.simulate;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.RuleDeployed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What stands in the log of a simulated region from the start.
 *
 * @param rules live versions, one of each rule
 * @param constraints scripts in force, one of each name
 * @param mode of the site: off, advise or auto
 * @param operators what operators' rules may use, in a JVM of their own; empty: they run in this process, without budgets
 */
record Standing(
        List<RuleDeployed> rules,
        List<ConstraintsApplied> constraints,
        String mode,
        Optional<OperatorsConfig> operators) {
    Standing {
        rules = List.copyOf(rules);
        constraints = List.copyOf(constraints);
    }

    /** The product's rules, one script at most, and a site that acts. */
    static Standing usual(Optional<ConstraintsApplied> constraints) {
        return new Standing(
                BuiltInRules.deployments(List.of()),
                constraints.stream().toList(),
                "auto",
                Optional.of(OperatorsConfig.DEFAULTS));
    }

    /** The same with rules of operators beside the product's, and what they may use. */
    Standing with(List<RuleDeployed> ofOperators, Optional<OperatorsConfig> use) {
        List<RuleDeployed> all = new ArrayList<>(rules);
        all.addAll(ofOperators);
        return new Standing(all, constraints, mode, use);
    }
}
