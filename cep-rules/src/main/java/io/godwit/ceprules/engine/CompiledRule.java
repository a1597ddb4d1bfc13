package io.godwit.ceprules.engine;

import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleVersion;
import java.time.Duration;

/**
 * A rule version that may run, compiled.
 *
 * @param lookBack how far back its own state reaches
 */
public record CompiledRule(RuleVersion rule, RuleHeader header, Duration lookBack, RuleClasses classes) {
    /** How much of the log a fresh runtime must be fed before its output counts: its state, and the hold of what it opened. */
    public Duration feed() {
        return rule.builtIn() ? lookBack : lookBack.plus(header.hold());
    }
}
