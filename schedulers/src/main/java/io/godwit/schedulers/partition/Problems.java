package io.godwit.schedulers.partition;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.planner.PlacementProblem;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.VmFact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns the facts of the hosts that a host partition holds into what a planner is asked. */
final class Problems {
    private Problems() {}

    /**
     * A VM that two hosts tell of is in flight: it counts on both and moves from neither.
     *
     * @param maySuspend whether VMs may be paused, as nothing else helps
     */
    static PlacementProblem of(
            String initiator,
            Collection<HostFacts> hosts,
            List<Constraint> constraints,
            DecisionSettings settings,
            boolean maySuspend) {
        Map<String, String> seenOn = new HashMap<>(); // asked by id only
        Map<String, PlacementProblem.Vm> vms = new HashMap<>(); // sorted by the problem
        List<PlacementProblem.Host> places = new ArrayList<>();
        for (HostFacts facts : hosts) {
            long inboundMillicores = 0;
            long inboundBytes = 0;
            long inboundNetwork = 0;
            long inboundDisk = 0;
            List<String> inbound = new ArrayList<>();
            for (VmFact vm : facts.getVms()) {
                String other = seenOn.putIfAbsent(vm.getVmId(), facts.getHostId());
                if (other == null) {
                    vms.put(vm.getVmId(), vm(vm, facts, settings));
                } else {
                    inboundMillicores += vm.getCpuDemandMillicores();
                    inboundBytes += vm.getMemoryBytes();
                    inboundNetwork += vm.getNetworkBytesPerSecond();
                    inboundDisk += vm.getDiskBytesPerSecond();
                    inbound.add(vm.getVmId());
                    vms.computeIfPresent(vm.getVmId(), (_, first) -> staying(first));
                }
            }
            places.add(new PlacementProblem.Host(
                    facts.getHostId(),
                    nameOf(facts),
                    facts.getCpuCapacityMillicores(),
                    facts.getMemoryCapacityBytes(),
                    facts.getNetworkBytesPerSecond(),
                    facts.getDiskBytesPerSecond(),
                    facts.getMigrationBytesPerSecond(),
                    inboundMillicores,
                    inboundBytes,
                    inboundNetwork,
                    inboundDisk,
                    inbound));
        }
        return new PlacementProblem(
                initiator,
                places,
                List.copyOf(vms.values()),
                List.of(),
                constraints,
                new PlacementProblem.Limits(
                        settings.searchNodes(),
                        settings.marginPermille(),
                        settings.fillPermille(),
                        settings.postCopy(),
                        maySuspend));
    }

    private static PlacementProblem.Vm vm(VmFact vm, HostFacts host, DecisionSettings settings) {
        String staysBecause = vm.getStaysBecause();
        return new PlacementProblem.Vm(
                vm.getVmId(),
                host.getHostId(),
                vm.getCpuDemandMillicores(),
                vm.getMemoryBytes(),
                vm.getNetworkBytesPerSecond(),
                vm.getDiskBytesPerSecond(),
                vm.getDirtyBytesPerSecond(),
                host.getDurationPermille(),
                modes(vm.getVmId(), settings),
                settings.allowsSuspend(vm.getVmId()),
                staysBecause.isEmpty() ? Optional.empty() : Optional.of(staysBecause));
    }

    private static List<MigrationMode> modes(String vmId, DecisionSettings settings) {
        List<MigrationMode> modes = new ArrayList<>();
        if (settings.allowsPostCopy(vmId)) {
            modes.add(MigrationMode.POST_COPY);
        }
        if (settings.allowsAutoConverge(vmId)) {
            modes.add(MigrationMode.AUTO_CONVERGE);
        }
        return modes;
    }

    private static PlacementProblem.Vm staying(PlacementProblem.Vm vm) {
        return new PlacementProblem.Vm(
                vm.vmId(),
                vm.hostId(),
                vm.cpuMillicores(),
                vm.memoryBytes(),
                vm.networkBytesPerSecond(),
                vm.diskBytesPerSecond(),
                vm.dirtyBytesPerSecond(),
                vm.durationPermille(),
                vm.modes(),
                vm.maySuspend(),
                Optional.of("is told of by two hosts"));
    }

    /** The last part of site/rack/name, which is what a person calls a host. */
    private static String nameOf(HostFacts facts) {
        String label = facts.getLabel();
        return label.isEmpty() ? facts.getHostId() : label.substring(label.lastIndexOf('/') + 1);
    }
}
