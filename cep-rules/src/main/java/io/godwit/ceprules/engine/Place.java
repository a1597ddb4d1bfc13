package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.ModuleItem;
import com.espertech.esper.common.client.soda.DotExpression;
import com.espertech.esper.common.client.soda.DotExpressionItemCall;
import io.godwit.ceprules.rules.RuleRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A place in a rule's text. Esper's parsed statements do not know where they stood, so the place is that of the first word
 * that gives the thing away, searched in its own statement; the statement's first line if none is found.
 */
record Place(int line, int column) {
    RuleRefused refuse(String message) {
        return new RuleRefused(line, column, message);
    }

    /** Line of the file on which a statement begins. */
    static int firstLine(ModuleItem item) {
        return Math.max(1, item.getLineNumber()); // where its expression begins, comments before it included
    }

    static Place of(ModuleItem item, String... words) {
        return of(item.getExpression(), firstLine(item), words);
    }

    static Place of(ModuleItem item, List<String> words) {
        return of(item, words.toArray(String[]::new));
    }

    static Place of(String text, int firstLine, String... words) {
        String lower = withoutComments(text).toLowerCase(Locale.ROOT);
        for (String word : words) {
            int at = lower.indexOf(word.toLowerCase(Locale.ROOT));
            if (at >= 0) {
                return at(lower, firstLine, at);
            }
        }
        return new Place(firstLine, 1);
    }

    /** The last place of a word; the first line if it stands nowhere. */
    static Place ofLast(String text, int firstLine, String word) {
        String lower = withoutComments(text).toLowerCase(Locale.ROOT);
        int at = lower.lastIndexOf(word.toLowerCase(Locale.ROOT));
        return at < 0 ? new Place(firstLine, 1) : at(lower, firstLine, at);
    }

    private static Place at(String text, int firstLine, int at) {
        int lines = (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
        return new Place(firstLine + lines, at - text.lastIndexOf('\n', at - 1));
    }

    /** Words by which a node can be found in the text. */
    static List<String> tokensOf(Object node) {
        List<String> words = new ArrayList<>();
        if (node instanceof DotExpression dot) {
            dot.getChain().forEach(link -> {
                if (link instanceof DotExpressionItemCall call) {
                    words.add(call.getName() + "(");
                    words.add(call.getName());
                }
            });
        }
        String bare = node.getClass().getSimpleName().replaceAll("(Expression|Clause|Stream|Projection)+$", "");
        switch (bare) {
            case "SelectClauseWildcard" -> words.add("*");
            case "On", "OnMerge", "OnSelect", "OnDelete", "OnInsertSplit" -> words.add("on ");
            case "InsertInto" -> words.add("insert");
            case "Prior", "Previous" -> words.add("pr");
            case "MatchRecognize" -> words.add("match_recognize");
            case "NewOperator", "NewInstanceOperator" -> words.add("new ");
            case "CurrentEvaluationContext" -> words.add("current_evaluation_context");
            case "ClassProvided" -> words.add("inlined_class");
            case "MethodInvocation" -> words.add("method:");
            case "RegExp" -> words.add("regexp");
            case "OutputLimit" -> words.add("output ");
            case "PatternEveryDistinctExpr" -> words.add("every-distinct");
            case "PatternMatchUntilExpr" -> words.add(" until ");
            default -> {
                if (bare.startsWith("Create")) {
                    words.add("create ");
                } else if (bare.startsWith("Subquery")) {
                    words.add("(select");
                } else {
                    words.add(bare.replaceAll("(Subexpression|Subselect)", ""));
                }
            }
        }
        return words;
    }

    /** The text with every comment blanked, so that places stay. */
    private static String withoutComments(String text) {
        StringBuilder blanked = new StringBuilder(text);
        boolean block = false;
        boolean line = false;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                line = false;
            } else if (!line && !block && text.startsWith("/*", i)) {
                block = true;
            } else if (!block && text.startsWith("//", i)) {
                line = true;
            }
            boolean ends = block && text.startsWith("*/", i);
            if ((block || line) && text.charAt(i) != '\n') {
                blanked.setCharAt(i, ' ');
                if (ends) {
                    blanked.setCharAt(i + 1, ' ');
                    block = false;
                    i++;
                }
            }
        }
        return blanked.toString();
    }
}
