package io.godwit.ops.rules;

import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Results as JUnit's XML, which CI systems read: a suite for each rule, a case for each scenario. */
public final class JUnitReport {
    private static final String WHOLE_RULE = "the rule and its scenarios can be tried";

    /**
     * What was tested.
     *
     * @param title of all suites
     * @param classes what the names of cases' classes begin with
     */
    public record Subject(String title, String classes) {}

    public static final Subject RULES = new Subject("godwit rule test", "rules");
    public static final Subject INCIDENTS = new Subject("godwit incident test", "incidents");

    private final XMLStreamWriter xml;
    private final Subject subject;

    private JUnitReport(XMLStreamWriter xml, Subject subject) {
        this.xml = xml;
        this.subject = subject;
    }

    /**
     * Writes all results.
     *
     * @param strays faults of files that belong to no rule
     * @param strict whether a rule without scenarios has failed
     */
    public static void write(
            OutputStream out, Subject subject, List<RuleResult> results, List<String> strays, boolean strict)
            throws XMLStreamException {
        XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, "UTF-8");
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeStartElement("testsuites");
        xml.writeAttribute("name", subject.title());
        JUnitReport report = new JUnitReport(xml, subject);
        for (RuleResult result : results) {
            report.rule(result, strict);
        }
        if (!strays.isEmpty()) {
            report.strays(strays);
        }
        xml.writeEndElement();
        xml.writeEndDocument();
        xml.close();
    }

    private void rule(RuleResult result, boolean strict) throws XMLStreamException {
        boolean whole = !result.faults().isEmpty() || result.untested();
        boolean skipped = result.untested() && !strict;
        long failed = result.scenarios().stream().filter(one -> !one.passed()).count();
        suite(
                result.rule(),
                result.scenarios().size() + (whole ? 1 : 0),
                failed + (result.untested() && strict ? 1 : 0),
                result.faults().isEmpty() ? 0 : 1,
                skipped ? 1 : 0,
                result.scenarios().stream().mapToLong(RuleResult.Tried::millis).sum());
        for (RuleResult.Tried tried : result.scenarios()) {
            begin(result.rule(), tried.name(), result.file(), tried.millis());
            if (!tried.passed()) {
                told("failure", tried.place() + ": " + tried.misses().getFirst(), tried.misses());
            }
            xml.writeEndElement();
        }
        if (whole) {
            begin(result.rule(), WHOLE_RULE, result.file(), 0);
            if (!result.faults().isEmpty()) {
                told("error", result.faults().getFirst(), result.faults());
            } else if (strict) {
                told("failure", "the rule has no scenarios", List.of());
            } else {
                xml.writeEmptyElement("skipped");
                attribute("message", "the rule has no scenarios");
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private void strays(List<String> strays) throws XMLStreamException {
        suite("(no rule)", strays.size(), 0, strays.size(), 0, 0);
        for (String stray : strays) {
            begin("(no rule)", "every file of scenarios belongs to a rule", "", 0);
            told("error", stray, List.of());
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private void suite(String name, long tests, long failures, long errors, long skipped, long millis)
            throws XMLStreamException {
        xml.writeStartElement("testsuite");
        attribute("name", name);
        attribute("tests", Long.toString(tests));
        attribute("failures", Long.toString(failures));
        attribute("errors", Long.toString(errors));
        attribute("skipped", Long.toString(skipped));
        attribute("time", seconds(millis));
    }

    private void begin(String rule, String name, String file, long millis) throws XMLStreamException {
        xml.writeStartElement("testcase");
        attribute("classname", subject.classes() + "." + rule);
        attribute("name", name);
        if (!file.isEmpty()) {
            attribute("file", file);
        }
        attribute("time", seconds(millis));
    }

    private void told(String element, String message, List<String> lines) throws XMLStreamException {
        xml.writeStartElement(element);
        attribute("message", message);
        xml.writeCharacters(legal(String.join("\n", lines)));
        xml.writeEndElement();
    }

    private void attribute(String name, String value) throws XMLStreamException {
        xml.writeAttribute(name, legal(value));
    }

    /** XML has no way to write most control characters, not even escaped. */
    private static String legal(String text) {
        StringBuilder legal = new StringBuilder();
        text.codePoints().map(point -> isLegal(point) ? point : 0xFFFD).forEach(legal::appendCodePoint);
        return legal.toString();
    }

    private static boolean isLegal(int point) {
        return point == '\t'
                || point == '\n'
                || point == '\r'
                || (point >= 0x20 && point <= 0xD7FF)
                || (point >= 0xE000 && point <= 0xFFFD)
                || point >= 0x10000;
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.3f", millis / 1000.0);
    }
}
