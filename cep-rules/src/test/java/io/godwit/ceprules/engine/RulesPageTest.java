package io.godwit.ceprules.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.VmChange;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;

final class RulesPageTest {
    @Test
    void the_page_names_every_event_type_and_property_that_rules_see_and_no_other() throws IOException {
        Set<String> seen = new TreeSet<>(EngineSettings.operatorsViews());
        EngineSettings.operatorsViews().forEach(view -> seen.addAll(EngineSettings.operatorsProperties(view)));
        assertEquals(seen, RulesPage.read().named());
    }

    @Test
    void what_the_page_calls_refused_is_refused_in_those_words() throws IOException {
        assertFalse(RulesPage.read().refused().isEmpty());
        for (MatchResult row : RulesPage.read().refused()) {
            RuleCheck.Answer answer = RuleCheck.check("// name: mine\n" + row.group(1));
            RuleCheck.Refused refused = assertInstanceOf(RuleCheck.Refused.class, answer, row.group(1));
            assertTrue(refused.message().contains(row.group(2)), row.group(1) + " → " + refused.message());
        }
    }

    @Test
    void every_change_of_a_vm_stands_on_the_page() throws IOException {
        String page = RulesPage.read().text();
        for (VmChange change : VmChange.values()) {
            assertTrue(change == VmChange.UNKNOWN || page.contains("`" + change + "`"), change + " is missing");
        }
    }
}
