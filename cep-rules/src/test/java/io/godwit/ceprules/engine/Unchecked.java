package io.godwit.ceprules.engine;

import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleVersion;
import java.time.Duration;

/** Compiles rules that no check would admit, to see what stops them if one ever did. */
public final class Unchecked {
    private Unchecked() {}

    /** In place of another build, for a rule that says it is built in. */
    public static CompiledRule compile(RuleVersion rule) {
        RuleHeader header = RuleHeader.parse(rule.text());
        return new CompiledRule(
                rule,
                header,
                header.lookBack().orElse(Duration.ofSeconds(1)),
                new RuleClasses(
                        rule.builtIn()
                                ? RuleCompiler.compileBuiltIn(rule.text())
                                : RuleCompiler.compileOperators(rule.text())));
    }
}
