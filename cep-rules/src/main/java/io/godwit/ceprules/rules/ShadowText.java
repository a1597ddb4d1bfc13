package io.godwit.ceprules.rules;

import io.godwit.schemas.events.ActingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a rule that is tried beside the live one: the same under the name NAME-shadow, in mode shadow. All else, and
 * every line below its header, stays as it is.
 */
public final class ShadowText {
    private static final String ENDING = "-shadow";
    private static final int NAME_MAX = 40;
    private static final Pattern NAME = Pattern.compile("(?m)^([ \\t/*]*)name:([ \\t]*)([a-z0-9-]+)");
    private static final Pattern MODE = Pattern.compile("(?m)^([ \\t/*]*mode:[ \\t]*)[a-z]+");

    private ShadowText() {}

    /** Name of the rule that shadows another. */
    public static String nameOf(String rule) {
        return rule + ENDING;
    }

    /**
     * @param text of a rule that was admitted
     * @throws RuleRefused if the name is too long for another word
     */
    public static String of(String text) {
        RuleHeader header = RuleHeader.parse(text);
        String name = nameOf(header.name());
        if (name.length() > NAME_MAX) {
            throw new RuleRefused(
                    1,
                    1,
                    "the rule tried in shadow would be called %s, which is longer than %d characters; shorten its name"
                            .formatted(name, NAME_MAX));
        }
        Matcher named = NAME.matcher(text);
        if (!named.find()) {
            throw new IllegalStateException("a header without a name was read: " + header);
        }
        Matcher mode = MODE.matcher(text);
        boolean saysMode = mode.find();
        String shadowed = saysMode ? mode.replaceFirst("$1shadow") : text;
        // where it has none, a line of its own after the name, in the same kind of comment
        String line = saysMode ? "" : "\n" + named.group(1).replace("/*", " *") + "mode: shadow";
        String result = NAME.matcher(shadowed).replaceFirst("$1name:$2" + name + Matcher.quoteReplacement(line));
        RuleHeader tried = RuleHeader.parse(result);
        if (!tried.name().equals(name) || tried.terms().getMode() != ActingMode.SHADOW) {
            throw new RuleRefused(
                    1, 1, "the header cannot be put in shadow; give name and mode a line each, without more on them");
        }
        return result;
    }
}
