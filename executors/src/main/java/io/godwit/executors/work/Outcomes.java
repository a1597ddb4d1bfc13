package io.godwit.executors.work;

import io.godwit.executors.migration.MigrationEvent;
import io.godwit.executors.migration.Order;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandProgressed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.MigrationMode;
import org.apache.avro.specific.SpecificRecord;

/** Told events as records of the log. */
final class Outcomes {
    private Outcomes() {}

    static SpecificRecord recordOf(Order order, MigrationEvent.Told told, String executor) {
        String id = order.commandId();
        var at = order.position();
        String vm = order.vmId();
        String source = order.sourceHostId();
        String target = order.targetHostId();
        return switch (told) {
            case MigrationEvent.Accepted _ -> new CommandAccepted(id, at, executor, vm, source, target);
            case MigrationEvent.Progressed go ->
                new CommandProgressed(
                        id, executor, go.progress().percent(), go.progress().transferredBytes(), go.detail());
            case MigrationEvent.Refused no ->
                new CommandRefused(id, at, executor, vm, source, target, no.reason(), no.detail());
            case MigrationEvent.Succeeded done ->
                new CommandSucceeded(
                        id,
                        at,
                        executor,
                        vm,
                        source,
                        target,
                        done.durationMillis(),
                        done.downtimeMillis(),
                        done.transferredBytes(),
                        done.switchedAfterMillis() >= 0 ? MigrationMode.POST_COPY : modeOf(order),
                        done.switchedAfterMillis(),
                        order instanceof Order.ToMove move ? move.command().getEstimatedMillis() : 0L);
            case MigrationEvent.Fenced done ->
                new HostFenced(id, at, executor, source, done.durationMillis(), done.proof());
            case MigrationEvent.Failed failed ->
                new CommandFailed(
                        id, at, executor, vm, source, target, failed.reason(), failed.detail(), failed.seenOn());
            case MigrationEvent.Aborted aborted ->
                new CommandAborted(id, at, executor, vm, source, target, aborted.detail());
        };
    }

    private static MigrationMode modeOf(Order order) {
        return order instanceof Order.ToMove move ? move.command().getMode() : MigrationMode.UNKNOWN;
    }
}
