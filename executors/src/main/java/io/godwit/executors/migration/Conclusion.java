package io.godwit.executors.migration;

import io.godwit.executors.migration.Migration.Ending;
import io.godwit.executors.migration.Migration.Inherited;
import io.godwit.executors.migration.MigrationCommand.Look;

/**
 * What a look at both hosts says of a move that no call of ours carries out any more. What is clear is said at once; what
 * may still change by itself only after patience; what could mean two running copies is never concluded: such a command
 * stays open, with its hosts held, until a look is clear.
 */
final class Conclusion {
    /** What a look says. */
    private sealed interface Verdict {
        /** Runs on the target, or is paused there as was asked for, and no longer runs on the source. */
        record Moved() implements Verdict {}

        /** Runs on the source, and the target has nothing of it. */
        record Stayed() implements Verdict {}

        /** Neither, and that is final. */
        record Broken(String reason, String detail, String seenOn) implements Verdict {}

        record Unclear() implements Verdict {}
    }

    private Conclusion() {}

    /** After a call of this process came back. */
    static MigrationEvent ofEnding(Ending ending, Look look, Patience patience) {
        return switch (ending.order()) {
            case Order.ToMove move -> ofEnding(move, ending, look, patience);
            case Order.ToResume _ -> Resumption.ofEnding(ending, look, patience);
            case Order.ToAct act -> Acting.ofEnding(act, ending, look, patience);
            case Order.ToFence _ -> throw new ImpossibleStep(ending, look); // its call says what became of it
        };
    }

    private static MigrationEvent ofEnding(Order.ToMove order, Ending ending, Look look, Patience patience) {
        if (look.seen().jobRunning()) { // the call broke, the copy did not: peer to peer goes on without its client
            return new MigrationEvent.Adopted(look.atMillis());
        }
        boolean patient =
                look.atMillis() - ending.endedAtMillis() < patience.look().toMillis();
        MoveEnd end = ending.end();
        return switch (verdict(order, look.seen(), patient)) {
            case Verdict.Moved _ ->
                new MigrationEvent.Succeeded(
                        Math.max(0, look.atMillis() - ending.acceptedAtMillis()),
                        end.downtimeMillis(),
                        end.transferredBytes(),
                        end.switchedAfterMillis());
            case Verdict.Stayed _ -> stayed(ending);
            case Verdict.Broken broken ->
                new MigrationEvent.Failed(
                        broken.reason(),
                        end.detail().isEmpty() ? broken.detail() : broken.detail() + "; " + end.detail(),
                        broken.seenOn());
            case Verdict.Unclear _ -> new MigrationEvent.Unclear(look.seen().toString(), look.atMillis());
        };
    }

    /** After a restart or a take-over: nobody's call is known of. */
    static MigrationEvent ofInherited(Inherited inherited, Look look, Patience patience) {
        return switch (inherited.order()) {
            case Order.ToMove move -> ofInherited(move, inherited, look, patience);
            case Order.ToResume _ -> Resumption.ofInherited(inherited, look);
            case Order.ToAct act -> Acting.ofInherited(act, inherited, look);
            case Order.ToFence _ -> new MigrationEvent.Resumed(); // fencing twice does no harm
        };
    }

    private static MigrationEvent ofInherited(Order.ToMove order, Inherited inherited, Look look, Patience patience) {
        if (look.seen().jobRunning()) {
            return new MigrationEvent.Adopted(look.atMillis());
        }
        long since = inherited.lookedAtMillis() == 0 ? look.atMillis() : inherited.lookedAtMillis();
        boolean patient = look.atMillis() - since < patience.look().toMillis();
        return switch (verdict(order, look.seen(), patient)) {
            case Verdict.Moved _ ->
                new MigrationEvent.Succeeded(Math.max(0, look.atMillis() - inherited.acceptedAtMillis()), -1, -1, -1);
            case Verdict.Stayed _
            when Beginning.isLate(order.command().getStartBefore(), look.logTimeMicros()) ->
                new MigrationEvent.Failed(
                        "time-out",
                        "the executor that accepted it ended, and it is too late to begin; the VM runs on the source",
                        order.sourceHostId());
            case Verdict.Stayed _ -> new MigrationEvent.Resumed();
            case Verdict.Broken broken -> new MigrationEvent.Failed(broken.reason(), broken.detail(), broken.seenOn());
            case Verdict.Unclear _ -> new MigrationEvent.Unclear(look.seen().toString(), look.atMillis());
        };
    }

    private static MigrationEvent stayed(Ending ending) {
        String source = ending.order().sourceHostId();
        if (ending.abortAsked()) {
            return new MigrationEvent.Failed(
                    "time-out",
                    "called off after %d s; the VM runs on the source"
                            .formatted((ending.endedAtMillis() - ending.acceptedAtMillis()) / 1000),
                    source);
        }
        return switch (ending.end().kind()) {
            case ABORTED -> new MigrationEvent.Aborted(ending.end().detail());
            case FAILED, NOT_MADE ->
                new MigrationEvent.Failed("hypervisor-error", ending.end().detail(), source);
            case OVER ->
                new MigrationEvent.Failed(
                        "hypervisor-error",
                        "the migration ended without moving the VM; see libvirt's log on the source",
                        source);
            case MOVED ->
                new MigrationEvent.Failed(
                        "hypervisor-error", "the hypervisor said moved, the VM was seen running on the source", source);
        };
    }

    private static Verdict verdict(Order.ToMove order, Sighting seen, boolean patient) {
        String source = order.sourceHostId();
        String target = order.targetHostId();
        Verdict unclear = new Verdict.Unclear();
        return switch (seen.target()) {
            case RUNNING ->
                switch (seen.source()) {
                    case ABSENT, OFF, DOWN -> new Verdict.Moved();
                    case RUNNING, PAUSED, HALF -> unclear; // the hand-over; if it lasts, one of the two is removed
                    case UNREACHABLE ->
                        patient
                                ? unclear
                                : broken("source-lost", "runs on the target, the source cannot be asked", target);
                };
            // whatever the source says: a half that may run must be gone before its VM can be called so
            case HALF -> unclear;
            case PAUSED ->
                switch (seen.source()) {
                    case RUNNING ->
                        patient ? unclear : broken("hypervisor-error", "a paused copy stayed on the target", source);
                    case ABSENT, OFF, DOWN ->
                        order.command().getStaysPaused()
                                ? new Verdict.Moved()
                                : patient ? unclear : broken("hypervisor-error", "is paused on the target", target);
                    case PAUSED, HALF, UNREACHABLE -> unclear;
                };
            case ABSENT, OFF ->
                switch (seen.source()) {
                    case RUNNING -> new Verdict.Stayed();
                    case HALF -> unclear;
                    case PAUSED -> patient ? unclear : broken("hypervisor-error", "is paused on the source", source);
                    case OFF -> patient ? unclear : broken("vm-gone", "is shut off on the source", source);
                    case ABSENT -> patient ? unclear : gone(seen.target(), target);
                    case UNREACHABLE ->
                        patient
                                ? unclear
                                : broken("source-lost", "is not on the target, the source cannot be asked", "");
                    case DOWN -> broken("source-lost", "is not on the target, the source is proven to be down", "");
                };
            case UNREACHABLE ->
                switch (seen.source()) {
                    case RUNNING ->
                        patient
                                ? unclear
                                : broken("target-lost", "runs on the source, the target cannot be asked", source);
                    case ABSENT, OFF ->
                        patient ? unclear : broken("target-lost", "left the source, the target cannot be asked", "");
                    case PAUSED, HALF, UNREACHABLE, DOWN -> unclear;
                };
            case DOWN ->
                switch (seen.source()) {
                    case RUNNING ->
                        broken("target-lost", "runs on the source, the target is proven to be down", source);
                    case ABSENT -> broken("target-lost", "left the source, the target is proven to be down", "");
                    case DOWN -> broken("source-lost", "both hosts are proven to be down", "");
                    case OFF -> patient ? unclear : broken("vm-gone", "is shut off on the source", source);
                    case PAUSED -> patient ? unclear : broken("hypervisor-error", "is paused on the source", source);
                    case HALF, UNREACHABLE -> unclear;
                };
        };
    }

    private static Verdict gone(Presence onTarget, String target) {
        return onTarget == Presence.OFF
                ? broken("vm-gone", "left the source and is shut off on the target", target)
                : broken("vm-gone", "is on neither host", "");
    }

    private static Verdict broken(String reason, String detail, String seenOn) {
        return new Verdict.Broken(reason, detail, seenOn);
    }
}
