package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.ModuleItem;
import com.espertech.esper.common.client.soda.Conjunction;
import com.espertech.esper.common.client.soda.ConstantExpression;
import com.espertech.esper.common.client.soda.Disjunction;
import com.espertech.esper.common.client.soda.Expression;
import com.espertech.esper.common.client.soda.LikeExpression;
import com.espertech.esper.common.client.soda.NotExpression;
import com.espertech.esper.common.client.soda.PropertyValueExpression;
import io.godwit.ceprules.rules.RuleRefused;

/** What is short to write and takes the parser, the compiler or the engine more than anyone has. */
final class Explosion {
    /** Brackets within brackets; the parser's work for calls that are nested grows with the cube of it. */
    static final int NESTED_MAX = 32;

    /** Ways in which a condition can hold: the compiler writes a filter of ands and ors out, one filter for each of them. */
    static final int WAYS_MAX = 500;

    /** Of a pattern of like: ten of them and a text of fifty characters are three minutes. */
    static final int GAPS_MAX = 3;

    private Explosion() {}

    /** Looks at the bare text, before any parser does. */
    static void checkNesting(String text) {
        int depth = 0;
        int line = 1;
        int lineBegins = 0;
        String bare = BareText.of(text);
        for (int at = 0; at < bare.length(); at++) {
            switch (bare.charAt(at)) {
                case '\n' -> {
                    line++;
                    lineBegins = at + 1;
                }
                case '(', '[', '{' -> depth++;
                case ')', ']', '}' -> depth--;
                default -> {}
            }
            if (depth > NESTED_MAX) {
                throw new RuleRefused(
                        line,
                        at - lineBegins + 1,
                        "brackets are nested more than %d deep; make it simpler".formatted(NESTED_MAX));
            }
        }
    }

    /** Looks at a condition or a part of one. */
    static void checkWays(Object node, ModuleItem item) {
        if ((node instanceof Conjunction || node instanceof Disjunction || node instanceof NotExpression)
                && ways((Expression) node, false) > WAYS_MAX) {
            throw Place.of(item, " or ", " and ")
                    .refuse(
                            "the condition can hold in more than %d ways, which each are looked for; split it over several rules or statements"
                                    .formatted(WAYS_MAX));
        }
    }

    /** The engine tries each way in which the gaps of a pattern can be filled. */
    static void checkLike(Object node, ModuleItem item) {
        if (node instanceof LikeExpression like) {
            boolean bounded = like.getChildren().get(0) instanceof PropertyValueExpression
                    && like.getChildren().get(1) instanceof ConstantExpression constant
                    && constant.getConstant() instanceof String pattern
                    && pattern.chars().filter(one -> one == '%').count() <= GAPS_MAX;
            if (!bounded) {
                throw Place.of(item, "like")
                        .refuse(
                                "like compares a property with a text that has at most %d %%, as in monitor like 'monitor-%%'"
                                        .formatted(GAPS_MAX));
            }
        }
    }

    /** No more than one too many. */
    private static long ways(Expression condition, boolean not) {
        return switch (condition) {
            case NotExpression negation -> ways(negation.getChildren().getFirst(), !not);
            case Conjunction all -> not ? sum(all, true) : product(all, false);
            case Disjunction any -> not ? product(any, true) : sum(any, false);
            default -> 1;
        };
    }

    private static long sum(Expression parts, boolean not) {
        long sum = 0;
        for (Expression part : parts.getChildren()) {
            sum = Math.min(WAYS_MAX + 1, sum + ways(part, not));
        }
        return sum;
    }

    private static long product(Expression parts, boolean not) {
        long product = 1;
        for (Expression part : parts.getChildren()) {
            product = Math.min(WAYS_MAX + 1, product * ways(part, not));
        }
        return product;
    }
}
