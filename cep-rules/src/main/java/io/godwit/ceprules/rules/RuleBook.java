package io.godwit.ceprules.rules;

import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * The fold of the rules topic: every version ever deployed, and which of them are to be active. Every segment holds the same
 * rules, so records may be taken from any of them, and more than once. Safe for use by several threads.
 */
public final class RuleBook {
    private final TreeMap<String, TreeMap<Integer, RuleVersion>> versions = new TreeMap<>();
    private final TreeMap<String, Integer> retired = new TreeMap<>();

    /** Takes one record of the rules topic. The first text of a version wins. */
    public synchronized void evolve(SpecificRecord record) {
        switch (record) {
            case RuleDeployed deployed ->
                versions.computeIfAbsent(deployed.getRule(), _ -> new TreeMap<>())
                        .putIfAbsent(deployed.getVersion(), RuleVersion.of(deployed));
            case RuleRetired rule -> retired.merge(rule.getRule(), rule.getVersion(), Math::max);
            default ->
                throw new IllegalArgumentException(
                        record.getSchema().getName() + " does not belong to the rules topic");
        }
    }

    /** The newest version of each rule that was not retired, by name. */
    public synchronized List<RuleVersion> live() {
        return versions.entrySet().stream()
                .filter(entry -> entry.getValue().lastKey() > retired.getOrDefault(entry.getKey(), 0))
                .map(entry -> entry.getValue().lastEntry().getValue())
                .toList();
    }

    /** The newest version of each rule, retired or not, by name. */
    public synchronized Collection<RuleVersion> newest() {
        return versions.values().stream().map(all -> all.lastEntry().getValue()).toList();
    }

    public synchronized Optional<RuleVersion> version(String name, int version) {
        return Optional.ofNullable(versions.get(name)).map(all -> all.get(version));
    }

    /** Number that the next version of a rule gets. */
    public synchronized int nextVersion(String name) {
        TreeMap<Integer, RuleVersion> all = versions.get(name);
        return all == null ? 1 : all.lastKey() + 1;
    }
}
