package io.godwit.ceprules.rules;

import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.units.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in the comment at the head of a rule file, as "key: value" lines. Keys: name, purpose, kind, inputs, output,
 * look-back, hold, metric, unit, threshold, thresholds-from, owner, severity, action, mode, cool-down. A line without a key goes
 * on with the one before.
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
        DetectionTerms terms) {
    public static final Duration HOLD = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofHours(1);
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
            "cool-down");
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
        Map<String, Entry> entries = entries(text);
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

    private static Map<String, Entry> entries(String text) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        String last = null;
        int number = 0;
        for (String line : commentLines(text)) {
            number++;
            String bare = withoutEnd(line) // before a leading star is: a line may hold only the end
                    .replaceFirst("^\\s*(/\\*+|//+|\\*)?\\s?", "")
                    .strip();
            Matcher matcher = ENTRY.matcher(bare);
            if (matcher.matches() && KEYS.contains(matcher.group(1))) {
                last = matcher.group(1);
                int column = line.indexOf(matcher.group(2), line.indexOf(last) + last.length() + 1) + 1;
                if (entries.put(last, new Entry(matcher.group(2).strip(), number, column)) != null) {
                    throw new RuleRefused(
                            number, line.indexOf(last) + 1, "the header says \"" + last + "\" twice; keep one");
                }
            } else if (!bare.isEmpty() && last == null) {
                throw new RuleRefused(
                        number,
                        1,
                        "\"" + bare + "\" is no \"key: value\" line; the header knows the keys "
                                + String.join(", ", KEYS));
            } else if (matcher.matches() && !bare.startsWith(" ")) {
                throw new RuleRefused(
                        number,
                        line.indexOf(matcher.group(1)) + 1,
                        "\"" + matcher.group(1) + "\" is no key of a rule header; it knows " + String.join(", ", KEYS));
            } else if (last != null && !bare.isEmpty()) {
                Entry before = entries.get(last);
                entries.put(last, new Entry(before.value() + " " + bare, before.line(), before.column()));
            }
        }
        return entries;
    }

    private static String withoutEnd(String line) {
        String bare = line.stripTrailing();
        return bare.endsWith("*/") ? bare.substring(0, bare.length() - 2) : line;
    }

    /** Lines of the comment that the text begins with; none if it does not begin with one. */
    private static List<String> commentLines(String text) {
        List<String> lines = new ArrayList<>();
        boolean block = false;
        for (String line : text.split("\n", -1)) {
            String bare = line.strip();
            if (!block && bare.startsWith("/*")) {
                block = true;
            }
            if (!block && !bare.startsWith("//") && !bare.isEmpty()) {
                return lines;
            }
            lines.add(line);
            if (block && bare.contains("*/")) {
                return lines;
            }
        }
        return lines;
    }
}
