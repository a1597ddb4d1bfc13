package io.godwit.executors.migration;

import io.godwit.executors.migration.MigrationCommand.Begin;
import io.godwit.executors.migration.MigrationCommand.Look;
import io.godwit.executors.migration.MigrationCommand.Pass;
import io.godwit.executors.migration.MigrationCommand.Report;
import io.godwit.executors.migration.MigrationCommand.Return;
import io.godwit.executors.migration.MigrationCommand.Start;
import io.godwit.executors.migration.MigrationCommand.Wait;
import io.godwit.executors.migration.MigrationCommand.Weigh;
import java.util.List;

/** State of one command, from reading it to its one final outcome. */
public sealed interface Migration {
    Order order();

    /**
     * Read, and in nobody's hands: waits for its turn.
     *
     * @param reportedAtMillis when waiting was last told
     */
    record Queued(Order order, long reportedAtMillis) implements Migration {}

    /** Its acceptance is in the log; the hypervisor is to be called. */
    record Accepted(Order order, long acceptedAtMillis) implements Migration {}

    /**
     * An earlier process accepted it, and may have called the hypervisor: look before anything.
     *
     * @param lookedAtMillis when it was first looked for; 0: not yet
     */
    record Inherited(Order order, long acceptedAtMillis, long lookedAtMillis) implements Migration {}

    /**
     * The hypervisor is at it.
     *
     * @param reportedAtMillis when progress was last told
     * @param switchAsked whether it was to go on by post-copy
     * @param abortAsked whether it was to be called off
     */
    record Copying(
            Order order,
            long acceptedAtMillis,
            long startedAtMillis,
            long reportedAtMillis,
            boolean switchAsked,
            boolean abortAsked)
            implements Migration {
        static Copying begun(Order order, long acceptedAtMillis, long atMillis) {
            return new Copying(order, acceptedAtMillis, atMillis, atMillis, false, false);
        }

        private Copying reported(long atMillis) {
            return new Copying(order, acceptedAtMillis, startedAtMillis, atMillis, switchAsked, abortAsked);
        }

        private Copying asked(boolean toSwitch, boolean toAbort) {
            return new Copying(
                    order,
                    acceptedAtMillis,
                    startedAtMillis,
                    reportedAtMillis,
                    switchAsked || toSwitch,
                    abortAsked || toAbort);
        }

        private boolean stalls(Order.ToMove move, MoveProgress progress, long atMillis, Patience patience) {
            return !switchAsked
                    && !abortAsked
                    && !progress.switched()
                    && patience.stalls(move.command(), atMillis - startedAtMillis);
        }
    }

    /** The call came back; where the VM runs is to be seen. */
    record Ending(Order order, long acceptedAtMillis, MoveEnd end, long endedAtMillis, boolean abortAsked)
            implements Migration {}

    /** Its final outcome is in the log. */
    record Ended(Order order) implements Migration {}

    static List<MigrationEvent> decide(Migration migration, MigrationCommand command, Patience patience) {
        return switch (migration) {
            case Queued queued ->
                switch (command) {
                    case Weigh weigh ->
                        Beginning.refusal(queued.order(), weigh.grounds())
                                .<List<MigrationEvent>>map(List::of)
                                .orElse(List.of());
                    case Begin begin -> List.of(Beginning.of(queued.order(), begin));
                    case Wait wait
                    when due(queued.reportedAtMillis(), wait.atMillis(), patience) ->
                        List.of(new MigrationEvent.Progressed(Beginning.NOTHING_SENT, wait.detail(), wait.atMillis()));
                    case Wait _, Pass _ -> List.of();
                    case Start _, Return _, Report _, Look _ -> throw new ImpossibleStep(migration, command);
                };
            case Accepted _ ->
                switch (command) {
                    case Start start -> List.of(new MigrationEvent.Started(start.atMillis()));
                    case Pass _ -> List.of();
                    case Weigh _, Begin _, Wait _, Return _, Report _, Look _ ->
                        throw new ImpossibleStep(migration, command);
                };
            case Inherited inherited ->
                switch (command) {
                    case Look look -> List.of(Conclusion.ofInherited(inherited, look, patience));
                    case Pass _ -> List.of();
                    case Weigh _, Begin _, Wait _, Start _, Return _, Report _ ->
                        throw new ImpossibleStep(migration, command);
                };
            case Copying copying ->
                switch (command) {
                    case Return back
                    when back.end().kind() == MoveEnd.Kind.NOT_MADE -> List.of(new MigrationEvent.Withdrawn());
                    case Return back
                    when copying.order() instanceof Order.ToFence ->
                        List.of(Fencing.concluded(copying.acceptedAtMillis(), back));
                    case Return back -> List.of(new MigrationEvent.Returned(back.end(), back.atMillis()));
                    case Report report -> reported(copying, report, patience);
                    case Pass pass
                    when !copying.abortAsked()
                            && copying.order() instanceof Order.ToMove
                            && pass.atMillis() - copying.startedAtMillis()
                                    > patience.move().toMillis() ->
                        List.of(new MigrationEvent.AbortAsked(pass.atMillis()));
                    case Pass _ -> List.of();
                    case Weigh _, Begin _, Wait _, Start _, Look _ -> throw new ImpossibleStep(migration, command);
                };
            case Ending ending ->
                switch (command) {
                    case Look look -> List.of(Conclusion.ofEnding(ending, look, patience));
                    case Pass _, Report _ -> List.of();
                    case Weigh _, Begin _, Wait _, Start _, Return _ -> throw new ImpossibleStep(migration, command);
                };
            case Ended _ -> List.of();
        };
    }

    /** Told when it is time; a move that stalls is dealt with, and that is told at once. */
    private static List<MigrationEvent> reported(Copying copying, Report report, Patience patience) {
        long at = report.atMillis();
        if (copying.order() instanceof Order.ToMove move && copying.stalls(move, report.progress(), at, patience)) {
            long seconds = (at - copying.startedAtMillis()) / 1000;
            switch (patience.about(move.command())) {
                case POST_COPY -> {
                    String detail = "stalled for %d s: goes on by post-copy".formatted(seconds);
                    return List.of(
                            new MigrationEvent.SwitchAsked(at),
                            new MigrationEvent.Progressed(report.progress(), detail, at));
                }
                case ABORT -> {
                    String detail = "stalled for %d s: is called off%s"
                            .formatted(
                                    seconds,
                                    patience.stall() == Stall.ABORT ? "" : ", as its guest must not be held back");
                    return List.of(
                            new MigrationEvent.AbortAsked(at),
                            new MigrationEvent.Progressed(report.progress(), detail, at));
                }
                case THROTTLE, WAIT -> {} // the hypervisor holds the guest back by itself, or nobody does
            }
        }
        return due(copying.reportedAtMillis(), at, patience)
                ? List.of(new MigrationEvent.Progressed(report.progress(), wordsFor(report.progress()), at))
                : List.of();
    }

    private static String wordsFor(MoveProgress progress) {
        if (progress.switched()) {
            return "runs on the target, the rest of its memory follows";
        }
        return progress.throttledPercent() > 0
                ? "copying, the guest is held back by %d %%".formatted(progress.throttledPercent())
                : "copying";
    }

    /** What holds after an event; also what recovery folds. */
    static Migration evolve(Migration migration, MigrationEvent event) {
        return switch (event) {
            case MigrationEvent.Final _ -> new Ended(migration.order());
            case MigrationEvent.Accepted accepted -> new Accepted(migration.order(), accepted.atMillis());
            case MigrationEvent.Progressed told ->
                switch (migration) {
                    case Queued queued -> new Queued(queued.order(), told.atMillis());
                    case Copying copying -> copying.reported(told.atMillis());
                    case Accepted _, Inherited _, Ending _, Ended _ -> migration;
                };
            case MigrationEvent.Started started ->
                Copying.begun(migration.order(), acceptedAt(migration), started.atMillis());
            case MigrationEvent.Adopted adopted ->
                Copying.begun(migration.order(), acceptedAt(migration), adopted.atMillis());
            case MigrationEvent.Withdrawn _, MigrationEvent.Resumed _ ->
                new Accepted(migration.order(), acceptedAt(migration));
            case MigrationEvent.SwitchAsked _ ->
                migration instanceof Copying copying ? copying.asked(true, false) : migration;
            case MigrationEvent.AbortAsked _ ->
                migration instanceof Copying copying ? copying.asked(false, true) : migration;
            case MigrationEvent.Returned returned ->
                new Ending(
                        migration.order(),
                        acceptedAt(migration),
                        returned.end(),
                        returned.atMillis(),
                        migration instanceof Copying copying && copying.abortAsked());
            case MigrationEvent.Unclear unclear ->
                switch (migration) {
                    case Inherited inherited
                    when inherited.lookedAtMillis() == 0 ->
                        new Inherited(inherited.order(), inherited.acceptedAtMillis(), unclear.atMillis());
                    case Queued _, Accepted _, Inherited _, Copying _, Ending _, Ended _ -> migration;
                };
        };
    }

    /** When it was accepted. */
    static long acceptedAt(Migration migration) {
        return switch (migration) {
            case Accepted accepted -> accepted.acceptedAtMillis();
            case Inherited inherited -> inherited.acceptedAtMillis();
            case Copying copying -> copying.acceptedAtMillis();
            case Ending ending -> ending.acceptedAtMillis();
            case Queued _, Ended _ -> throw new IllegalStateException(migration + " was never accepted, or is over");
        };
    }

    private static boolean due(long reportedAtMillis, long nowMillis, Patience patience) {
        return nowMillis - reportedAtMillis >= patience.progress().toMillis();
    }
}
