package io.godwit.ops.cli;

import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import java.util.Comparator;
import java.util.Optional;

/** What of a region's state someone means who names an id, a VM or a host. */
final class WhyFound {
    /** A VM that could have been moved and was not. */
    record Stayed(String vmId, String why, HostPartitions.Decided decided) {}

    /** A VM that a plan would have moved, had the judge not refused it. */
    record Spared(String vmId, HostPartitions.Refused refused) {}

    private WhyFound() {}

    /** The migration with this command id, or the newest one of the VM with this id or name. */
    static Optional<Migrations.Migration> migration(RegionState state, String named) {
        return migrationById(state, named).or(() -> {
            String vmId = vmId(state, named);
            return state.migrations().all().stream()
                    .filter(migration -> migration.command().isPresent())
                    .filter(migration -> migration.command().get().getVmId().equals(vmId))
                    .max(Comparator.comparing(migration -> migration.commanded().orElseThrow()));
        });
    }

    /** The one with this command id, or with that of its resumption. */
    static Optional<Migrations.Migration> migrationById(RegionState state, String id) {
        return state.migrations().byId(id).or(() -> state.migrations().byResumption(id));
    }

    /** The newest plan with a move of this VM that the judge refused, unless a later one let the VM stay. */
    static Optional<Spared> spared(RegionState state, String named) {
        String vmId = vmId(state, named);
        Optional<Spared> newest = state.partitions().all().stream()
                .flatMap(partition -> partition.refused().stream())
                .filter(refused -> refused.plan().getMoves().stream()
                        .anyMatch(move -> move.getVmId().equals(vmId)))
                .map(refused -> new Spared(vmId, refused))
                .max(Comparator.comparing(spared -> spared.refused().appended()));
        return newest.filter(spared -> stayed(state, named)
                .map(stayed ->
                        stayed.decided().appended().isBefore(spared.refused().appended()))
                .orElse(true));
    }

    /** The newest plan that weighed this VM and let it stay. */
    static Optional<Stayed> stayed(RegionState state, String named) {
        String vmId = vmId(state, named);
        return state.partitions().all().stream()
                .flatMap(partition -> partition.plans().stream())
                .flatMap(decided -> decided.plan().getRejected().stream()
                        .filter(move -> move.getVmId().equals(vmId))
                        .map(move -> new Stayed(vmId, move.getWhy(), decided)))
                .max(Comparator.comparing(stayed -> stayed.decided().appended()));
    }

    /** The detection with this id, or the newest one of the host or VM of this id, label or name. */
    static Optional<Detections.Detection> detection(RegionState state, String named) {
        return state.detections().byId(named).or(() -> {
            Optional<String> host = state.host(named).map(found -> found.id());
            String vmId = vmId(state, named);
            return state.detections().all().stream()
                    .filter(detection -> vmId.equals(detection.began().getVmId())
                            || host.equals(Optional.of(detection.began().getHostId())))
                    .reduce((_, newer) -> newer);
        });
    }

    private static String vmId(RegionState state, String named) {
        return state.vm(named).map(vm -> vm.id()).orElse(named);
    }
}
