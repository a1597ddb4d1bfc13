package io.godwit.ops.simulate;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.chocosolver.solver.Model;
import org.chocosolver.solver.Solver;
import org.chocosolver.solver.constraints.Constraint;
import org.chocosolver.solver.constraints.nary.binPacking.PropBinPacking;
import org.chocosolver.solver.search.strategy.Search;
import org.chocosolver.solver.variables.IntVar;

/**
 * Judges how host partitions grow, from the log and the samples that were delivered alone: none while its initiator's newest
 * delivered sample shows no overload, and none beyond some hosts while the nearest so many that nobody else held would do.
 * All hosts of the run are equally near. Shares no code with the planner.
 */
final class GrowthJudge implements Simulation.Onlooker {
    private static final int ENOUGH = 16;
    private static final long MILLICORES = 20; // all demands are multiples of it
    private static final int NODES = 20_000;

    private final Map<String, HostSampled> newest = new TreeMap<>();
    private final Map<String, String> holders = new HashMap<>();
    private final Map<String, Set<String>> members = new HashMap<>();
    private final Map<String, String> initiators = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private int grants;
    private int largest;
    private int beyond;

    @Override
    public void delivered(int segment, SpecificRecord event, long logMillis) {
        if (event instanceof HostSampled sampled) {
            newest.put(sampled.getHostId(), sampled);
        }
    }

    @Override
    public void appended(Topic topic, SpecificRecord event, long millis) {
        switch (event) {
            case PartitionOpened opened -> {
                initiators.put(opened.getPartitionId(), opened.getInitiator());
                hold(opened.getPartitionId(), opened.getInitiator(), millis);
            }
            // another segment was asked while this held; its answer may come a moment later
            case MemberAsked asked -> expectViolated(asked.getPartitionId(), "asks for a host", millis);
            case MemberGranted granted
            when !granted.getAnswer() -> {
                grants++;
                if (granted.getPartitionSegment() == granted.getDecision().getSegment()) {
                    expectViolated(granted.getPartitionId(), "takes a host", millis);
                }
                hold(granted.getPartitionId(), granted.getLease().getHostId(), millis);
            }
            case MemberReleased released -> {
                holders.remove(released.getLease().getHostId(), released.getPartitionId());
                members.getOrDefault(released.getPartitionId(), new HashSet<>())
                        .remove(released.getLease().getHostId());
            }
            case PartitionClosed closed -> members.remove(closed.getPartitionId());
            default -> {} // nothing grows by it
        }
    }

    List<String> faults() {
        return faults;
    }

    int grants() {
        return grants;
    }

    int largest() {
        return largest;
    }

    /** Hosts that were taken beyond {@value #ENOUGH}. */
    int beyond() {
        return beyond;
    }

    private void expectViolated(String partitionId, String what, long millis) {
        HostSampled sample = newest.get(initiators.get(partitionId));
        if (sample.getCpuDemandMillicores() <= sample.getCpuCapacityMillicores()) {
            faults.add("at %d ms %s %s, though its initiator is asked for %d of %d mc"
                    .formatted(
                            millis,
                            partitionId,
                            what,
                            sample.getCpuDemandMillicores(),
                            sample.getCpuCapacityMillicores()));
        }
    }

    private void hold(String partitionId, String hostId, long millis) {
        Set<String> held = members.computeIfAbsent(partitionId, _ -> new HashSet<>());
        held.add(hostId);
        holders.put(hostId, partitionId);
        largest = Math.max(largest, held.size());
        if (held.size() > ENOUGH) {
            beyond++;
            if (held.size() == ENOUGH + 1 && someSixteenWouldDo(partitionId)) {
                faults.add("at %d ms %s holds %d hosts, though %d would do"
                        .formatted(millis, partitionId, held.size(), ENOUGH));
            }
        }
    }

    private boolean someSixteenWouldDo(String partitionId) {
        String initiator = initiators.get(partitionId);
        List<HostSampled> hosts = new ArrayList<>();
        hosts.add(newest.get(initiator));
        for (HostSampled sample : newest.values()) {
            String holder = holders.getOrDefault(sample.getHostId(), partitionId);
            boolean free = holder.equals(partitionId) && !sample.getHostId().equals(initiator);
            if (free && hosts.size() < ENOUGH) {
                hosts.add(sample);
            }
        }
        return placeable(hosts);
    }

    /** Whether the VMs of these hosts can be placed on them so that none is asked for more than it has. */
    static boolean placeable(List<HostSampled> hosts) {
        List<VmSample> vms = hosts.stream()
                .flatMap(host -> host.getVms().stream())
                .filter(vm -> vm.getState() == VmState.RUNNING)
                .toList();
        int[] sizes = vms.stream()
                .mapToInt(vm -> Math.toIntExact(Math.ceilDiv(vm.getCpuDemandMillicores(), MILLICORES)))
                .sorted()
                .toArray();
        int capacity = Math.toIntExact(hosts.getFirst().getCpuCapacityMillicores() / MILLICORES);
        Model model = new Model();
        IntVar[] places = model.intVarArray(vms.size(), 0, hosts.size() - 1);
        IntVar[] loads = model.intVarArray(hosts.size(), 0, capacity);
        model.sum(loads, "=", IntStream.of(sizes).sum()).post();
        new Constraint("packed", new PropBinPacking(places, sizes, loads, 0, false)).post();
        Solver solver = model.getSolver();
        // the largest first, each on the host that is the least loaded so far
        solver.setSearch(Search.intVarSearch(
                some -> Arrays.stream(places)
                        .filter(place -> !place.isInstantiated())
                        .reduce((_, last) -> last)
                        .orElse(null),
                place -> place.stream()
                        .boxed()
                        .min(Comparator.comparingInt(host -> loads[host].getLB()))
                        .orElseThrow(),
                places));
        solver.limitNode(NODES);
        return solver.solve();
    }
}
