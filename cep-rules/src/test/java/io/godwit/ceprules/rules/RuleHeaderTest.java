package io.godwit.ceprules.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RuleHeaderTest {
    private static RuleHeader header(String... lines) {
        return RuleHeader.parse("// name: a\n// " + String.join("\n// ", lines) + "\nselect hostId from HostSample");
    }

    @Test
    void a_rule_that_says_nothing_of_it_is_a_warning_that_is_shown_and_moves_nothing() {
        RuleHeader header = RuleHeader.parse("// name: a\nselect hostId from HostSample");
        assertEquals(
                new DetectionTerms("", Severity.WARNING, DetectionAction.ADVISE, ActingMode.ADVISE, 0L),
                header.terms());
        assertTrue(header.draws());
    }

    @Test
    void what_it_says_is_kept() {
        RuleHeader header = header(
                "owner: ann, the storage team", "severity: info", "action: drain", "mode: approve", "cool-down: 24h");
        assertEquals(
                new DetectionTerms(
                        "ann, the storage team", Severity.INFO, DetectionAction.DRAIN, ActingMode.APPROVE, 86_400_000L),
                header.terms());
    }

    @Test
    void a_rule_that_is_off_draws_nothing() {
        assertFalse(header("mode: off").draws());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        severity: high | 2 | 14 | severity is "high"; give one of info, warning, critical
        mode: automatic | 2 | 10 | mode is "automatic"; give one of off, shadow, advise, approve, auto
        action: migrate | 2 | 12 | action is "migrate"; give one of advise, drain, migrate-away, snapshot, notify
        cool-down: 25h | 2 | 15 | cool-down is 25h; give 0s to 24h
        cool-down: soon | 2 | 15 | cool-down:
        kind: DRAIN | 2 | 10 | kind is "DRAIN"; give OVERLOAD
        """)
    void what_is_wrong_is_refused_with_its_place(String line, int row, int column, String says) {
        RuleRefused refused = assertThrows(RuleRefused.class, () -> header(line));
        assertEquals(row + ":" + column, refused.line() + ":" + refused.column(), refused.getMessage());
        assertTrue(refused.getMessage().startsWith(says), refused.getMessage());
    }

    @Test
    void an_action_is_for_custom_detections_alone() {
        RuleRefused refused = assertThrows(RuleRefused.class, () -> header("kind: OVERLOAD", "action: drain"));
        assertEquals(3, refused.line());
        assertTrue(refused.getMessage().contains("action is for kind CUSTOM"), refused.getMessage());
    }

    @Test
    void a_rule_has_no_host_fenced_without_a_person() {
        RuleRefused refused = assertThrows(RuleRefused.class, () -> header("kind: HOST_CRASH", "mode: auto"));
        assertEquals(3, refused.line());
        assertTrue(refused.getMessage().contains("give approve"), refused.getMessage());
        assertEquals(
                ActingMode.APPROVE,
                header("kind: HOST_CRASH", "mode: approve").terms().getMode());
    }

    @Test
    void cases_stand_in_their_places_and_end_where_a_line_is_no_further_in() {
        RuleHeader header = RuleHeader.parse("""
            /*
             * name:   a
             * expect:
             *   - name: one   # no name of the rule
             *
             *     mode: [
             *     ]
             * - {name: two}
             * hold:   5s
             */
            select hostId from HostSample\
            """);
        assertEquals(
                List.of(
                        "",
                        "",
                        "   expect:",
                        "     - name: one   # no name of the rule",
                        "",
                        "       mode: [",
                        "       ]",
                        "   - {name: two}",
                        "",
                        ""),
                header.cases().lines().map(String::stripTrailing).limit(10).toList());
        assertEquals("a", header.name());
        assertEquals(5, header.hold().toSeconds());
        assertEquals(
                "  expect: none",
                RuleHeader.parse("//name: a\n//expect: none")
                        .cases()
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElseThrow());
        assertEquals("", header("hold: 5s").cases());
    }

    @Test
    void what_is_less_far_in_than_expect_is_no_part_of_it() {
        RuleRefused refused =
                assertThrows(RuleRefused.class, () -> RuleHeader.parse("//  name: a\n//  expect:\n// - {name: two}\n"));
        assertEquals("3:4", refused.line() + ":" + refused.column());
        assertTrue(refused.getMessage().contains("stands further out than expect"), refused.getMessage());
    }

    @Test
    void a_value_that_goes_on_over_lines_ends_somewhere() {
        RuleRefused refused = assertThrows(
                RuleRefused.class, () -> RuleHeader.parse("/*\nname: a\npurpose: b\n" + "x\n".repeat(30_000) + "*/"));
        assertEquals("3:10", refused.line() + ":" + refused.column());
        assertTrue(refused.getMessage().contains("purpose has more than 4000 characters"), refused.getMessage());
    }
}
