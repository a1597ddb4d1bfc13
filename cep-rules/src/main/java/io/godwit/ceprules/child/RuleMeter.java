package io.godwit.ceprules.child;

import io.godwit.ceprules.OperatorsConfig;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/** What one rule has used in one segment in the last minute of log time. */
final class RuleMeter {
    private static final long WINDOW_MILLIS = 60_000;

    private final OperatorsConfig budget;
    private final Deque<Use> uses = new ArrayDeque<>();
    private long cpuNanos;
    private long rows;

    RuleMeter(OperatorsConfig budget) {
        this.budget = budget;
    }

    /** Of one batch, which reached from one log time to another. */
    private record Use(long fromMillis, long toMillis, long cpuNanos, long rows) {}

    /** Takes what was used for a batch; tells which budget that is more than, if any. */
    Optional<String> add(long fromMillis, long toMillis, long moreNanos, long moreRows) {
        if (moreNanos > budget.batchCpu().toNanos()) {
            return Optional.of("it used %s s of CPU for one batch; cep.operators.batch-cpu is %s s"
                    .formatted(seconds(moreNanos), seconds(budget.batchCpu().toNanos())));
        }
        uses.add(new Use(fromMillis, toMillis, moreNanos, moreRows));
        cpuNanos += moreNanos;
        rows += moreRows;
        while (uses.element().toMillis() < toMillis - WINDOW_MILLIS) {
            Use old = uses.remove();
            cpuNanos -= old.cpuNanos();
            rows -= old.rows();
        }
        long span = Math.max(
                WINDOW_MILLIS, toMillis - uses.element().fromMillis()); // a batch may be longer than the window
        if (cpuNanos / 1_000_000.0 > span * budget.cpuPercent() / 100.0) {
            return Optional.of("it used %s s of CPU in %d s of log time; cep.operators.cpu-percent is %d"
                    .formatted(seconds(cpuNanos), span / 1000, budget.cpuPercent()));
        }
        if (rows > span / 1000 * budget.rowsPerSecond()) {
            return Optional.of("it made %d rows in %d s of log time; cep.operators.rows-per-second is %d"
                    .formatted(rows, span / 1000, budget.rowsPerSecond()));
        }
        return Optional.empty();
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e9);
    }
}
