package io.godwit.ops.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class JUnitReportTest {
    private static final RuleResult.Tried PASSED =
            new RuleResult.Tried("a \"name\" with <marks> & \u0007bell", "r.test.yaml:2:5", List.of(), 1234);
    private static final RuleResult.Tried MISSED =
            new RuleResult.Tried("missed", "r.test.yaml:9:5", List.of("first <miss>", "second"), 5);

    @Test
    void every_scenario_is_a_case_and_every_rule_a_suite_with_its_counts() throws Exception {
        Element root = written(
                List.of(
                        rule("good", RuleResult.End.DONE, List.of(), List.of(PASSED, MISSED)),
                        rule("hung", RuleResult.End.STOPPED, List.of("rule hung was killed"), List.of(PASSED)),
                        rule("bare", RuleResult.End.DONE, List.of(), List.of())),
                List.of("x.test.yaml belongs to no rule"),
                false);
        assertEquals(
                List.of(
                        "good tests=2 failures=1 errors=0 skipped=0 time=1.239",
                        "hung tests=2 failures=0 errors=1 skipped=0 time=1.234",
                        "bare tests=1 failures=0 errors=0 skipped=1 time=0.000",
                        "(no rule) tests=1 failures=0 errors=1 skipped=0 time=0.000"),
                all(root, "testsuite").stream().map(JUnitReportTest::counts).toList());
        for (Element suite : all(root, "testsuite")) {
            assertEquals(
                    suite.getAttribute("tests"), "" + all(suite, "testcase").size());
            assertEquals(
                    suite.getAttribute("failures"), "" + all(suite, "failure").size());
            assertEquals(suite.getAttribute("errors"), "" + all(suite, "error").size());
            assertEquals(
                    suite.getAttribute("skipped"), "" + all(suite, "skipped").size());
        }
        Element first = all(root, "testcase").getFirst();
        assertEquals("a \"name\" with <marks> & \uFFFDbell", first.getAttribute("name"));
        assertEquals("rules.good", first.getAttribute("classname"));
        Element failure = all(root, "failure").getFirst();
        assertEquals("r.test.yaml:9:5: first <miss>", failure.getAttribute("message"));
        assertEquals("first <miss>\nsecond", failure.getTextContent());
        assertTrue(all(root, "error").getFirst().getAttribute("message").contains("was killed"));
    }

    @Test
    void a_rule_without_scenarios_fails_where_that_is_strict() throws Exception {
        Element root = written(List.of(rule("bare", RuleResult.End.DONE, List.of(), List.of())), List.of(), true);
        assertEquals(
                "bare tests=1 failures=1 errors=0 skipped=0 time=0.000",
                counts(all(root, "testsuite").getFirst()));
        assertEquals(1, all(root, "failure").size());
    }

    private static RuleResult rule(
            String name, RuleResult.End end, List<String> faults, List<RuleResult.Tried> scenarios) {
        return new RuleResult(name, name + ".epl", end, faults, scenarios);
    }

    private static Element written(List<RuleResult> results, List<String> strays, boolean strict) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JUnitReport.write(out, JUnitReport.RULES, results, strays, strict);
        assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("<?xml"), out.toString(StandardCharsets.UTF_8));
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(out.toByteArray()))
                .getDocumentElement();
    }

    private static String counts(Element suite) {
        StringBuilder counts = new StringBuilder(suite.getAttribute("name"));
        for (String name : List.of("tests", "failures", "errors", "skipped", "time")) {
            counts.append(' ').append(name).append('=').append(suite.getAttribute(name));
        }
        return counts.toString();
    }

    private static List<Element> all(Element from, String name) {
        NodeList nodes = from.getElementsByTagName(name);
        List<Element> all = new ArrayList<>();
        for (int index = 0; index < nodes.getLength(); index++) {
            all.add((Element) nodes.item(index));
        }
        return all;
    }
}
