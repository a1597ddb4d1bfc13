package io.godwit.ceprules.rules;

import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.units.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in the comment at the head of a rule file, as "key: value" lines. Keys: name, purpose, kind, inputs, output,
 * look-back, hold, metric, unit, threshold, thresholds-from, owner, severity, action, mode, cool-down, expect. A line without a
 * key goes on with the one before; what expect holds is YAML, up to the next line that is not further in.
 *
 * @param name lower-case letters, digits and hyphens, at most 40
 * @param purpose what it is for, in a sentence
 * @param kind what it detects; CUSTOM unless said
 * @param lookBack how far back its state reaches, where the header says so
 * @param hold how long a detection of an operator's rule stays open after the last row that spoke for it; from 1 s to 1 h
 * @param metric name of the column "value" of an operator's rule
 * @param unit unit of that column
 * @param threshold bound that the rows crossed, for people
 * @param draws false where the mode is off: nothing is detected then
 * @param cases the entry "expect" as a YAML document, each word in its place in the file; empty where there is none
 * @param terms what detections of an operator's rule may do; built-in rules have none
 */
public record RuleHeader(
        String name,
        String purpose,
        DetectionKind kind,
        Optional<Duration> lookBack,
        Duration hold,
        String metric,
        String unit,
        long threshold,
        boolean draws,
        String cases,
        DetectionTerms terms) {
    public static final Duration HOLD = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final String EXPECT = "expect";
    private static final List<String> KEYS = List.of(
            "name",
            "purpose",
            "kind",
            "inputs",
            "output",
            "look-back",
            "hold",
            "metric",
            "unit",
            "threshold",
            "thresholds-from",
            "owner",
            "severity",
            "action",
            "mode",
            "cool-down",
            EXPECT);
    private static final int VALUE_CHARACTERS_MAX = 4000;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final Pattern ENTRY = Pattern.compile("([a-z][a-z-]*):\\s*(.*)");

    /** One entry and where its value stands. */
    record Entry(String value, int line, int column) {
        RuleRefused refuse(String message) {
            return new RuleRefused(line, column, message);
        }
    }

    /** @throws RuleRefused with the line and column of what is wrong */
    public static RuleHeader parse(String text) {
        StringBuilder cases = new StringBuilder();
        Map<String, Entry> entries = entries(text, cases);
        Entry name = entries.get("name");
        if (name == null) {
            throw new RuleRefused(
                    1, 1, "the rule has no name; begin the file with a comment that holds a line \"name: my-rule\"");
        }
        if (!NAME.matcher(name.value()).matches()) {
            throw new RuleRefused(
                    name.line(),
                    name.column(),
                    "name is \"" + name.value() + "\"; give lower-case letters, digits and hyphens, at most 40");
        }
        Optional<Duration> lookBack =
                Optional.ofNullable(entries.get("look-back")).map(entry -> duration("look-back", entry));
        Duration hold = Optional.ofNullable(entries.get("hold"))
                .map(entry -> duration("hold", entry))
                .orElse(HOLD);
        DetectionKind kind = kind(entries.get("kind"));
        return new RuleHeader(
                name.value(),
                value(entries, "purpose", ""),
                kind,
                lookBack,
                hold,
                value(entries, "metric", "value"),
                value(entries, "unit", ""),
                threshold(entries.get("threshold")),
                TermsReader.mode(entries) != ActingMode.OFF,
                entries.containsKey(EXPECT) ? cases.toString() : "",
                TermsReader.terms(kind, entries));
    }

    private static String value(Map<String, Entry> entries, String key, String otherwise) {
        return entries.containsKey(key) ? entries.get(key).value() : otherwise;
    }

    private static DetectionKind kind(Entry entry) {
        if (entry == null) {
            return DetectionKind.CUSTOM;
        }
        for (DetectionKind kind : DetectionKind.values()) {
            boolean ofRules = switch (kind) {
                case OVERLOAD, UNDERLOAD, HOST_CRASH, VM_CRASH, CUSTOM -> true;
                case HEADROOM, CONSTRAINT, REQUEST, DRAIN, RETURN, UNKNOWN -> false; // a scheduler's own
            };
            if (ofRules && kind.name().equals(entry.value())) {
                return kind;
            }
        }
        throw new RuleRefused(
                entry.line(),
                entry.column(),
                "kind is \"" + entry.value() + "\"; give OVERLOAD, UNDERLOAD, HOST_CRASH, VM_CRASH or CUSTOM");
    }

    private static long threshold(Entry entry) {
        try {
            return entry == null ? 0 : Long.parseLong(entry.value());
        } catch (NumberFormatException wrong) {
            throw new RuleRefused(
                    entry.line(), entry.column(), "threshold is \"" + entry.value() + "\"; give a whole number");
        }
    }

    private static Duration duration(String key, Entry entry) {
        Duration duration;
        try {
            duration = Durations.parse(entry.value());
        } catch (IllegalArgumentException wrong) {
            throw new RuleRefused(entry.line(), entry.column(), key + ": " + wrong.getMessage());
        }
        if (duration.compareTo(Duration.ofSeconds(1)) < 0 || duration.compareTo(LONGEST) > 0) {
            throw new RuleRefused(entry.line(), entry.column(), key + " is " + entry.value() + "; give 1s to 1h");
        }
        return duration;
    }

    /** @param cases takes the lines of the entry "expect", and an empty one for each other line */
    private static Map<String, Entry> entries(String text, StringBuilder cases) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        String last = null;
        int number = 0;
        for (String line : HeaderComment.lines(text)) {
            number++;
            Entry expect = EXPECT.equals(last) ? entries.get(EXPECT) : null;
            if (expect == null || !HeaderComment.goesOn(line, expect.column() - 1)) {
                last = take(line, number, last, entries);
                expect = EXPECT.equals(last) ? entries.get(EXPECT) : null;
            }
            cases.append(expect == null ? "" : line).append('\n');
        }
        return entries;
    }

    /**
     * Takes a line of the comment.
     *
     * @param last key of the line before; null: there was none
     * @return key that the next line may go on with
     */
    private static String take(String line, int number, String last, Map<String, Entry> entries) {
        String bare = line.strip();
        Matcher matcher = ENTRY.matcher(bare);
        if (matcher.matches() && KEYS.contains(matcher.group(1))) {
            String key = matcher.group(1);
            int keyAt = line.indexOf(key);
            int column = key.equals(EXPECT) ? keyAt : line.indexOf(matcher.group(2), keyAt + key.length() + 1);
            if (entries.put(key, new Entry(matcher.group(2).strip(), number, column + 1)) != null) {
                throw new RuleRefused(number, keyAt + 1, "the header says \"" + key + "\" twice; keep one");
            }
            return key;
        }
        if (bare.isEmpty()) {
            return last;
        }
        int at = line.indexOf(bare) + 1;
        if (matcher.matches()) {
            throw new RuleRefused(
                    number,
                    at,
                    "\"" + matcher.group(1) + "\" is no key of a rule header; it knows " + String.join(", ", KEYS));
        }
        if (last == null) {
            throw new RuleRefused(
                    number,
                    1,
                    "\"" + bare + "\" is no \"key: value\" line; the header knows the keys " + String.join(", ", KEYS));
        }
        if (last.equals(EXPECT)) {
            throw new RuleRefused(
                    number, at, "\"" + bare + "\" stands further out than expect; move it in, or give it a key");
        }
        Entry before = entries.get(last);
        if (before.value().length() + bare.length() > VALUE_CHARACTERS_MAX) {
            throw before.refuse("%s has more than %d characters; shorten it".formatted(last, VALUE_CHARACTERS_MAX));
        }
        entries.put(last, new Entry(before.value() + " " + bare, before.line(), before.column()));
        return last;
    }
}
