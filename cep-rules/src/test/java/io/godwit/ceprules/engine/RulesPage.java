package io.godwit.ceprules.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** docs/rules.md, read by the tests that hold it to its word. */
public final class RulesPage {
    private static final Pattern EXAMPLE = Pattern.compile("```epl\n(.*?)```", Pattern.DOTALL);
    private static final Pattern REFUSED = Pattern.compile("\\| `((?:select|insert) [^`]*)` \\| (.*?) \\|");
    private static final Pattern WORD = Pattern.compile("`([A-Za-z]+)`");

    private final String text;

    private RulesPage(String text) {
        this.text = text;
    }

    public static RulesPage read() throws IOException {
        Path page = Path.of("docs", "rules.md");
        return new RulesPage(
                Files.readString(Files.exists(page) ? page : Path.of("..").resolve(page)));
    }

    String text() {
        return text;
    }

    /** Whole rule files. */
    public List<String> examples() {
        return EXAMPLE.matcher(text).results().map(match -> match.group(1)).toList();
    }

    /** Statement and what the refusal says. */
    List<MatchResult> refused() {
        return REFUSED.matcher(text).results().toList();
    }

    /** Everything that the table of observations names. */
    Set<String> named() {
        Set<String> named = new TreeSet<>();
        String observations = text.substring(text.indexOf("## Observations"), text.indexOf("## What is admitted"));
        for (String line : observations.lines().toList()) {
            String[] cells = line.split("\\|", -1);
            if (cells.length > 3) {
                WORD.matcher(cells[1] + cells[2]).results().forEach(match -> named.add(match.group(1)));
            }
        }
        return named;
    }
}
