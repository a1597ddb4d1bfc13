package io.godwit.ceprules.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class RuleSetTest {
    private final RuleBook book = new RuleBook();

    @Test
    void what_is_so_already_is_not_deployed_again() {
        apply(true, "a=1", "b=1");
        assertEquals(List.of(), apply(true, "a=1", "b=1"));
        assertEquals(List.of("+b v2"), apply(true, "a=1", "b=2"));
    }

    @Test
    void what_is_no_longer_in_the_folder_is_retired_only_where_that_was_asked_for() {
        apply(false, "a=1", "b=1");
        assertEquals(List.of(), apply(false, "a=1"));
        assertEquals(List.of("-b v1"), apply(true, "a=1"));
        assertEquals(List.of("+b v2"), apply(true, "a=1", "b=1"));
    }

    @Test
    void built_in_rules_stay() {
        book.evolve(new RuleDeployed("overload", 1, "text", "godwit", "", true, 60));
        assertEquals(List.of("+a v1"), apply(true, "a=1"));
    }

    private List<String> apply(boolean alone, String... rules) {
        RuleSet set = new RuleSet(
                Arrays.stream(rules)
                        .map(rule -> rule.split("="))
                        .map(rule -> new RuleSet.Wanted(rule[0], rule[1], Duration.ofSeconds(1)))
                        .toList(),
                alone);
        List<SpecificRecord> changes = set.changes(book, "ann", "as in the repository");
        changes.forEach(book::evolve);
        return changes.stream()
                .map(change -> change instanceof RuleDeployed deployed
                        ? "+" + deployed.getRule() + " v" + deployed.getVersion()
                        : "-" + ((RuleRetired) change).getRule() + " v" + ((RuleRetired) change).getVersion())
                .toList();
    }
}
