package io.godwit.ceprules.rules;

import io.godwit.schemas.events.RuleDeployed;

/**
 * One version of a rule.
 *
 * @param version from 1
 * @param text the whole .epl file
 * @param builtIn whether it came with the product
 */
public record RuleVersion(String name, int version, String text, boolean builtIn) {
    public static RuleVersion of(RuleDeployed deployed) {
        return new RuleVersion(deployed.getRule(), deployed.getVersion(), deployed.getText(), deployed.getBuiltIn());
    }

    /** As people read it, as in "overload v1". */
    @Override
    public String toString() {
        return name + " v" + version;
    }
}
