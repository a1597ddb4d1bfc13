package io.godwit.executors.simulated;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.MoveProgress;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationAsk;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationProgress;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationResult;
import io.godwit.schemas.events.VmState;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Moves in the words of simulated hosts, and back. */
public final class SimulatedMoves {
    private SimulatedMoves() {}

    public static MigrationAsk ask(Move move) {
        return new MigrationAsk(
                move.commandId(),
                move.vmId(),
                move.source().hostId(),
                move.target().hostId(),
                move.bytesPerSecondMax(),
                move.postCopy(),
                move.autoConverge(),
                move.staysPaused());
    }

    public static MoveEnd end(MigrationResult result) {
        return result.moved()
                ? MoveEnd.moved(result.downtimeMillis(), result.transferredBytes(), result.switchedAfterMillis())
                : MoveEnd.failed(result.detail());
    }

    public static MoveProgress progress(MigrationProgress progress) {
        return new MoveProgress(
                progress.percent(),
                progress.transferredBytes(),
                progress.switched(),
                progress.throttledPermille() / 10);
    }

    /**
     * What is seen on both hosts of a move.
     *
     * @param holders state of the VM by host
     * @param reachable whether a host that does not hold the VM can be asked
     */
    public static Sighting sighting(
            Move move,
            Optional<MigrationProgress> progress,
            Map<String, VmState> holders,
            Predicate<HostAddress> reachable) {
        return new Sighting(
                presence(move.source(), holders, reachable),
                presence(move.target(), holders, reachable),
                progress.map(running -> !running.ended()).orElse(false));
    }

    private static Presence presence(HostAddress host, Map<String, VmState> holders, Predicate<HostAddress> reachable) {
        VmState state = holders.get(host.hostId());
        if (state == null) {
            return reachable.test(host) ? Presence.ABSENT : Presence.UNREACHABLE;
        }
        return switch (state) {
            case RUNNING, BLOCKED -> Presence.RUNNING;
            case PAUSED, SUSPENDED, MIGRATING_IN, UNKNOWN -> Presence.PAUSED;
            case SHUT_OFF, CRASHED -> Presence.OFF;
        };
    }
}
