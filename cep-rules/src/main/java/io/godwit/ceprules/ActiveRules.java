package io.godwit.ceprules;

import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.rules.RuleBook;
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
    private final Admission admission;
    private final TreeMap<String, RuleId> silent = new TreeMap<>();
    private final TreeMap<String, CompiledRule> running = new TreeMap<>();
    private final TreeMap<String, RuleId> refused = new TreeMap<>();
    private final Set<RuleId> everRefused = new HashSet<>();
    private final TreeSet<String> reasons = new TreeSet<>();

    ActiveRules(RuleBook book, Admission admission) {
        this.book = book;
        this.admission = admission;
    }

    void evolve(SpecificRecord change) {
        switch (change) {
            case RuleActivated on -> on(on.getRule(), on.getVersion());
            case RuleDeactivated off -> off(off.getRule());
            case RuleQuarantined stopped -> { // wanted, and silent: whether it may run is not asked
                off(stopped.getRule());
                silent.put(stopped.getRule(), new RuleId(stopped.getRule(), stopped.getVersion()));
            }
            default -> throw new IllegalArgumentException(change.getSchema().getName() + " changes no rule");
        }
    }

    private void on(String name, int version) {
        off(name);
        RuleVersion rule = book.version(name, version)
                .orElseThrow(() -> new IllegalStateException(
                        "rule " + name + " v" + version + " does not stand in the rules topic; restore that topic"));
        switch (admission.await(rule)) {
            case Admission.Admitted(CompiledRule admitted) -> running.put(name, admitted);
            case Admission.Refused(int line, int column, String message) ->
                refuse(
                        rule,
                        "this build refuses rule %s (line %d, column %d: %s)".formatted(rule, line, column, message));
            case Admission.TooMuch(String reason) ->
                refuse(rule, "rule %s cannot be run here: %s".formatted(rule, reason));
        }
    }

    private void refuse(RuleVersion rule, String why) {
        refused.put(rule.name(), RuleId.of(rule));
        everRefused.add(RuleId.of(rule));
        reasons.add(why
                + ", so what it said is taken from the record; to draw it again, replay with the build that ran it");
    }

    private void off(String name) {
        running.remove(name);
        refused.remove(name);
        silent.remove(name);
    }

    List<CompiledRule> running() {
        return List.copyOf(running.values());
    }

    /** Those that are to be active and do not run here, the quarantined ones among them. */
    Set<RuleId> others() {
        Set<RuleId> others = new HashSet<>(refused.values());
        others.addAll(silent.values());
        return others;
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
