package io.godwit.ceprules.engine;

/**
 * A rule's text with spaces for its comments and for what stands in quotes, so that places stay. What only looks like either
 * is left: a quote that is never closed, or one with an escape that the grammar does not have, hides nothing from its parser.
 */
final class BareText {
    private static final String ESCAPED = "btnfr\"'\\";

    private BareText() {}

    static String of(String text) {
        StringBuilder bare = new StringBuilder(text);
        int at = 0;
        while (at < text.length()) {
            int end = endOfHidden(text, at);
            for (int hidden = at; hidden < end; hidden++) {
                if (text.charAt(hidden) != '\n') {
                    bare.setCharAt(hidden, ' ');
                }
            }
            at = Math.max(at + 1, end);
        }
        return bare.toString();
    }

    /** Where a comment or a quoted text ends that begins here; here itself where none does. */
    private static int endOfHidden(String text, int at) {
        if (text.startsWith("//", at)) {
            int end = at;
            while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
                end++;
            }
            return end;
        }
        if (text.startsWith("/*", at)) {
            int end = text.indexOf("*/", at + 2);
            return end < 0 ? at : end + 2;
        }
        return switch (text.charAt(at)) {
            case '\'', '"', '`' -> endOfQuoted(text, at);
            default -> at;
        };
    }

    private static int endOfQuoted(String text, int begin) {
        for (int at = begin + 1; at < text.length(); at++) {
            char here = text.charAt(at);
            if (here == text.charAt(begin)) {
                return at + 1;
            }
            if (here == '\\') {
                at++;
                if (at == text.length() || ESCAPED.indexOf(text.charAt(at)) < 0) {
                    return begin;
                }
            }
        }
        return begin;
    }
}
