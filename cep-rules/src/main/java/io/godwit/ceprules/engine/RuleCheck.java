package io.godwit.ceprules.engine;

import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleRefused;
import io.godwit.ceprules.rules.RuleVersion;
import java.time.Duration;
import java.util.List;

/** Whether an operator's rule may run. */
public final class RuleCheck {
    private RuleCheck() {}

    /** The answer. */
    public sealed interface Answer {}

    /**
     * It may.
     *
     * @param name name in its header
     * @param lookBack how far back its state reaches, from its windows; at least a second
     * @param uses what its statements read and remember, in order
     */
    public record Admitted(
            String name, Duration lookBack, RuleHeader header, CompiledRule compiled, List<StatementUse> uses)
            implements Answer {}

    /**
     * It may not.
     *
     * @param line place in the text, from 1
     * @param column place in the line, from 1
     */
    public record Refused(int line, int column, String message) implements Answer {}

    /** Checks the whole text of a rule file: header, allow-list, windows, compiler. */
    public static Answer check(String text) {
        try {
            EplAllowList.checkLength(text);
            CompiledRule compiled = admit(new RuleVersion(RuleHeader.parse(text).name(), 1, text, false));
            return new Admitted(
                    compiled.rule().name(), compiled.lookBack(), compiled.header(), compiled, EplAllowList.uses(text));
        } catch (RuleRefused refused) {
            return new Refused(refused.line(), refused.column(), refused.getMessage());
        }
    }

    /** The same for a version as it stands in the log, under the name that it has there. */
    static CompiledRule admit(RuleVersion rule) {
        if (BuiltInRules.NAMES.contains(rule.name())) {
            throw new RuleRefused(
                    1,
                    1,
                    "\"" + rule.name() + "\" is the name of a built-in rule; give another, as in my-" + rule.name());
        }
        EplAllowList.checkLength(rule.text());
        RuleHeader header = RuleHeader.parse(rule.text());
        if (!header.name().equals(rule.name())) {
            throw new RuleRefused(
                    1,
                    1,
                    "the header names it " + header.name() + ", and the log " + rule.name() + "; they must agree");
        }
        Duration lookBack = EplAllowList.check(rule.text());
        SubjectCheck.check(rule.text(), header);
        if (header.lookBack().isPresent() && header.lookBack().get().compareTo(lookBack) < 0) {
            throw new RuleRefused(
                    1,
                    1,
                    "look-back is %d s, but a window reaches back %d s; say %ds or drop the line"
                            .formatted(
                                    header.lookBack().get().toSeconds(), lookBack.toSeconds(), lookBack.toSeconds()));
        }
        return new CompiledRule(
                rule,
                header,
                header.lookBack().orElse(lookBack),
                new RuleClasses(RuleCompiler.compileOperators(rule.text())));
    }
}
