package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.module.ModuleItem;
import com.espertech.esper.common.client.soda.PatternAndExpr;
import com.espertech.esper.common.client.soda.PatternEveryExpr;
import com.espertech.esper.common.client.soda.PatternExpr;
import com.espertech.esper.common.client.soda.PatternFilterExpr;
import com.espertech.esper.common.client.soda.PatternFollowedByExpr;
import com.espertech.esper.common.client.soda.PatternGuardExpr;
import com.espertech.esper.common.client.soda.PatternNotExpr;
import com.espertech.esper.common.client.soda.PatternObserverExpr;
import com.espertech.esper.common.client.soda.PatternOrExpr;
import java.time.Duration;
import java.util.List;

/**
 * How far back a pattern reaches. It begins with every and one event, so that each such event is followed for itself, and each
 * step after it ends in time: by timer:within, or as the silence of a timer:interval. Later events are of the same host or VM,
 * so that each is compared with those alone that wait for it.
 */
final class PatternReach {
    private static final String FORM =
            "as in every a=HostSample(vms > 9) -> b=HostSample(hostId = a.hostId) where timer:within(60 sec)";

    private final ModuleItem item;

    private PatternReach(ModuleItem item) {
        this.item = item;
    }

    static Duration of(PatternExpr root, ModuleItem item) {
        return new PatternReach(item).root(root);
    }

    private Duration root(PatternExpr root) {
        if (!(root instanceof PatternFollowedByExpr steps)) {
            first(root);
            return Duration.ZERO;
        }
        if (steps.getOptionalMaxPerSubexpression() != null
                && !steps.getOptionalMaxPerSubexpression().isEmpty()) {
            throw Place.of(item, "-[").refuse("how many events wait may not be bounded; bound how long: timer:within");
        }
        first(steps.getChildren().getFirst());
        Duration reach = Duration.ZERO;
        for (PatternExpr step :
                steps.getChildren().subList(1, steps.getChildren().size())) {
            reach = reach.plus(step(step));
        }
        if (reach.compareTo(WindowPeriod.MAX) > 0) {
            throw Place.of(item, "pattern")
                    .refuse("the steps of the pattern last " + reach + " together; give at most " + WindowPeriod.MAX);
        }
        return reach;
    }

    private void first(PatternExpr first) {
        if (!(first instanceof PatternEveryExpr every)
                || every.getChildren().size() != 1
                || !(every.getChildren().getFirst() instanceof PatternFilterExpr begin)) {
            throw Place.of(item, "pattern").refuse("a pattern begins with every and one event, " + FORM);
        }
        event(begin, false);
    }

    private Duration step(PatternExpr step) {
        return switch (step) {
            case PatternGuardExpr guard -> {
                if (!guard.getNamespace().equals("timer") || !guard.getName().equals("within")) {
                    throw Place.of(item, guard.getName())
                            .refuse("a step of a pattern is bounded by timer:within, " + FORM);
                }
                events(guard.getGuarded());
                yield WindowPeriod.of(guard.getParameters(), "timer:within", item);
            }
            case PatternAndExpr silence
            when silence.getChildren().getFirst() instanceof PatternObserverExpr timer -> {
                if (!timer.getNamespace().equals("timer") || !timer.getName().equals("interval")) {
                    throw Place.of(item, timer.getName()).refuse("a silence is measured by timer:interval");
                }
                for (PatternExpr absent :
                        silence.getChildren().subList(1, silence.getChildren().size())) {
                    if (!(absent instanceof PatternNotExpr not)
                            || !(not.getChildren().getFirst() instanceof PatternFilterExpr event)) {
                        throw Place.of(item, "timer:interval")
                                .refuse("a silence is timer:interval(…) and not EVENT, as in (timer:interval(30 sec)"
                                        + " and not HostSample(hostId = a.hostId))");
                    }
                    event(event, true);
                }
                yield WindowPeriod.of(timer.getParameters(), "timer:interval", item);
            }
            default ->
                throw Place.of(item, "->")
                        .refuse("each step of a pattern ends in time: EVENT where timer:within(60 sec), or"
                                + " (timer:interval(30 sec) and not EVENT)");
        };
    }

    private void events(List<PatternExpr> parts) {
        for (PatternExpr part : parts) {
            switch (part) {
                case PatternFilterExpr event -> event(event, true);
                case PatternAndExpr all -> events(all.getChildren());
                case PatternOrExpr any -> events(any.getChildren());
                default ->
                    throw Place.of(item, "timer:within")
                            .refuse("timer:within bounds one event, or several joined by and and or; give each step of"
                                    + " a pattern its own");
            }
        }
    }

    private void event(PatternFilterExpr event, boolean later) {
        if (event.getOptionalConsumptionLevel() != null) {
            throw Place.of(item, "@consume").refuse("@consume may not be used in a rule");
        }
        if (later
                && SameSubject.ofFilter(event.getFilter().getFilter(), String.valueOf(event.getTagName()))
                        .isEmpty()) {
            throw Place.of(item, "->")
                    .refuse("a later event of a pattern is of the same host or VM: begin its filter with hostId ="
                            + " a.hostId or vmId = a.vmId");
        }
    }
}
