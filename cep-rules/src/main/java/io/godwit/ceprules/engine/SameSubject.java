package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.soda.Conjunction;
import com.espertech.esper.common.client.soda.Expression;
import com.espertech.esper.common.client.soda.PropertyValueExpression;
import com.espertech.esper.common.client.soda.RelationalOpExpression;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a condition holds two events to the same host or VM, by an equality that an index can serve. */
final class SameSubject {
    private static final Set<String> SUBJECTS = Set.of("hostId", "vmId");

    private SameSubject() {}

    /**
     * The property of an equality such as hostId = a.hostId that must hold; empty where there is none.
     *
     * @param own name of the event itself in the pattern: b.hostId = hostId says nothing about b
     */
    static Optional<String> ofFilter(Expression condition, String own) {
        return equalities(condition).stream()
                .filter(equal -> isOwn(equal.getChildren().getFirst(), own)
                        != isOwn(equal.getChildren().getLast(), own))
                .map(equal -> EplAllowList.bare(of(equal.getChildren().getFirst())))
                .findFirst();
    }

    private static boolean isOwn(Expression side, String own) {
        return of(side).indexOf('.') < 0 || of(side).startsWith(own + ".");
    }

    /** The same between two streams, as in a.hostId = b.hostId. */
    static Optional<String> ofJoin(Expression condition) {
        return equalities(condition).stream()
                .map(equal -> EplAllowList.bare(of(equal.getChildren().getFirst())))
                .findFirst();
    }

    /** Equalities of one subject's property in two events, of those that must all hold. */
    private static List<RelationalOpExpression> equalities(Expression condition) {
        return switch (condition) {
            case null -> List.of();
            case Conjunction all ->
                all.getChildren().stream()
                        .flatMap(part -> equalities(part).stream())
                        .toList();
            case RelationalOpExpression equal
            when equal.getOperator().equals("=")
                    && !of(equal.getChildren().getFirst())
                            .equals(of(equal.getChildren().getLast()))
                    && SUBJECTS.contains(
                            EplAllowList.bare(of(equal.getChildren().getFirst())))
                    && EplAllowList.bare(of(equal.getChildren().getFirst()))
                            .equals(EplAllowList.bare(of(equal.getChildren().getLast()))) -> List.of(equal);
            default -> List.of();
        };
    }

    /** Name of a property; "" for anything else. */
    private static String of(Expression side) {
        return side instanceof PropertyValueExpression property ? property.getPropertyName() : "";
    }
}
