package io.godwit.ops.rules;

import io.godwit.ops.rules.ScenarioReader.Fault;
import io.godwit.ops.settings.Keys;
import io.godwit.ops.settings.YamlNode;
import io.godwit.ops.settings.YamlNode.Entry;
import io.godwit.ops.settings.YamlNode.Spot;
import io.godwit.schemas.units.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads what stands under the keys of a YAML document; what is wrong is noted with its place and the remedy. */
final class Fields {
    private final List<Fault> faults;

    /** @param faults takes what is wrong */
    Fields(List<Fault> faults) {
        this.faults = faults;
    }

    void fault(Spot at, String says) {
        faults.add(new Fault(at, says));
    }

    /** The entries of a mapping; each key that is not known is a fault. Empty, with a fault, if it is no mapping. */
    Optional<Map<String, Entry>> mapping(YamlNode node, String what, List<String> known) {
        if (!(node instanceof YamlNode.Mapping(Spot _, Map<String, Entry> entries))) {
            fault(node.at(), "%s has keys: %s; give them".formatted(what, String.join(", ", known)));
            return Optional.empty();
        }
        entries.forEach((key, entry) -> {
            if (!known.contains(key)) {
                fault(entry.at(), unknown(what, key, known));
            }
        });
        return Optional.of(entries);
    }

    private static String unknown(String what, String key, List<String> known) {
        if (key.equals("Sweep") || key.equals("Tick")) {
            return "ticks come by themselves each second; drop the " + key;
        }
        return "\"%s\" is no key of %s; %s"
                .formatted(
                        key,
                        what,
                        Keys.nearest(key, known)
                                .map(near -> "did you mean " + near + "?")
                                .orElseGet(() -> "known here are " + String.join(", ", known)));
    }

    /** The items of a list that must not be empty. */
    List<YamlNode> items(Map<String, Entry> entries, String key, Spot at, String what) {
        Entry entry = entries.get(key);
        if (entry == null) {
            fault(at, "%s is missing; give %s".formatted(key, what));
            return List.of();
        }
        if (entry.value() instanceof YamlNode.Sequence(Spot _, List<YamlNode> items) && !items.isEmpty()) {
            return items;
        }
        fault(entry.value().at(), "%s is no list, or an empty one; give %s".formatted(key, what));
        return List.of();
    }

    <T> Optional<T> required(Map<String, Entry> entries, String key, Spot at, String what, Function<String, T> parse) {
        if (!entries.containsKey(key)) {
            fault(at, "%s is missing; give %s".formatted(key, what));
            return Optional.empty();
        }
        return optional(entries, key, parse);
    }

    /** @param parse of a value as it is written; its IllegalArgumentException becomes the fault */
    <T> Optional<T> optional(Map<String, Entry> entries, String key, Function<String, T> parse) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (!(entry.value() instanceof YamlNode.Scalar(Spot _, String text))) {
            fault(entry.value().at(), "%s has keys or items below it; give one value".formatted(key));
            return Optional.empty();
        }
        try {
            return Optional.of(parse.apply(text));
        } catch (IllegalArgumentException wrong) {
            fault(entry.value().at(), key + ": " + wrong.getMessage());
            return Optional.empty();
        }
    }

    static String text(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("nothing stands here; give a text");
        }
        return text;
    }

    static Duration duration(String text) {
        return Durations.parse(text);
    }

    static long whole(String text, long least, long most) {
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("\"" + text + "\" is no whole number; give one without a unit", wrong);
        }
        if (number < least || number > most) {
            throw new IllegalArgumentException(number + " is out of bounds; give " + least + " to " + most);
        }
        return number;
    }

    static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException("\"" + text + "\" is neither true nor false; give one of them");
        };
    }
}
