package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.Module;
import com.espertech.esper.common.client.module.ModuleItem;
import com.espertech.esper.common.client.module.ParseException;
import com.espertech.esper.common.client.soda.AnnotationPart;
import com.espertech.esper.common.client.soda.ArithmaticExpression;
import com.espertech.esper.common.client.soda.AvgProjectionExpression;
import com.espertech.esper.common.client.soda.ConstantExpression;
import com.espertech.esper.common.client.soda.CountProjectionExpression;
import com.espertech.esper.common.client.soda.CountStarProjectionExpression;
import com.espertech.esper.common.client.soda.DotExpressionItemCall;
import com.espertech.esper.common.client.soda.EPStatementObjectModel;
import com.espertech.esper.common.client.soda.Expression;
import com.espertech.esper.common.client.soda.FilterStream;
import com.espertech.esper.common.client.soda.InsertIntoClause;
import com.espertech.esper.common.client.soda.MaxProjectionExpression;
import com.espertech.esper.common.client.soda.MinProjectionExpression;
import com.espertech.esper.common.client.soda.PropertyValueExpression;
import com.espertech.esper.common.client.soda.SelectClauseElement;
import com.espertech.esper.common.client.soda.SelectClauseExpression;
import com.espertech.esper.common.client.soda.Stream;
import com.espertech.esper.common.client.soda.SumProjectionExpression;
import com.espertech.esper.common.client.soda.TimePeriodExpression;
import com.espertech.esper.common.client.soda.View;
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

/**
 * What a rule may be made of. Not a list of what is forbidden: whatever is not named here is refused, so a construct that
 * nobody thought of is refused too. Together with {@link EngineSettings} it keeps a rule from running code, from changing what
 * other rules see, and from remembering without end.
 */
final class EplAllowList {
    static final int TEXT_CHARACTERS_MAX = 64 << 10;
    static final int STATEMENTS_MAX = 8;
    static final Duration WINDOW_MAX = Duration.ofHours(1);

    private static final Set<String> OPERATORS = Set.of(
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
            "WildcardExpression"); // the star of count(*)

    /** What the built-in rules use besides: tables with their merges and sweeps, arrays, and the function say. */
    private static final Set<String> BUILT_IN = Set.of(
            "CreateTableClause",
            "CreateTableColumn",
            "OnMergeClause",
            "OnMergeMatchItem",
            "OnMergeMatchedUpdateAction",
            "OnMergeMatchedInsertAction",
            "OnDeleteClause",
            "OnSelectClause",
            "Assignment",
            "TableAccessExpression",
            "ArrayExpression",
            "DotExpression",
            "DotExpressionItemCall",
            "DotExpressionItemName",
            "SingleRowMethodExpression",
            "MaxRowExpression",
            "MinRowExpression",
            "CompareListExpression",
            "PropertyValueExpressionPair",
            "DotExpressionItem",
            "DotExpressionItemArray",
            "InsertIntoClause");

    private static final Set<String> ANNOTATIONS = Set.of("name", "description", "tag");
    private static final Set<String> VIEWS = Set.of("time", "groupwin", "unique");

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
            SodaWalk.visit(statement, node -> allow(node, OPERATORS, item));
            checkStatement(statement, item);
            Duration reach = reach(statement, item);
            longest = reach.compareTo(longest) > 0 ? reach : longest;
        }
        return longest;
    }

    /** What the statements of a text that was checked read and remember. */
    static List<StatementUse> uses(String text) {
        List<StatementUse> uses = new ArrayList<>();
        for (ModuleItem item : statements(parse(text), text)) {
            EPStatementObjectModel statement = model(item);
            FilterStream stream =
                    (FilterStream) statement.getFromClause().getStreams().getFirst();
            TreeSet<String> properties = new TreeSet<>();
            SodaWalk.visit(statement, node -> {
                if (node instanceof PropertyValueExpression property) {
                    String name = property.getPropertyName();
                    properties.add(name.substring(name.indexOf('.') + 1));
                }
            });
            boolean remembers = stream.getViews() != null && !stream.getViews().isEmpty();
            uses.add(new StatementUse(
                    Place.of(item, "select").line(),
                    stream.getFilter().getEventTypeName(),
                    List.copyOf(properties),
                    remembers ? Optional.of(reach(statement, item)) : Optional.empty()));
        }
        return uses;
    }

    /** Checks a text that the log calls built-in: it may have been written by anyone who can write to the log. */
    static void checkBuiltIn(String text) {
        for (ModuleItem item : statements(parse(text), text)) {
            SodaWalk.visit(model(item), node -> {
                if (!BUILT_IN.contains(node.getClass().getSimpleName())) {
                    allow(node, OPERATORS, item);
                }
                if (node instanceof InsertIntoClause into && EngineSettings.VIEWS.containsKey(into.getStreamName())) {
                    throw Place.of(item, "insert")
                            .refuse("a rule writes no observations; insert into a stream of its own");
                }
                if (node instanceof DotExpressionItemCall call
                        && !call.getName().equals("say")) {
                    throw Place.of(item, call.getName()).refuse("a built-in rule calls say and nothing else");
                }
            });
        }
    }

    private static Module parse(String text) {
        if (text.length() > TEXT_CHARACTERS_MAX) {
            throw new RuleRefused(
                    1, 1, "the rule has %d characters; give at most %d".formatted(text.length(), TEXT_CHARACTERS_MAX));
        }
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
        if (items.size() > 4 * STATEMENTS_MAX) {
            throw new RuleRefused(
                    1, 1, "the rule has %d statements; give at most %d".formatted(items.size(), STATEMENTS_MAX));
        }
        return items;
    }

    static EPStatementObjectModel model(ModuleItem item) {
        try {
            return EPCompilerProvider.getCompiler().eplToModel(item.getExpression(), EngineSettings.forBuiltIn());
        } catch (EPCompileException wrong) {
            throw RuleCompiler.refused(wrong, item.getExpression(), Place.firstLine(item));
        }
    }

    private static void allow(Object node, Set<String> allowed, ModuleItem item) {
        String kind = node.getClass().getSimpleName();
        if (!allowed.contains(kind)) {
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
            case "PatternStream" -> "a pattern";
            case "SelectClauseWildcard", "SelectClauseStreamWildcard" -> "select *";
            default -> kind.replaceAll("(Expression|Clause)$", "").replaceAll("(?<=[a-z])(?=[A-Z])", " ");
        };
    }

    private static void checkStatement(EPStatementObjectModel statement, ModuleItem item) {
        if (statement.getFromClause() == null
                || statement.getFromClause().getStreams().size() != 1) {
            throw Place.of(item, "from")
                    .refuse("an operator's rule selects from one stream; joins and other statements are not admitted");
        }
        if (statement.getContextName() != null) {
            throw Place.of(item, "context").refuse("a rule runs in no context; use group by");
        }
        SodaWalk.visit(statement, node -> checkNames(node, item));
        boolean speaks = false;
        for (SelectClauseElement element : statement.getSelectClause().getSelectList()) {
            speaks |= "hostId".equals(columnOf(element));
        }
        if (!speaks) {
            throw Place.of(item, "select")
                    .refuse("the rule selects no column hostId, so nobody knows whom it speaks of; add hostId");
        }
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
    private static void checkNames(Object node, ModuleItem item) {
        if (node instanceof PropertyValueExpression property) {
            String name = property.getPropertyName();
            String bare = name.substring(name.indexOf('.') + 1);
            boolean known = EngineSettings.operatorsViews().stream()
                    .anyMatch(view -> EngineSettings.operatorsProperties(view).contains(bare));
            if (!known) {
                throw Place.of(item, name).refuse(name + " is no property of an observation");
            }
        }
        if ((node instanceof MinProjectionExpression least && least.isEver())
                || (node instanceof MaxProjectionExpression greatest && greatest.isEver())) {
            throw Place.of(item, "ever")
                    .refuse("minever and maxever remember without end; use min or max over a window");
        }
    }

    /** How far back the window of a statement reaches. */
    private static Duration reach(EPStatementObjectModel statement, ModuleItem item) {
        AtomicBoolean aggregates = new AtomicBoolean(statement.getGroupByClause() != null
                && !statement.getGroupByClause().getGroupByExpressions().isEmpty());
        SodaWalk.visit(statement, node -> {
            if (isAggregation(node)) {
                aggregates.set(true);
                checkExact((Expression) node, item);
            }
        });
        Stream stream = statement.getFromClause().getStreams().getFirst();
        if (!(stream instanceof FilterStream filtered)) {
            throw Place.of(item, "from")
                    .refuse("an operator's rule selects from an event type: " + EngineSettings.views());
        }
        String type = filtered.getFilter().getEventTypeName();
        if (!EngineSettings.operatorsViews().contains(type)) {
            throw Place.of(item, type)
                    .refuse(type + " is no event type of a rule; there are " + EngineSettings.views());
        }
        List<View> views = filtered.getViews() == null ? List.of() : new ArrayList<>(filtered.getViews());
        Duration reach = null;
        for (View view : views) {
            if (!VIEWS.contains(view.getName())) {
                throw Place.of(item, "#" + view.getName(), "." + view.getName(), view.getName())
                        .refuse("window #" + view.getName() + " may have no end in time; use #time, at most "
                                + WINDOW_MAX.toHours() + " hour, alone or with #groupwin or #unique");
            }
            if (view.getName().equals("time")) {
                reach = window(view, item);
            }
        }
        if (reach == null && !views.isEmpty()) {
            throw Place.of(item, "#" + views.getFirst().getName())
                    .refuse("the window has no end in time; add #time, as in #time(60 sec)");
        }
        if (reach == null && aggregates.get()) {
            throw Place.of(item, type)
                    .refuse("counts or sums over " + type
                            + " without a window remember without end; add a window, as in " + type + "#time(60 sec)");
        }
        return reach == null ? Duration.ofSeconds(1) : reach;
    }

    private static boolean isAggregation(Object node) {
        return node instanceof CountProjectionExpression
                || node instanceof CountStarProjectionExpression
                || node instanceof SumProjectionExpression
                || node instanceof AvgProjectionExpression
                || node instanceof MinProjectionExpression
                || node instanceof MaxProjectionExpression;
    }

    /** Sums of fractions depend on what was added before, rounding by rounding; sums of whole numbers do not. */
    private static void checkExact(Expression aggregation, ModuleItem item) {
        SodaWalk.visit(aggregation, node -> {
            boolean fraction = (node instanceof ArithmaticExpression arithmetic
                            && arithmetic.getOperator().equals("/"))
                    || (node instanceof ConstantExpression constant
                            && (constant.getConstant() instanceof Double || constant.getConstant() instanceof Float));
            if (fraction && !(aggregation instanceof CountProjectionExpression)) {
                throw Place.of(item, "/", ".")
                        .refuse("a sum, mean, least or greatest of fractions cannot be repeated exactly; use whole"
                                + " numbers, and divide outside");
            }
        });
    }

    private static Duration window(View view, ModuleItem item) {
        if (view.getParameters().size() != 1
                || !(view.getParameters().getFirst() instanceof TimePeriodExpression period)) {
            throw Place.of(item, "#time").refuse("#time wants one period with a unit, as in #time(60 sec)");
        }
        Duration reach = Duration.ZERO;
        List<Expression> values = List.copyOf(period.getChildren());
        List<Long> unitMillis = new ArrayList<>();
        for (UnitOf unit : UnitOf.values()) {
            if (unit.in(period)) {
                unitMillis.add(unit.millis);
            }
        }
        for (int i = 0; i < values.size(); i++) {
            if (!(values.get(i) instanceof ConstantExpression constant)
                    || !(constant.getConstant() instanceof Number number)
                    || i >= unitMillis.size()) {
                throw Place.of(item, "#time")
                        .refuse("the period of #time must be numbers with units up to hours, as in #time(60 sec)");
            }
            reach = reach.plusMillis(Math.round(Math.ceil(number.doubleValue() * unitMillis.get(i))));
        }
        if (reach.compareTo(Duration.ofMillis(1)) < 0 || reach.compareTo(WINDOW_MAX) > 0) {
            throw Place.of(item, "#time").refuse("the window is " + reach + " long; give above 0 to " + WINDOW_MAX);
        }
        return Duration.ofSeconds(Math.ceilDiv(reach.toMillis(), 1000));
    }

    /** Units of a period in the order in which Esper lists their numbers. */
    private enum UnitOf {
        DAYS(86_400_000L),
        HOURS(3_600_000L),
        MINUTES(60_000L),
        SECONDS(1000L),
        MILLISECONDS(1L);

        private final long millis;

        UnitOf(long millis) {
            this.millis = millis;
        }

        private boolean in(TimePeriodExpression period) {
            return switch (this) {
                case DAYS -> period.isHasDays();
                case HOURS -> period.isHasHours();
                case MINUTES -> period.isHasMinutes();
                case SECONDS -> period.isHasSeconds();
                case MILLISECONDS -> period.isHasMilliseconds();
            };
        }
    }
}
