package io.godwit.executors.migration;

import io.godwit.executors.migration.Migration.Ending;
import io.godwit.executors.migration.Migration.Inherited;
import io.godwit.executors.migration.MigrationCommand.Look;
import java.util.Locale;
import java.util.Optional;

/**
 * What becomes of a command to resume a VM: it is asked for again for as long as the VM is paused there or its host is silent,
 * up to the time that a move may take, since nobody else would ever resume it.
 */
final class Resumption {
    /** Between two calls for one VM. */
    private static final long CALL_AGAIN_MILLIS = 5_000;

    private Resumption() {}

    /** Neither a deadline nor the mode keeps a VM from being resumed. */
    static Optional<MigrationEvent.Refused> refusal(Order.ToResume order, Grounds grounds) {
        if (!grounds.sourceKnown()) {
            return Optional.of(new MigrationEvent.Refused(
                    "unknown-host",
                    "host %s is not in the inventory; add it with: godwit host add".formatted(order.sourceHostId())));
        }
        return order.command().getEpoch() < grounds.oldestSourceEpoch()
                ? Optional.of(new MigrationEvent.Refused(
                        "stale-epoch",
                        "host %s has epoch %d in the command; those below %d are over"
                                .formatted(
                                        order.sourceHostId(), order.command().getEpoch(), grounds.oldestSourceEpoch())))
                : Optional.empty();
    }

    /** Accepted, or a final event. */
    static MigrationEvent begin(Order.ToResume order, MigrationCommand.Begin begin) {
        Optional<MigrationEvent.Refused> refusal = refusal(order, begin.grounds());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        return switch (begin.seen().target()) {
            case PAUSED, UNREACHABLE -> new MigrationEvent.Accepted(begin.atMillis());
            // one that runs was resumed by somebody else, or the command is a copy of one that has ended
            case RUNNING, HALF, ABSENT, OFF, DOWN ->
                new MigrationEvent.Refused("vm-not-there", "the VM is not paused there (" + seen(begin.seen()) + ")");
        };
    }

    /** After a call of this process came back. */
    static MigrationEvent ofEnding(Ending ending, Look look, Patience patience) {
        String said = ending.end().detail();
        return switch (look.seen().target()) {
            case RUNNING, HALF, ABSENT, OFF, DOWN -> ended(look, ending.acceptedAtMillis());
            case PAUSED, UNREACHABLE -> {
                if (look.atMillis() - ending.acceptedAtMillis()
                        >= patience.move().toMillis()) {
                    boolean silent = look.seen().target() == Presence.UNREACHABLE;
                    String seen = silent ? "the host cannot be asked" : "is paused still";
                    yield new MigrationEvent.Failed(
                            silent ? "target-lost" : "hypervisor-error",
                            said.isEmpty() ? seen : seen + "; " + said,
                            "");
                }
                yield look.atMillis() - ending.endedAtMillis() >= CALL_AGAIN_MILLIS
                        ? new MigrationEvent.Resumed()
                        : new MigrationEvent.Unclear(seen(look.seen()), look.atMillis());
            }
        };
    }

    /** After a restart or a take-over: nobody's call is known of, so there is one more, however long ago it was accepted. */
    static MigrationEvent ofInherited(Inherited inherited, Look look) {
        return switch (look.seen().target()) {
            case RUNNING, HALF, ABSENT, OFF, DOWN -> ended(look, inherited.acceptedAtMillis());
            case PAUSED, UNREACHABLE -> new MigrationEvent.Resumed();
        };
    }

    private static MigrationEvent ended(Look look, long acceptedAtMillis) {
        return look.seen().target() == Presence.RUNNING
                ? new MigrationEvent.Succeeded(Math.max(0, look.atMillis() - acceptedAtMillis), -1, -1, -1)
                : new MigrationEvent.Failed("vm-gone", "is " + seen(look.seen()), "");
    }

    private static String seen(Sighting seen) {
        return seen.target().name().toLowerCase(Locale.ROOT);
    }
}
