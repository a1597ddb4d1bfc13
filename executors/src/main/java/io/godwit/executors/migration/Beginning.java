package io.godwit.executors.migration;

import io.godwit.executors.migration.MigrationEvent.Failed;
import io.godwit.executors.migration.MigrationEvent.Refused;
import io.godwit.schemas.events.MigrateVm;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Whether a command may be begun. */
final class Beginning {
    static final MoveProgress NOTHING_SENT = MoveProgress.copying(0, 0);

    private Beginning() {}

    /** Why it must not be begun, as far as that is known without a look at the hosts. */
    static Optional<Refused> refusal(Order order, Grounds grounds) {
        return switch (order) {
            case Order.ToMove move -> refusal(move, grounds);
            case Order.ToResume resume -> Resumption.refusal(resume, grounds);
            case Order.ToAct act -> Acting.refusal(act, grounds);
            case Order.ToFence fence -> Fencing.refusal(fence, grounds);
        };
    }

    private static Optional<Refused> refusal(Order.ToMove order, Grounds grounds) {
        MigrateVm command = order.command();
        if (!grounds.sourceKnown() || !grounds.targetKnown()) {
            return refused(
                    "unknown-host",
                    "host %s is not in the inventory; add it with: godwit host add"
                            .formatted(grounds.sourceKnown() ? order.targetHostId() : order.sourceHostId()));
        }
        if (grounds.off()) {
            return refused("mode-off", "the site's mode is off");
        }
        if (command.getSourceEpoch() < grounds.oldestSourceEpoch()) {
            return refused(
                    "stale-epoch",
                    "source %s has epoch %d in the command; those below %d are over"
                            .formatted(order.sourceHostId(), command.getSourceEpoch(), grounds.oldestSourceEpoch()));
        }
        if (command.getTargetEpoch() < grounds.oldestTargetEpoch()) {
            return refused(
                    "stale-epoch",
                    "target %s has epoch %d in the command; those below %d are over"
                            .formatted(order.targetHostId(), command.getTargetEpoch(), grounds.oldestTargetEpoch()));
        }
        return late(command.getStartBefore(), grounds);
    }

    /** What moves nothing is refused for the same reasons, apart from a target. */
    static Optional<Refused> refusal(String hostId, long epoch, Instant startBefore, Grounds grounds) {
        if (!grounds.sourceKnown()) {
            return refused(
                    "unknown-host", "host %s is not in the inventory; add it with: godwit host add".formatted(hostId));
        }
        if (grounds.off()) {
            return refused("mode-off", "the site's mode is off");
        }
        if (epoch < grounds.oldestSourceEpoch()) {
            return refused(
                    "stale-epoch",
                    "host %s has epoch %d in the command; those below %d are over"
                            .formatted(hostId, epoch, grounds.oldestSourceEpoch()));
        }
        return late(startBefore, grounds);
    }

    private static Optional<Refused> late(Instant startBefore, Grounds grounds) {
        return isLate(startBefore, grounds.logTimeMicros())
                ? refused(
                        "too-late",
                        "it had to start before " + startBefore + ", log time is " + timeOf(grounds.logTimeMicros()))
                : Optional.empty();
    }

    /** Accepted, or a final event. */
    static MigrationEvent of(Order order, MigrationCommand.Begin begin) {
        return switch (order) {
            case Order.ToMove move -> of(move, begin);
            case Order.ToResume resume -> Resumption.begin(resume, begin);
            case Order.ToAct act -> Acting.begin(act, begin);
            case Order.ToFence fence -> Fencing.begin(fence, begin);
        };
    }

    private static MigrationEvent of(Order.ToMove order, MigrationCommand.Begin begin) {
        Optional<Refused> refusal = refusal(order, begin.grounds());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        Presence target = begin.seen().target();
        return switch (begin.seen().source()) {
            case UNREACHABLE, DOWN -> new Failed("source-lost", "the source cannot be asked; nothing was begun", "");
            case ABSENT, OFF, PAUSED, HALF ->
                new Refused("vm-not-there", "the VM does not run on the source (" + begin.seen() + ")");
            case RUNNING ->
                switch (target) {
                    case UNREACHABLE, DOWN ->
                        new Failed(
                                "target-lost", "the target cannot be asked; nothing was begun", order.sourceHostId());
                    case RUNNING, PAUSED, HALF ->
                        new Refused("vm-not-there", "the target holds the VM already (" + begin.seen() + ")");
                    case ABSENT, OFF ->
                        begin.objection()
                                .<MigrationEvent>map(objection -> new Refused(objection.reason(), objection.detail()))
                                .orElseGet(() -> new MigrationEvent.Accepted(begin.atMillis()));
                };
        };
    }

    static boolean isLate(Instant startBefore, long logTimeMicros) {
        return logTimeMicros > 0 && timeOf(logTimeMicros).isAfter(startBefore);
    }

    private static Instant timeOf(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static Optional<Refused> refused(String reason, String detail) {
        return Optional.of(new Refused(reason, detail));
    }
}
