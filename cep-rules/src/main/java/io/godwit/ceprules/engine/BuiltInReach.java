package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.ModuleItem;
import com.espertech.esper.common.client.soda.EPStatementObjectModel;
import com.espertech.esper.common.client.soda.FilterStream;
import com.espertech.esper.common.client.soda.Stream;
import java.util.List;

/**
 * What a statement of another build's built-in rule may remember: rows of its tables, and windows that end in time. It runs
 * beside ours, so it may neither feed itself nor join nor keep without end.
 */
final class BuiltInReach {
    private BuiltInReach() {}

    static void check(EPStatementObjectModel statement, ModuleItem item) {
        if (statement.getMatchRecognizeClause() != null) {
            throw Place.of(item, "match_recognize").refuse("a built-in rule matches no rows");
        }
        List<Stream> streams = statement.getFromClause() == null
                ? List.of()
                : statement.getFromClause().getStreams();
        boolean ofTable = statement.getOnExpr() != null;
        if (streams.size() > 1) {
            throw Place.of(item, "from").refuse("a built-in rule joins nothing but its tables");
        }
        for (Stream stream : streams) {
            if (!(stream instanceof FilterStream filtered)) {
                throw Place.of(item, "from").refuse("a built-in rule selects from an event type");
            }
            boolean windowed = RuleReach.window(filtered, item).isPresent();
            if (ofTable && windowed) {
                throw Place.of(item, "on ").refuse("what a built-in rule's table is asked by has no window");
            }
        }
    }
}
