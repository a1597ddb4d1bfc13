package io.godwit.ceprules.segment;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.schemas.events.RuleActivated;
import java.util.Comparator;

/** Which version of which rule, as the log names it. */
public record RuleId(String name, int version) implements Comparable<RuleId> {
    private static final Comparator<RuleId> ORDER =
            Comparator.comparing(RuleId::name).thenComparingInt(RuleId::version);

    static RuleId of(CompiledRule rule) {
        return new RuleId(rule.rule().name(), rule.rule().version());
    }

    static RuleId of(RuleActivated activated) {
        return new RuleId(activated.getRule(), activated.getVersion());
    }

    @Override
    public int compareTo(RuleId other) {
        return ORDER.compare(this, other);
    }
}
