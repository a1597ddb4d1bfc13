package io.godwit.ceprules.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.engine.RuleCheck.Admitted;
import io.godwit.ceprules.engine.RuleCheck.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Brackets that a parser would see are counted, wherever a text pretends that it would not. */
final class BareTextTest {
    private static final String NESTED = "coalesce(".repeat(60) + "vms" + ",1)".repeat(60);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// name: mine\n// purpose: don't\nselect hostId, DEEP as value from HostSample",
                "// name: mine\nselect hostId, /* don't */ DEEP as value from HostSample",
                "// name: mine\nselect hostId, vms as `'`, DEEP as value from HostSample",
                "// name: mine\nselect hostId, ' DEEP as value from HostSample",
                "// name: mine\nselect hostId, '\\x DEEP as value from HostSample where monitor = '",
                "// name: mine\nselect hostId, /* DEEP as value from HostSample",
                "// name: mine\nselect hostId, '/*', DEEP as value from HostSample /* */",
                "// name: mine\nselect hostId, '//', DEEP as value from HostSample",
                "// name: mine\nselect hostId, // a comment that ends here:\rDEEP as value from HostSample"
            })
    void what_only_looks_like_a_comment_or_a_quoted_text_hides_no_brackets(String text) {
        Refused refused = assertInstanceOf(Refused.class, RuleCheck.check(text.replace("DEEP", NESTED)));
        assertTrue(refused.message().startsWith("brackets are nested more than"), refused::message);
    }

    @Test
    void brackets_in_comments_and_quoted_texts_nest_nothing() {
        String many = "(".repeat(50);
        String text = "// name: mine\n// purpose: " + many + " it's\n/* " + many
                + " */ select hostId /* don't */ from HostSample where monitor = 'a\\'" + many + "' // " + many;
        assertInstanceOf(Admitted.class, RuleCheck.check(text), text);
    }

    @Test
    void places_stay() {
        assertEquals("a     \n   b", BareText.of("a /* x\n */b"));
        assertEquals("a   \n  c", BareText.of("a//x\n''c"));
        assertEquals("a'c", BareText.of("a'c"));
    }
}
