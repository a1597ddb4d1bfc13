package io.godwit.executors.migration;

import io.godwit.executors.migration.Migration.Ending;
import io.godwit.executors.migration.Migration.Inherited;
import io.godwit.executors.migration.MigrationCommand.Look;
import io.godwit.schemas.events.ActionKind;
import java.util.Locale;
import java.util.Optional;

/**
 * What becomes of a command to do something to a VM where it is: it has succeeded once the VM was seen as was wanted. Whether a
 * snapshot was taken or gone back to is known from the call alone; after a restart of the executor it is made once more.
 */
final class Acting {
    /** How long a guest may take to shut down once it was asked to. */
    private static final long SHUT_DOWN_MILLIS = 120_000;

    private Acting() {}

    static Optional<MigrationEvent.Refused> refusal(Order.ToAct order, Grounds grounds) {
        var command = order.command();
        return Beginning.refusal(command.getHostId(), command.getEpoch(), command.getStartBefore(), grounds);
    }

    /** Accepted, or a final event. */
    static MigrationEvent begin(Order.ToAct order, MigrationCommand.Begin begin) {
        Optional<MigrationEvent.Refused> refusal = refusal(order, begin.grounds());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        Presence seen = begin.seen().target();
        if (seen == Presence.UNREACHABLE || seen == Presence.DOWN) {
            return new MigrationEvent.Failed("target-lost", "the host cannot be asked; nothing was begun", "");
        }
        return fits(order, seen)
                ? new MigrationEvent.Accepted(begin.atMillis())
                : new MigrationEvent.Refused("vm-not-there", "the VM is " + words(seen) + " there");
    }

    private static boolean fits(Order.ToAct order, Presence seen) {
        boolean active = seen == Presence.RUNNING || seen == Presence.PAUSED;
        return switch (order.command().getAction()) {
            case START ->
                seen == Presence.OFF
                        || (seen == Presence.ABSENT && order.command().getDefinition() != null);
            case STOP, SAVE -> active;
            case SUSPEND -> seen == Presence.RUNNING;
            case RESUME -> seen == Presence.PAUSED;
            case SNAPSHOT, RESTORE, REMOVE -> active || seen == Presence.OFF;
            case UNKNOWN, MIGRATE, FENCE -> false;
        };
    }

    /** After a call of this process came back. */
    static MigrationEvent ofEnding(Order.ToAct order, Ending ending, Look look, Patience patience) {
        Presence seen = look.seen().target();
        MoveEnd end = ending.end();
        boolean said = end.kind() == MoveEnd.Kind.MOVED;
        if (reached(order.command().getAction(), seen, said)) {
            return succeeded(look, ending.acceptedAtMillis());
        }
        if (seen == Presence.DOWN) {
            return down();
        }
        if (seen == Presence.UNREACHABLE) {
            // a VM that may run there must not be started elsewhere, so a start stays open until the host is seen
            boolean wait = order.command().getAction() == ActionKind.START
                    || look.atMillis() - ending.acceptedAtMillis()
                            < patience.move().toMillis();
            return wait
                    ? new MigrationEvent.Unclear("the host cannot be asked", look.atMillis())
                    : new MigrationEvent.Failed("target-lost", "the host cannot be asked; " + end.detail(), "");
        }
        if (!said) {
            return new MigrationEvent.Failed("hypervisor-error", end.detail(), order.targetHostId());
        }
        long limit = order.command().getAction() == ActionKind.STOP
                        && !order.command().getForce()
                ? SHUT_DOWN_MILLIS
                : patience.look().toMillis();
        return look.atMillis() - ending.endedAtMillis() < limit
                ? new MigrationEvent.Unclear("is " + words(seen), look.atMillis())
                : new MigrationEvent.Failed("time-out", late(order, seen, limit), order.targetHostId());
    }

    private static String late(Order.ToAct order, Presence seen, long limitMillis) {
        return order.command().getAction() == ActionKind.STOP
                        && !order.command().getForce()
                ? "the guest did not shut down within %d s; switch it off with: godwit vm stop --force"
                        .formatted(limitMillis / 1000)
                : "the VM is still %s %d s after the hypervisor had said it was done"
                        .formatted(words(seen), limitMillis / 1000);
    }

    /** After a restart or a take-over: nobody's call is known of, so there is one more. */
    static MigrationEvent ofInherited(Order.ToAct order, Inherited inherited, Look look) {
        Presence seen = look.seen().target();
        if (reached(order.command().getAction(), seen, false)) {
            return succeeded(look, inherited.acceptedAtMillis());
        }
        return switch (seen) {
            case DOWN -> down();
            case UNREACHABLE -> new MigrationEvent.Unclear("the host cannot be asked", look.atMillis());
            case RUNNING, PAUSED, HALF, OFF, ABSENT -> new MigrationEvent.Resumed();
        };
    }

    /** @param said whether the hypervisor said that it is done */
    private static boolean reached(ActionKind action, Presence seen, boolean said) {
        return switch (action) {
            case START, RESUME -> seen == Presence.RUNNING;
            case STOP, SAVE -> seen == Presence.OFF;
            case SUSPEND -> seen == Presence.PAUSED;
            case REMOVE -> seen == Presence.ABSENT;
            case SNAPSHOT, RESTORE -> said && seen != Presence.UNREACHABLE && seen != Presence.DOWN;
            case UNKNOWN, MIGRATE, FENCE -> false;
        };
    }

    private static MigrationEvent down() {
        return new MigrationEvent.Failed("target-lost", "the host is proven to be down", "");
    }

    private static MigrationEvent succeeded(Look look, long acceptedAtMillis) {
        return new MigrationEvent.Succeeded(Math.max(0, look.atMillis() - acceptedAtMillis), -1, -1, -1);
    }

    private static String words(Presence seen) {
        return seen.name().toLowerCase(Locale.ROOT);
    }
}
