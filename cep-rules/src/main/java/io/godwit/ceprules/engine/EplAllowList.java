package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.Module;
import com.espertech.esper.common.client.module.ModuleItem;
import com.espertech.esper.common.client.module.ParseException;
import com.espertech.esper.common.client.soda.AnnotationPart;
import com.espertech.esper.common.client.soda.EPStatementObjectModel;
import com.espertech.esper.common.client.soda.Filter;
import com.espertech.esper.common.client.soda.MaxProjectionExpression;
import com.espertech.esper.common.client.soda.MinProjectionExpression;
import com.espertech.esper.common.client.soda.PropertyValueExpression;
import com.espertech.esper.common.client.soda.SelectClauseElement;
import com.espertech.esper.common.client.soda.SelectClauseExpression;
import com.espertech.esper.compiler.client.EPCompileException;
import com.espertech.esper.compiler.client.EPCompilerProvider;
import io.godwit.ceprules.rules.RuleRefused;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a rule may be made of. Not a list of what is forbidden: whatever is not named here is refused, so a construct that
 * nobody thought of is refused too. Together with {@link EngineSettings} it keeps a rule from running code, from changing what
 * other rules see, and from remembering without end.
 */
final class EplAllowList {
    static final int TEXT_CHARACTERS_MAX = 64 << 10;
    static final int STATEMENTS_MAX = 8;

    /** Parts of a statement; the compiler goes as deep as they are nested, and its code for them grows faster than they do. */
    static final int PARTS_MAX = 400;

    private static final Set<String> ALLOWED = Set.of(
            "EPStatementObjectModel",
            "AnnotationPart",
            "AnnotationAttribute",
            "SelectClause",
            "SelectClauseExpression",
            "FromClause",
            "FilterStream",
            "Filter",
            "View",
            "GroupByClause",
            "GroupByClauseExpressionSingle",
            "ArithmaticExpression",
            "RelationalOpExpression",
            "Conjunction",
            "Disjunction",
            "NotExpression",
            "InExpression",
            "BetweenExpression",
            "LikeExpression",
            "CaseWhenThenExpression",
            "CaseSwitchExpression",
            "CoalesceExpression",
            "ConstantExpression",
            "PropertyValueExpression",
            "TimePeriodExpression",
            "CountProjectionExpression",
            "CountStarProjectionExpression",
            "SumProjectionExpression",
            "AvgProjectionExpression",
            "MinProjectionExpression",
            "MaxProjectionExpression",
            "CrontabParameterExpression",
            "PatternStream",
            "PatternEveryExpr",
            "PatternFollowedByExpr",
            "PatternFilterExpr",
            "PatternGuardExpr",
            "PatternObserverExpr",
            "PatternAndExpr",
            "PatternOrExpr",
            "PatternNotExpr",
            "MatchRecognizeClause",
            "MatchRecognizeDefine",
            "MatchRecognizeRegExAtom",
            "MatchRecognizeRegExConcatenation",
            "WildcardExpression"); // the star of count(*)

    private static final Set<String> ANNOTATIONS = Set.of("name", "description", "tag");

    private EplAllowList() {}

    /**
     * Checks an operator's rule and returns how far back its windows reach, at least a second.
     *
     * @throws RuleRefused at the first thing that is not allowed
     */
    static Duration check(String text) {
        Module module = parse(text);
        Duration longest = Duration.ofSeconds(1);
        for (ModuleItem item : statements(module, text)) {
            EPStatementObjectModel statement = model(item);
            AtomicInteger parts = new AtomicInteger();
            visit(statement, item, node -> {
                allow(node, item);
                if (parts.incrementAndGet() > PARTS_MAX) {
                    throw Place.of(item, "select")
                            .refuse("the statement has more than " + PARTS_MAX
                                    + " parts; say it in several statements or rules");
                }
            });
            checkStatement(statement, item);
            Duration reach = RuleReach.of(statement, item);
            longest = reach.compareTo(longest) > 0 ? reach : longest;
        }
        return longest;
    }

    /** What the statements of a text that was checked read and remember. */
    static List<StatementUse> uses(String text) {
        List<StatementUse> uses = new ArrayList<>();
        for (ModuleItem item : statements(parse(text), text)) {
            EPStatementObjectModel statement = model(item);
            TreeSet<String> types = new TreeSet<>();
            TreeSet<String> properties = new TreeSet<>();
            SodaWalk.visit(statement, node -> {
                if (node instanceof Filter filter) {
                    types.add(filter.getEventTypeName());
                }
                if (node instanceof PropertyValueExpression property) {
                    String name = bare(property.getPropertyName());
                    if (isKnown(name)) { // others name a measure of match_recognize
                        properties.add(name);
                    }
                }
            });
            uses.add(new StatementUse(
                    Place.of(item, "select").line(),
                    String.join(", ", types),
                    List.copyOf(properties),
                    RuleReach.remembers(statement) ? Optional.of(RuleReach.of(statement, item)) : Optional.empty(),
                    countsOverHosts(statement)));
        }
        return uses;
    }

    private static boolean countsOverHosts(EPStatementObjectModel statement) {
        AtomicBoolean counts = new AtomicBoolean();
        SodaWalk.visit(statement, node -> {
            if (node.getClass().getSimpleName().endsWith("ProjectionExpression")) {
                counts.set(true);
            }
        });
        AtomicBoolean byHost = new AtomicBoolean();
        SodaWalk.visit(statement.getGroupByClause(), node -> {
            if (node instanceof PropertyValueExpression property
                    && bare(property.getPropertyName()).equals("hostId")) {
                byHost.set(true);
            }
        });
        return counts.get() && !byHost.get();
    }

    /** Before anything else is done with a text. */
    static void checkLength(String text) {
        if (text.length() > TEXT_CHARACTERS_MAX) {
            throw new RuleRefused(
                    1, 1, "the rule has %d characters; give at most %d".formatted(text.length(), TEXT_CHARACTERS_MAX));
        }
    }

    private static Module parse(String text) {
        checkLength(text);
        Explosion.checkNesting(text);
        try {
            return EPCompilerProvider.getCompiler().parseModule(text);
        } catch (ParseException | IOException wrong) {
            throw new RuleRefused(1, 1, String.valueOf(wrong.getMessage()).replaceAll("\\s+", " "));
        }
    }

    static List<ModuleItem> statements(String text) {
        return statements(parse(text), text);
    }

    private static List<ModuleItem> statements(Module module, String text) {
        if (!module.getImports().isEmpty()) {
            throw Place.of(text, 1, "import").refuse("a rule imports nothing; drop the line");
        }
        if (!module.getUses().isEmpty()) {
            throw Place.of(text, 1, "uses").refuse("a rule uses no other module; drop the line");
        }
        List<ModuleItem> items =
                module.getItems().stream().filter(item -> !item.isCommentOnly()).toList();
        if (items.isEmpty()) {
            throw new RuleRefused(
                    1, 1, "the rule has no statement; add one, as in select hostId from HostSample(vms > 50)");
        }
        if (items.size() > STATEMENTS_MAX) {
            throw new RuleRefused(
                    1, 1, "the rule has %d statements; give at most %d".formatted(items.size(), STATEMENTS_MAX));
        }
        return items;
    }

    static EPStatementObjectModel model(ModuleItem item) {
        try {
            return EPCompilerProvider.getCompiler().eplToModel(item.getExpression(), EngineSettings.forBuiltIn());
        } catch (EPCompileException wrong) {
            if (wrong.getMessage() == null || wrong.getMessage().contains("StackOverflowError")) {
                throw tooDeep(item);
            }
            throw RuleCompiler.refused(wrong, item.getExpression(), Place.firstLine(item));
        } catch (StackOverflowError
                | RuntimeException tooDeep) { // Esper fails in several ways where it runs out of stack
            throw tooDeep(item);
        }
    }

    /** Other walks through a statement come after this one, which bounds how deep it is. */
    private static void visit(EPStatementObjectModel statement, ModuleItem item, Consumer<Object> visitor) {
        try {
            SodaWalk.visit(statement, visitor);
        } catch (StackOverflowError tooDeep) {
            throw tooDeep(item);
        }
    }

    private static RuleRefused tooDeep(ModuleItem item) {
        return Place.of(item, "select").refuse("the statement is nested too deeply to be read; make it simpler");
    }

    private static void allow(Object node, ModuleItem item) {
        String kind = node.getClass().getSimpleName();
        if (!ALLOWED.contains(kind)) {
            throw Place.of(item, Place.tokensOf(node)).refuse(what(kind) + " may not be used in a rule");
        }
        if (node instanceof AnnotationPart annotation
                && !ANNOTATIONS.contains(String.valueOf(annotation.getName()).toLowerCase(Locale.ROOT))) {
            throw Place.of(item, "@" + annotation.getName())
                    .refuse("annotation @" + annotation.getName()
                            + " may not be used; only @name, @Description and @Tag");
        }
    }

    /** "StaticMethodExpression" as people say it. */
    private static String what(String kind) {
        return switch (kind) {
            case "DotExpression", "StaticMethodExpression", "SingleRowMethodExpression" -> "a call of a method";
            case "NewOperatorExpression", "NewInstanceOperatorExpression" -> "new";
            case "SelectClauseWildcard", "SelectClauseStreamWildcard" -> "select *";
            case "PatternEveryDistinctExpr" -> "every-distinct";
            case "PatternMatchUntilExpr" -> "a repetition in a pattern (until)";
            default -> kind.replaceAll("(Expression|Clause)$", "").replaceAll("(?<=[a-z])(?=[A-Z])", " ");
        };
    }

    private static void checkStatement(EPStatementObjectModel statement, ModuleItem item) {
        if (statement.getContextName() != null) {
            throw Place.of(item, "context").refuse("a rule runs in no context; use group by");
        }
        Set<String> measures = measures(statement);
        SodaWalk.visit(statement, node -> {
            checkNames(node, measures, item);
            Explosion.checkWays(node, item);
            Explosion.checkLike(node, item);
        });
        boolean speaks = false;
        for (SelectClauseElement element : statement.getSelectClause().getSelectList()) {
            speaks |= "hostId".equals(columnOf(element));
        }
        if (!speaks) {
            throw Place.of(item, "select")
                    .refuse("the rule selects no column hostId, so nobody knows whom it speaks of; add hostId");
        }
    }

    /** Columns that match_recognize makes, which the select clause names. */
    private static Set<String> measures(EPStatementObjectModel statement) {
        return statement.getMatchRecognizeClause() == null
                ? Set.of()
                : statement.getMatchRecognizeClause().getMeasures().stream()
                        .map(SelectClauseExpression::getAsName)
                        .collect(Collectors.toSet());
    }

    /** The name of a property without that of its stream, tag or row. */
    static String bare(String property) {
        return property.substring(property.indexOf('.') + 1);
    }

    private static boolean isKnown(String property) {
        return EngineSettings.operatorsViews().stream()
                .anyMatch(view -> EngineSettings.operatorsProperties(view).contains(property));
    }

    /** Name of a selected column; null: it has none. */
    static String columnOf(SelectClauseElement element) {
        if (!(element instanceof SelectClauseExpression column)) {
            return null;
        }
        return column.getAsName() == null && column.getExpression() instanceof PropertyValueExpression property
                ? property.getPropertyName()
                : column.getAsName();
    }

    /** Only the properties of our views: hostId.class and the like would lead out of them. */
    private static void checkNames(Object node, Set<String> measures, ModuleItem item) {
        if (node instanceof PropertyValueExpression property) {
            String name = property.getPropertyName();
            boolean asWritten = name.indexOf('?') < 0; // else it is looked for in whatever stands there
            if (!asWritten || (!isKnown(bare(name)) && !measures.contains(name))) {
                throw Place.of(item, name).refuse(name + " is no property of an observation");
            }
        }
        if (node instanceof Filter filter && !EngineSettings.operatorsViews().contains(filter.getEventTypeName())) {
            throw Place.of(item, filter.getEventTypeName())
                    .refuse(filter.getEventTypeName() + " is no event type of a rule; there are "
                            + EngineSettings.views());
        }
        if ((node instanceof MinProjectionExpression least && least.isEver())
                || (node instanceof MaxProjectionExpression greatest && greatest.isEver())) {
            throw Place.of(item, "ever")
                    .refuse("minever and maxever remember without end; use min or max over a window");
        }
    }
}
