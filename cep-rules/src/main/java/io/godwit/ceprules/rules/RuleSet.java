package io.godwit.ceprules.rules;

import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * The operators' rules that are to be live, all that stand in a folder. Pure.
 *
 * @param rules each name once
 * @param alone whether operators' rules that are not among them are to be retired
 */
public record RuleSet(List<Wanted> rules, boolean alone) {
    /** A rule that was admitted. */
    public record Wanted(String name, String text, Duration lookBack) {}

    /** What must be appended to the rules topic for that; nothing where it is so already. */
    public List<SpecificRecord> changes(RuleBook book, String author, String reason) {
        List<SpecificRecord> changes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Wanted wanted : rules) {
            names.add(wanted.name());
            Optional<RuleVersion> live = book.live().stream()
                    .filter(rule -> rule.name().equals(wanted.name()))
                    .findFirst();
            if (live.isEmpty() || !live.get().text().equals(wanted.text())) {
                changes.add(new RuleDeployed(
                        wanted.name(),
                        book.nextVersion(wanted.name()),
                        wanted.text(),
                        author,
                        reason,
                        false,
                        Math.toIntExact(wanted.lookBack().toSeconds())));
            }
        }
        for (RuleVersion live : book.live()) {
            if (alone && !live.builtIn() && !names.contains(live.name())) {
                changes.add(new RuleRetired(live.name(), live.version(), author, reason));
            }
        }
        return changes;
    }
}
