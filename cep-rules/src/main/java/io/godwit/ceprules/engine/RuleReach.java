package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.ModuleItem;
import com.espertech.esper.common.client.soda.ArithmaticExpression;
import com.espertech.esper.common.client.soda.AvgProjectionExpression;
import com.espertech.esper.common.client.soda.ConstantExpression;
import com.espertech.esper.common.client.soda.CountProjectionExpression;
import com.espertech.esper.common.client.soda.CountStarProjectionExpression;
import com.espertech.esper.common.client.soda.EPStatementObjectModel;
import com.espertech.esper.common.client.soda.Expression;
import com.espertech.esper.common.client.soda.FilterStream;
import com.espertech.esper.common.client.soda.MatchRecogizePatternElementType;
import com.espertech.esper.common.client.soda.MatchRecognizeClause;
import com.espertech.esper.common.client.soda.MatchRecognizeRegExAtom;
import com.espertech.esper.common.client.soda.MatchRecognizeRegExConcatenation;
import com.espertech.esper.common.client.soda.MatchRecognizeSkipClause;
import com.espertech.esper.common.client.soda.MaxProjectionExpression;
import com.espertech.esper.common.client.soda.MinProjectionExpression;
import com.espertech.esper.common.client.soda.PatternStream;
import com.espertech.esper.common.client.soda.PropertyValueExpression;
import com.espertech.esper.common.client.soda.Stream;
import com.espertech.esper.common.client.soda.SumProjectionExpression;
import com.espertech.esper.common.client.soda.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How far back a statement's state reaches. What would reach back without end is refused: a restarted engine is fed a look-back
 * and must then know all that one knows which never stopped.
 */
final class RuleReach {
    private static final Set<String> VIEWS = Set.of("time", "groupwin", "unique");
    private static final List<String> FEW = List.of("hostId", "vmId", "site", "rack", "hostName", "monitor");
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final int ROWS_MAX = 8;

    private final EPStatementObjectModel statement;
    private final ModuleItem item;

    private RuleReach(EPStatementObjectModel statement, ModuleItem item) {
        this.statement = statement;
        this.item = item;
    }

    /** In whole seconds, at least one. */
    static Duration of(EPStatementObjectModel statement, ModuleItem item) {
        return new RuleReach(statement, item).reach();
    }

    /** Whether a statement remembers anything at all. */
    static boolean remembers(EPStatementObjectModel statement) {
        return statement.getFromClause().getStreams().stream()
                .anyMatch(stream -> stream instanceof PatternStream
                        || (stream instanceof FilterStream filtered
                                && filtered.getViews() != null
                                && !filtered.getViews().isEmpty()));
    }

    private Duration reach() {
        if (statement.getFromClause() == null
                || statement.getFromClause().getStreams().isEmpty()) {
            throw Place.of(item, "from")
                    .refuse("an operator's rule selects from observations: " + EngineSettings.views());
        }
        boolean aggregates = aggregates();
        List<Stream> streams = statement.getFromClause().getStreams();
        if (streams.size() > 1) {
            return RuleJoin.reach(statement, aggregates, item);
        }
        return switch (streams.getFirst()) {
            case PatternStream pattern -> pattern(pattern, aggregates);
            case FilterStream filtered -> one(filtered, aggregates);
            default ->
                throw Place.of(item, "from")
                        .refuse("an operator's rule selects from an event type: " + EngineSettings.views());
        };
    }

    private Duration pattern(PatternStream pattern, boolean aggregates) {
        if (aggregates || (pattern.getViews() != null && !pattern.getViews().isEmpty())) {
            throw Place.of(item, "pattern")
                    .refuse("what a pattern finds may not be counted or gathered in a window; count over an event"
                            + " type");
        }
        Duration reach = PatternReach.of(pattern.getExpression(), item);
        return reach.compareTo(LEAST) > 0 ? reach : LEAST;
    }

    private Duration one(FilterStream filtered, boolean aggregates) {
        Optional<Duration> reach = window(filtered, item);
        String type = filtered.getFilter().getEventTypeName();
        if (statement.getMatchRecognizeClause() != null) {
            checkRows(statement.getMatchRecognizeClause());
            if (reach.isEmpty()) {
                throw Place.of(item, type)
                        .refuse("match_recognize over " + type
                                + " without a window remembers without end; add one, as in " + type + "#time(5 min)");
            }
        }
        if (reach.isEmpty() && aggregates) {
            throw Place.of(item, type)
                    .refuse("counts or sums over " + type
                            + " without a window remember without end; add a window, as in " + type + "#time(60 sec)");
        }
        return reach.orElse(LEAST);
    }

    /** How long a stream's window is; empty where it has none. */
    static Optional<Duration> window(FilterStream filtered, ModuleItem item) {
        List<View> views = filtered.getViews() == null ? List.of() : new ArrayList<>(filtered.getViews());
        if (filtered.isRetainUnion()) {
            throw Place.of(item, "retain-union")
                    .refuse("retain-union keeps what any window keeps, so #time ends nothing; drop it");
        }
        Optional<Duration> reach = Optional.empty();
        for (View view : views) {
            if (!VIEWS.contains(view.getName())) {
                throw Place.of(item, "#" + view.getName(), "." + view.getName(), view.getName())
                        .refuse("window #" + view.getName() + " may have no end in time; use #time, at most "
                                + WindowPeriod.MAX.toHours() + " hour, alone or with #groupwin or #unique");
            }
            if (view.getName().equals("groupwin")) {
                checkGroups(view, item);
            }
            if (view.getName().equals("time")) {
                Duration period = WindowPeriod.of(view.getParameters(), "#time", item);
                reach = Optional.of(
                        reach.filter(longer -> longer.compareTo(period) > 0).orElse(period));
            }
        }
        if (reach.isEmpty() && !views.isEmpty()) {
            throw Place.of(item, "#" + views.getFirst().getName())
                    .refuse("the window has no end in time; add #time, as in #time(60 sec)");
        }
        return reach;
    }

    /** A group that was there once is kept: what it is by must be one of few. */
    private static void checkGroups(View groups, ModuleItem item) {
        for (Expression by : groups.getParameters()) {
            if (!(by instanceof PropertyValueExpression property) || !FEW.contains(property.getPropertyName())) {
                throw Place.of(item, "groupwin")
                        .refuse("#groupwin keeps each group that it has seen; group by " + String.join(" or ", FEW));
            }
        }
    }

    /** A fixed number of rows in a row, each start for itself: what else may match depends on all that came before. */
    private void checkRows(MatchRecognizeClause rows) {
        if (rows.getPartitionExpressions().stream()
                .noneMatch(by -> by instanceof PropertyValueExpression property
                        && Set.of("hostId", "vmId").contains(property.getPropertyName()))) {
            throw Place.of(item, "match_recognize")
                    .refuse("match_recognize looks at one host or VM at a time; begin it with partition by hostId");
        }
        if (rows.getSkipClause() != MatchRecognizeSkipClause.TO_NEXT_ROW || rows.isAll()) {
            throw Place.of(item, "match_recognize")
                    .refuse("what a match begins with may not depend on the matches before; say after match skip to"
                            + " next row, without all matches");
        }
        int atoms = rows.getPattern() instanceof MatchRecognizeRegExConcatenation row
                ? row.getChildren().size()
                : 1;
        boolean once = rows.getPattern() instanceof MatchRecognizeRegExConcatenation row
                ? row.getChildren().stream().allMatch(RuleReach::isOneRow)
                : isOneRow(rows.getPattern());
        if (!once || atoms > ROWS_MAX || rows.getIntervalClause() != null) {
            throw Place.of(item, "pattern")
                    .refuse("the rows of a match are at most " + ROWS_MAX + ", each once, as in pattern (A B C)");
        }
    }

    private static boolean isOneRow(Object part) {
        return part instanceof MatchRecognizeRegExAtom atom && atom.getType() == MatchRecogizePatternElementType.SINGLE;
    }

    private boolean aggregates() {
        AtomicBoolean aggregates = new AtomicBoolean(statement.getGroupByClause() != null
                && !statement.getGroupByClause().getGroupByExpressions().isEmpty());
        SodaWalk.visit(statement, node -> {
            if (isAggregation(node)) {
                aggregates.set(true);
                checkExact((Expression) node, item);
            }
        });
        return aggregates.get();
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
}
