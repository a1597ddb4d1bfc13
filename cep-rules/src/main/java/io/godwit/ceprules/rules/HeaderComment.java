package io.godwit.ceprules.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The comment that a rule file begins with. */
final class HeaderComment {
    private static final Pattern MARK = Pattern.compile("^\\s*(/\\*+|//+|\\*)");

    private HeaderComment() {}

    /** Its lines with spaces for its own marks, so that what they hold stays in its place; none if the text begins with no comment. */
    static List<String> lines(String text) {
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
            lines.add(unmarked(line));
            if (block && bare.contains("*/")) {
                return lines;
            }
        }
        return lines;
    }

    /** A line may hold only the end, which begins with a star too. */
    private static String unmarked(String line) {
        String bare = line.stripTrailing();
        String held = bare.endsWith("*/") ? bare.substring(0, bare.length() - 2).stripTrailing() : line;
        Matcher mark = MARK.matcher(held);
        return mark.find() ? " ".repeat(mark.end()) + held.substring(mark.end()) : held;
    }

    /**
     * Whether a line is part of a YAML value whose key stands in an earlier one: it is further in, or begins with what belongs
     * to a list or a mapping.
     *
     * @param keyColumn place of the key in its line, from 0
     */
    static boolean goesOn(String line, int keyColumn) {
        String bare = line.strip();
        int column = line.indexOf(bare);
        return bare.isEmpty()
                || column > keyColumn
                || (column == keyColumn && (bare.startsWith("-") || bare.startsWith("]") || bare.startsWith("}")));
    }
}
