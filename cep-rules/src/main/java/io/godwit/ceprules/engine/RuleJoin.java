package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.ModuleItem;
import com.espertech.esper.common.client.soda.EPStatementObjectModel;
import com.espertech.esper.common.client.soda.FilterStream;
import com.espertech.esper.common.client.soda.PropertyValueExpression;
import com.espertech.esper.common.client.soda.Stream;
import com.espertech.esper.common.client.soda.View;
import io.godwit.ceprules.rules.RuleRefused;
import java.time.Duration;
import java.util.List;

/**
 * A join that cannot explode: an event that arrives meets the newest one of another type of the same host or VM. So each
 * event makes at most one row, whatever the windows hold.
 */
final class RuleJoin {
    private static final String FORM =
            "as in from HostLoss as l unidirectional, HostSample#unique(hostId)#time(60 sec) as s"
                    + " where l.hostId = s.hostId";

    private RuleJoin() {}

    static Duration reach(EPStatementObjectModel statement, boolean aggregates, ModuleItem item) {
        List<Stream> streams = statement.getFromClause().getStreams();
        if (streams.size() != 2
                || !(streams.getFirst() instanceof FilterStream first)
                || !(streams.getLast() instanceof FilterStream last)
                || first.isUnidirectional() == last.isUnidirectional()
                || !statement.getFromClause().getOuterJoinQualifiers().isEmpty()
                || statement.getMatchRecognizeClause() != null
                || aggregates) {
            throw refused(
                    item, "a join is of one event that arrives and the newest of another type, and counts nothing");
        }
        FilterStream arriving = first.isUnidirectional() ? first : last;
        FilterStream newest = first.isUnidirectional() ? last : first;
        if (arriving.getViews() != null && !arriving.getViews().isEmpty()) {
            throw refused(item, "the unidirectional side of a join has no window");
        }
        String by = SameSubject.ofJoin(statement.getWhereClause())
                .orElseThrow(() -> refused(item, "the two sides of a join are of the same host or VM"));
        Duration reach = RuleReach.window(newest, item)
                .orElseThrow(() -> refused(item, "the other side of a join has a window"));
        boolean one = newest.getViews().stream().anyMatch(view -> isUniqueBy(by, view));
        if (!one) {
            throw refused(item, "the other side of a join keeps the newest event of each host or VM");
        }
        return reach;
    }

    private static boolean isUniqueBy(String property, View view) {
        return view.getName().equals("unique")
                && view.getParameters().size() == 1
                && view.getParameters().getFirst() instanceof PropertyValueExpression by
                && by.getPropertyName().equals(property);
    }

    private static RuleRefused refused(ModuleItem item, String why) {
        return Place.of(item, "from").refuse(why + ", " + FORM);
    }
}
