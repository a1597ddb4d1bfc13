package io.godwit.executors.migration;

import java.util.Optional;

/** What becomes of a command to fence a host: only a proof that it is down ends it well. */
final class Fencing {
    private Fencing() {}

    static Optional<MigrationEvent.Refused> refusal(Order.ToFence order, Grounds grounds) {
        var command = order.command();
        return Beginning.refusal(command.getHostId(), command.getEpoch(), command.getStartBefore(), grounds);
    }

    /** Accepted or refused; nobody looks at the host, which is thought to be dead. */
    static MigrationEvent begin(Order.ToFence order, MigrationCommand.Begin begin) {
        Optional<MigrationEvent.Refused> refusal = refusal(order, begin.grounds());
        return refusal.isPresent() ? refusal.get() : new MigrationEvent.Accepted(begin.atMillis());
    }

    /** After the fencer's answer. */
    static MigrationEvent concluded(long acceptedAtMillis, MigrationCommand.Return back) {
        MoveEnd end = back.end();
        return end.kind() == MoveEnd.Kind.MOVED
                ? new MigrationEvent.Fenced(end.detail(), Math.max(0, back.atMillis() - acceptedAtMillis))
                : new MigrationEvent.Failed("not-proven", end.detail(), "");
    }
}
