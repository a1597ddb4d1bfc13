package io.godwit.ceprules;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.rules.RuleRefused;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleQuarantined;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/** The rules that the log calls active at a place of a replay: those that run here, and those that this build refuses. */
final class ActiveRules {
    private final RuleBook book;
    private final TreeMap<String, CompiledRule> running = new TreeMap<>();
    private final TreeMap<String, RuleId> refused = new TreeMap<>();
    private final Set<RuleId> everRefused = new HashSet<>();
    private final TreeSet<String> reasons = new TreeSet<>();

    ActiveRules(RuleBook book) {
        this.book = book;
    }

    void evolve(SpecificRecord change) {
        switch (change) {
            case RuleActivated on -> on(on.getRule(), on.getVersion());
            case RuleDeactivated off -> off(off.getRule());
            case RuleQuarantined stopped -> on(stopped.getRule(), stopped.getVersion()); // wanted, and silent
            default -> throw new IllegalArgumentException(change.getSchema().getName() + " changes no rule");
        }
    }

    private void on(String name, int version) {
        off(name);
        RuleVersion rule = book.version(name, version)
                .orElseThrow(() -> new IllegalStateException(
                        "rule " + name + " v" + version + " does not stand in the rules topic; restore that topic"));
        try {
            running.put(name, RuleCompiler.compile(rule));
        } catch (RuleRefused wrong) {
            refused.put(name, new RuleId(name, version));
            everRefused.add(new RuleId(name, version));
            reasons.add(
                    "this build refuses rule %s (line %d, column %d: %s), so what it said is taken from the record; to"
                                    .formatted(rule, wrong.line(), wrong.column(), wrong.getMessage())
                            + " draw it again, replay with the build that ran it");
        }
    }

    private void off(String name) {
        running.remove(name);
        refused.remove(name);
    }

    List<CompiledRule> running() {
        return List.copyOf(running.values());
    }

    Set<RuleId> refused() {
        return Set.copyOf(refused.values());
    }

    /** All versions that were refused up to now. */
    Set<RuleId> everRefused() {
        return Set.copyOf(everRefused);
    }

    /** Why, a sentence for each of them. */
    List<String> reasons() {
        return List.copyOf(reasons);
    }
}
