package io.godwit.ceprules.segment;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleQuarantined;
import java.util.Comparator;

/** Which version of which rule, as the log names it. */
public record RuleId(String name, int version) implements Comparable<RuleId> {
    private static final Comparator<RuleId> ORDER =
            Comparator.comparing(RuleId::name).thenComparingInt(RuleId::version);

    public static RuleId of(CompiledRule rule) {
        return of(rule.rule());
    }

    public static RuleId of(RuleVersion rule) {
        return new RuleId(rule.name(), rule.version());
    }

    static RuleId of(RuleActivated activated) {
        return new RuleId(activated.getRule(), activated.getVersion());
    }

    static RuleId of(RuleQuarantined stopped) {
        return new RuleId(stopped.getRule(), stopped.getVersion());
    }

    /** As people read it, as in "often v2". */
    @Override
    public String toString() {
        return name + " v" + version;
    }

    @Override
    public int compareTo(RuleId other) {
        return ORDER.compare(this, other);
    }
}
