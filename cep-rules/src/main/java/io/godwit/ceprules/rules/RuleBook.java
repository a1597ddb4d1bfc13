package io.godwit.ceprules.rules;

import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
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

    /**
     * The newest version of each rule that was not retired, by name. The name of a built-in rule belongs to this build's own
     * text, whatever else the log holds under it.
     */
    public synchronized List<RuleVersion> live() {
        return versions.keySet().stream()
                .flatMap(name -> notRetired(name).filter(RuleBook::mayHaveItsName).findFirst().stream())
                .toList();
    }

    /** Versions under the name of a built-in rule that are newer than what is live under it, and not this build's text. */
    public synchronized List<RuleVersion> foreign() {
        return versions.keySet().stream()
                .flatMap(name -> notRetired(name).takeWhile(rule -> !mayHaveItsName(rule)))
                .toList();
    }

    private static boolean mayHaveItsName(RuleVersion rule) {
        return !BuiltInRules.NAMES.contains(rule.name()) || BuiltInRules.isOurs(rule);
    }

    /** Newest first. */
    private Stream<RuleVersion> notRetired(String name) {
        return versions
                .getOrDefault(name, new TreeMap<>())
                .tailMap(retired.getOrDefault(name, 0), false)
                .descendingMap()
                .values()
                .stream();
    }

    /** Whether this build's text of a built-in rule is the newest under its name, or was retired with all that is there. */
    synchronized boolean holds(String builtIn) {
        TreeMap<Integer, RuleVersion> all = versions.getOrDefault(builtIn, new TreeMap<>());
        boolean allRetired = notRetired(builtIn).findAny().isEmpty();
        return allRetired
                ? all.values().stream().anyMatch(BuiltInRules::isOurs)
                : BuiltInRules.isOurs(all.lastEntry().getValue());
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
