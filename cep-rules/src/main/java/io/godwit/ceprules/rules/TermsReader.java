package io.godwit.ceprules.rules;

import io.godwit.ceprules.rules.RuleHeader.Entry;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.Severity;
import io.godwit.schemas.units.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads from a rule's header what its detections may do: the keys owner, severity, action, mode and cool-down. */
final class TermsReader {
    private static final int OWNER_CHARACTERS_MAX = 80;
    private static final Duration COOL_DOWN_MAX = Duration.ofHours(24);

    private TermsReader() {}

    /** @throws RuleRefused with the line and column of what is wrong */
    static DetectionTerms terms(DetectionKind kind, Map<String, Entry> entries) {
        ActingMode mode = mode(entries);
        if (kind == DetectionKind.HOST_CRASH && mode == ActingMode.AUTO) {
            throw entries.get("mode")
                    .refuse("mode is \"auto\" and kind HOST_CRASH; a host is fenced for it, so a rule that is wrong"
                            + " would switch off hosts that are well: give approve, and a person looks first");
        }
        Severity severity = word("severity", entries.get("severity"), Severity.WARNING, Severity.values());
        return new DetectionTerms(
                owner(entries.get("owner")),
                severity,
                action(kind, entries.get("action")),
                mode,
                coolDown(entries.get("cool-down")).toMillis());
    }

    static ActingMode mode(Map<String, Entry> entries) {
        return word("mode", entries.get("mode"), ActingMode.ADVISE, ActingMode.values());
    }

    private static String owner(Entry entry) {
        if (entry == null) {
            return "";
        }
        if (entry.value().length() > OWNER_CHARACTERS_MAX) {
            throw entry.refuse(
                    "owner has " + entry.value().length() + " characters; give at most " + OWNER_CHARACTERS_MAX);
        }
        return entry.value();
    }

    private static DetectionAction action(DetectionKind kind, Entry entry) {
        if (entry != null && kind != DetectionKind.CUSTOM) {
            throw entry.refuse("action is for kind CUSTOM, and the kind is " + kind
                    + ", which is answered in its own way; drop the line");
        }
        return word("action", entry, DetectionAction.ADVISE, DetectionAction.values());
    }

    private static Duration coolDown(Entry entry) {
        if (entry == null) {
            return Duration.ZERO;
        }
        Duration duration;
        try {
            duration = Durations.parse(entry.value());
        } catch (IllegalArgumentException wrong) {
            throw entry.refuse("cool-down: " + wrong.getMessage());
        }
        if (duration.compareTo(COOL_DOWN_MAX) > 0) {
            throw entry.refuse("cool-down is " + entry.value() + "; give 0s to 24h");
        }
        return duration;
    }

    private static <E extends Enum<E>> E word(String key, Entry entry, E otherwise, E[] all) {
        if (entry == null) {
            return otherwise;
        }
        List<E> known =
                Stream.of(all).filter(one -> !one.name().equals("UNKNOWN")).toList();
        return known.stream()
                .filter(one -> wordOf(one).equals(entry.value()))
                .findFirst()
                .orElseThrow(() -> entry.refuse(key + " is \"" + entry.value() + "\"; give one of "
                        + known.stream().map(TermsReader::wordOf).collect(Collectors.joining(", "))));
    }

    private static String wordOf(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
