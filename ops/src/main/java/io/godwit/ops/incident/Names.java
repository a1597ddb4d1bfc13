package io.godwit.ops.incident;

import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleRefused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Pseudonyms of all names of a file. A pseudonym tells the rank of a name among all names of its sort, with leading zeros: so
 * pseudonyms compare as the names do, and what is decided by the order of ids is decided the same way. First all names are
 * noted, then they are asked for. The names themselves are kept nowhere.
 */
final class Names {
    /** Words that Godwit puts where otherwise an id stands. */
    private static final Set<String> OURS = Set.of("site");

    private static final Map<Said, String> SORTS = new EnumMap<>(Map.of(
            Said.HOST, "host",
            Said.VM, "vm",
            Said.SITE, "site",
            Said.RACK, "rack",
            Said.HOST_NAME, "h",
            Said.VM_NAME, "v",
            Said.SLOT, "slot",
            Said.PERSON, "person",
            Said.ADDRESS, "address",
            Said.TITLE, "title"));
    private static final int SENTENCE_MIN = 3; // shorter ones are words of our sentences too often

    private final Map<Said, NavigableSet<String>> noted = new EnumMap<>(Said.class);
    private final NavigableSet<String> free = new TreeSet<>();
    private final Set<List<String>> labels = new HashSet<>();

    private final Map<Said, Map<String, String>> pseudonyms = new EnumMap<>(Said.class);
    private Phrases ids;
    private Phrases all;
    private Phrases ofRules;

    Names() {
        SORTS.keySet().forEach(sort -> noted.put(sort, new TreeSet<>()));
    }

    /** Notes a name; returns it, so that a walk may note and change nothing. */
    String note(Said said, String text) {
        switch (said) {
            case HOST, VM, SITE, RACK, HOST_NAME, VM_NAME, SLOT, PERSON, ADDRESS, TITLE -> {
                if (!ours(text)) {
                    noted.get(said).add(text);
                }
            }
            case PROBER -> noted.get(Said.SLOT).add(text); // a host's id is found among the hosts before
            case LABEL -> noteLabel(text);
            case FREE -> free.add(text);
            case RULE -> {
                if (!ownerIn(text).isEmpty()) {
                    noted.get(Said.PERSON).add(ownerIn(text));
                }
            }
            case KEPT, ID, SENTENCE, QUOTING, STATE_KEY, DIGEST, DROPPED -> {}
        }
        return text;
    }

    private void noteLabel(String label) {
        List<String> parts = List.of(label.split("/", -1));
        if (parts.size() == 3) {
            noted.get(Said.SITE).add(parts.get(0));
            noted.get(Said.RACK).add(parts.get(1));
            noted.get(Said.HOST_NAME).add(parts.get(2));
            labels.add(parts);
        } else {
            free.add(label);
        }
    }

    /** A host whose label its own sentences use. */
    void noteLabel(String site, String rack, String name) {
        labels.add(List.of(site, rack, name));
    }

    /** All names are noted. */
    void close() {
        noted.get(Said.SLOT).removeAll(noted.get(Said.HOST));
        SORTS.forEach((said, sort) -> pseudonyms.put(said, ranked(sort + "-", noted.get(said))));
        pseudonyms.put(Said.FREE, ranked("text-", free));
        Map<String, String> ofIds = new HashMap<>();
        List.of(Said.TITLE, Said.VM, Said.HOST).forEach(sort -> ofIds.putAll(pseudonyms.get(sort)));
        ids = new Phrases(ofIds);
        Map<String, String> ofAll = new HashMap<>();
        List.of(Said.FREE, Said.RACK, Said.TITLE, Said.PERSON, Said.ADDRESS, Said.SLOT, Said.VM_NAME, Said.HOST_NAME)
                .forEach(sort -> pseudonyms.get(sort).forEach((name, pseudonym) -> {
                    if (name.length() >= SENTENCE_MIN) {
                        ofAll.put(name, pseudonym);
                    }
                }));
        ofAll.putAll(ofIds);
        labels.forEach(parts -> ofAll.put(String.join("/", parts), label(parts)));
        all = new Phrases(ofAll);
        Map<String, String> inRules = new HashMap<>(ofAll);
        List.of(Said.SITE, Said.HOST_NAME, Said.RACK) // as short as they may be: what rules compare them with
                .forEach(sort -> inRules.putAll(pseudonyms.get(sort)));
        inRules.putAll(ofIds);
        ofRules = new Phrases(inRules);
    }

    private static Map<String, String> ranked(String prefix, NavigableSet<String> names) {
        int digits = Integer.toString(names.size()).length();
        Map<String, String> pseudonyms = new HashMap<>();
        int rank = 0;
        for (String name : names) {
            rank++;
            pseudonyms.put(
                    name, prefix + "0".repeat(digits - Integer.toString(rank).length()) + rank);
        }
        return pseudonyms;
    }

    private static boolean ours(String text) {
        return OURS.contains(text) || text.startsWith("*");
    }

    /** What stands for a text. */
    String of(Said said, String text) {
        return switch (said) {
            case KEPT, DIGEST -> text;
            case HOST, VM, SITE, RACK, HOST_NAME, VM_NAME, SLOT, PERSON, ADDRESS, TITLE, FREE ->
                pseudonyms.get(said).getOrDefault(text, ours(text) ? text : "");
            case PROBER ->
                pseudonyms
                        .get(Said.HOST)
                        .getOrDefault(text, pseudonyms.get(Said.SLOT).getOrDefault(text, ""));
            case LABEL -> label(text);
            case ID -> ids.in(text);
            case SENTENCE -> all.in(text);
            case QUOTING -> all.quotedIn(text);
            case RULE -> rule(text);
            case STATE_KEY -> stateKey(text);
            case DROPPED -> "";
        };
    }

    private static String ownerIn(String rule) {
        try {
            return RuleHeader.parse(rule).terms().getOwner();
        } catch (RuleRefused _) {
            return ""; // nobody runs it
        }
    }

    /** The owner stands in each detection as well, and may go over several lines of the header. */
    private String rule(String text) {
        String owner = ownerIn(text);
        String renamed = ofRules.quotedIn(text);
        if (owner.isEmpty()) {
            return renamed;
        }
        String words = Arrays.stream(owner.split(" ", -1)).map(Pattern::quote).collect(Collectors.joining("[\\s/*]+"));
        return Pattern.compile("(?m)^([ \\t/*]*owner:[ \\t]*)" + words)
                .matcher(renamed)
                .replaceFirst("$1" + Matcher.quoteReplacement(of(Said.PERSON, owner)));
    }

    private String label(String label) {
        List<String> parts = List.of(label.split("/", -1));
        return parts.size() == 3 ? label(parts) : pseudonyms.get(Said.FREE).getOrDefault(label, "");
    }

    private String label(List<String> parts) {
        return "%s/%s/%s"
                .formatted(of(Said.SITE, parts.get(0)), of(Said.RACK, parts.get(1)), of(Said.HOST_NAME, parts.get(2)));
    }

    /** As "lease/HOST" or "detection/HOST/ID". */
    private String stateKey(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? key : key.substring(0, slash + 1) + ids.in(key.substring(slash + 1));
    }

    /** A record's key: what it names, of whichever sort. */
    String ofKey(String key) {
        for (Said said : List.of(Said.HOST, Said.SITE, Said.TITLE, Said.VM, Said.SLOT, Said.PERSON)) {
            String pseudonym = pseudonyms.get(said).get(key);
            if (pseudonym != null) {
                return pseudonym;
            }
        }
        return key;
    }

    /** Whether any name of the file stands in a text as a word of its own, which must not be; for tests and doubts. */
    List<String> namesIn(String text) {
        return all.found(text);
    }

    /** Replaces phrases that stand in a text with no letter or digit next to them, the longest one first. */
    private static final class Phrases {
        private final Map<String, String> replacements;
        private final List<Integer> lengths;

        Phrases(Map<String, String> replacements) {
            this.replacements = replacements;
            Set<Integer> all = new TreeSet<>(Comparator.reverseOrder());
            replacements.keySet().forEach(phrase -> all.add(phrase.length()));
            this.lengths = List.copyOf(all);
        }

        String in(String text) {
            StringBuilder changed = new StringBuilder(text.length() + 16);
            int at = 0;
            while (at < text.length()) {
                String found = at > 0 && isOfAWord(text.charAt(at - 1)) ? null : at(text, at);
                if (found == null) {
                    changed.append(text.charAt(at++));
                } else {
                    changed.append(replacements.get(found));
                    at += found.length();
                }
            }
            return changed.toString();
        }

        private String at(String text, int at) {
            for (int length : lengths) {
                int end = at + length;
                if (end <= text.length()
                        && (end == text.length() || !isOfAWord(text.charAt(end)))
                        && replacements.containsKey(text.substring(at, end))) {
                    return text.substring(at, end);
                }
            }
            return null;
        }

        private static boolean isOfAWord(char character) {
            return Character.isLetterOrDigit(character);
        }

        /** Only what stands whole between quotes. */
        String quotedIn(String text) {
            StringBuilder changed = new StringBuilder(text.length());
            int at = 0;
            while (at < text.length()) {
                char quote = text.charAt(at);
                int end = quote == '"' || quote == '\'' ? text.indexOf(quote, at + 1) : -1;
                String inside = end < 0 ? null : replacements.get(text.substring(at + 1, end));
                if (inside == null) {
                    changed.append(quote);
                    at++;
                } else {
                    changed.append(quote).append(inside).append(quote);
                    at = end + 1;
                }
            }
            return changed.toString();
        }

        List<String> found(String text) {
            Map<String, String> found = new TreeMap<>();
            for (int at = 0; at < text.length(); at++) {
                String phrase = at > 0 && isOfAWord(text.charAt(at - 1)) ? null : at(text, at);
                if (phrase != null) {
                    found.put(phrase, phrase);
                }
            }
            return new ArrayList<>(found.keySet());
        }
    }
}
