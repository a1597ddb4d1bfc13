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
    public record Wanted(String name, String text, Duration lookBack) {
        /** Its next version. */
        public RuleDeployed deployed(RuleBook book, String author, String reason) {
            return new RuleDeployed(
                    name, book.nextVersion(name), text, author, reason, false, Math.toIntExact(lookBack.toSeconds()));
        }
    }

    /**
     * What must be appended where a rule that was tried in shadow goes live as it was tried: its own next version, and the end of
     * the one in shadow.
     *
     * @throws IllegalArgumentException if just this text is not tried in shadow now
     */
    public static List<SpecificRecord> promotion(RuleBook book, Wanted wanted, String author, String reason) {
        String shadow = ShadowText.nameOf(wanted.name());
        RuleVersion tried = book.live().stream()
                .filter(rule -> rule.name().equals(shadow))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no rule " + shadow
                        + " is live, so nothing was tried in shadow; begin with: godwit rule deploy FILE --shadow"));
        if (!tried.text().equals(ShadowText.of(wanted.text()))) {
            throw new IllegalArgumentException(
                    "%s was tried with another text than that of the file; deploy the file with".formatted(tried)
                            + " --shadow first, or promote the one that was tried");
        }
        return List.of(
                wanted.deployed(book, author, reason),
                new RuleRetired(shadow, tried.version(), author, "promoted: " + reason));
    }

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
                changes.add(wanted.deployed(book, author, reason));
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
