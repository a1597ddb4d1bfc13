package io.godwit.ceprules.rules;

import io.godwit.schemas.events.RuleDeployed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The rules that come with the product, as they stand in its jar. */
public final class BuiltInRules {
    /** Their names, which operators' rules may not take. */
    public static final List<String> NAMES = List.of("host-crash", "overload", "underload", "vm-crash");

    private static final Map<String, String> TEXTS =
            NAMES.stream().collect(Collectors.toUnmodifiableMap(name -> name, BuiltInRules::read));

    private BuiltInRules() {}

    private static String read(String name) {
        String resource = "rules/" + name + ".epl";
        try (InputStream in = BuiltInRules.class.getClassLoader().getResourceAsStream(resource)) {
            return new String(
                    Objects.requireNonNull(in, resource + " is missing on the class path")
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read " + resource, unreadable);
        }
    }

    /** Text of one of them. */
    public static String text(String name) {
        return Objects.requireNonNull(TEXTS.get(name), name);
    }

    /** Whether a rule's text is that of this build, letter by letter. */
    public static boolean isOurs(RuleVersion rule) {
        return rule.builtIn() && rule.text().equals(TEXTS.get(rule.name()));
    }

    /** The same version of a built-in rule with this build's text. */
    public static RuleVersion ours(RuleVersion rule) {
        return new RuleVersion(rule.name(), rule.version(), text(rule.name()), true);
    }

    /** All of them, as version 1. */
    public static List<RuleVersion> all() {
        return NAMES.stream()
                .map(name -> new RuleVersion(name, 1, text(name), true))
                .toList();
    }

    /**
     * What has to be appended to the rules topic so that it holds this build's texts; empty where it does. A rule whose text
     * did not change keeps its version, and one that an operator retired stays so until its text changes.
     */
    public static List<RuleDeployed> deployments(RuleBook book) {
        return NAMES.stream()
                .filter(name -> !book.holds(name))
                .map(name -> deployment(name, book.nextVersion(name), text(name)))
                .toList();
    }

    private static RuleDeployed deployment(String name, int version, String text) {
        Duration lookBack = RuleHeader.parse(text).lookBack().orElseThrow();
        return new RuleDeployed(
                name, version, text, "godwit", "comes with the product", true, Math.toIntExact(lookBack.toSeconds()));
    }
}
