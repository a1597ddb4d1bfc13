package io.godwit.ceprules.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActingMode;
import org.junit.jupiter.api.Test;

final class ShadowTextTest {
    private static final String STATEMENT = "select hostId from HostLoss\n";

    @Test
    void name_and_mode_are_changed_and_nothing_else() {
        assertEquals(
                "// name: lost-shadow\n// mode: shadow\n// hold: 5s\n" + STATEMENT,
                ShadowText.of("// name: lost\n// mode: auto\n// hold: 5s\n" + STATEMENT));
        assertEquals(
                "/*\n * name:   lost-shadow\n * mode: shadow\n * hold:   5s\n */\n" + STATEMENT,
                ShadowText.of("/*\n * name:   lost\n * hold:   5s\n */\n" + STATEMENT));
        assertEquals(
                "// name: lost-shadow\n// mode: shadow\n" + STATEMENT, ShadowText.of("// name: lost\n" + STATEMENT));
    }

    @Test
    void a_header_of_any_shape_is_in_shadow_afterwards_or_refused() {
        for (String header : new String[] {
            "/* name: lost */\n", "/** name: lost\n    mode: off */\n", "/*name: lost\n*/\n", "\n\n//name:lost\n"
        }) {
            RuleHeader tried = RuleHeader.parse(ShadowText.of(header + STATEMENT));
            assertEquals("lost-shadow", tried.name(), header);
            assertEquals(ActingMode.SHADOW, tried.terms().getMode(), header);
        }
    }

    @Test
    void a_name_that_has_no_room_for_the_ending_is_refused() {
        RuleRefused refused =
                assertThrows(RuleRefused.class, () -> ShadowText.of("// name: " + "a".repeat(40) + "\n" + STATEMENT));
        assertTrue(refused.getMessage().contains("longer than 40"), refused.getMessage());
    }
}
