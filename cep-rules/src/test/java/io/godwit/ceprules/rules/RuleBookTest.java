package io.godwit.ceprules.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The names of built-in rules belong to them, whatever anybody writes to the rules topic. */
final class RuleBookTest {
    private static final String OURS = BuiltInRules.text("overload");
    private final RuleBook book = new RuleBook();

    private void deployed(String name, int version, String text, boolean builtIn) {
        book.evolve(new RuleDeployed(name, version, text, "me", "to see it", builtIn, 60));
    }

    private void retired(String name, int version) {
        book.evolve(new RuleRetired(name, version, "me", "to see it"));
    }

    private List<String> live() {
        return book.live().stream().map(RuleVersion::toString).toList();
    }

    private List<String> foreign() {
        return book.foreign().stream().map(RuleVersion::toString).toList();
    }

    @Test
    void a_newer_version_under_a_built_in_rule_s_name_displaces_it_only_with_this_build_s_text() {
        deployed("overload", 1, OURS, true);
        deployed("overload", 2, OURS + " ", true);
        deployed("overload", 3, OURS, false);
        assertEquals(List.of("overload v1"), live());
        assertEquals(List.of("overload v3", "overload v2"), foreign());
        deployed("overload", 4, OURS, true);
        assertEquals(List.of("overload v4"), live());
        assertEquals(List.of(), foreign());
    }

    @Test
    void of_other_names_the_newest_version_is_live_until_it_is_retired() {
        deployed("often", 1, "one", false);
        deployed("often", 2, "two", false);
        assertEquals(List.of("often v2"), live());
        retired("often", 2);
        assertEquals(List.of(), live());
        deployed("often", 3, "three", true);
        assertEquals(List.of("often v3"), live(), "whether it may run is not known here");
        assertEquals(List.of(), foreign());
    }

    @Test
    void built_in_texts_are_deployed_once_and_again_only_where_the_newest_is_not_ours() {
        List<RuleDeployed> first = BuiltInRules.deployments(book);
        assertEquals(
                BuiltInRules.NAMES, first.stream().map(RuleDeployed::getRule).toList());
        first.forEach(book::evolve);
        assertEquals(List.of(), BuiltInRules.deployments(book));
        deployed("overload", 2, "another", true);
        RuleDeployed again = BuiltInRules.deployments(book).getFirst();
        assertEquals("overload 3", again.getRule() + " " + again.getVersion());
        book.evolve(again);
        assertEquals(List.of(), BuiltInRules.deployments(book));
    }

    @Test
    void a_built_in_rule_that_was_retired_stays_so_whatever_else_stood_under_its_name() {
        BuiltInRules.deployments(book).forEach(book::evolve);
        deployed("overload", 2, "another", true);
        retired("overload", 2);
        assertEquals(List.of("host-crash v1", "underload v1", "vm-crash v1"), live());
        assertEquals(List.of(), BuiltInRules.deployments(book));
    }

    @Test
    void another_build_s_text_that_was_retired_is_followed_by_ours() {
        deployed("overload", 1, "an earlier build's", true);
        retired("overload", 1);
        assertEquals(4, BuiltInRules.deployments(book).size());
    }
}
