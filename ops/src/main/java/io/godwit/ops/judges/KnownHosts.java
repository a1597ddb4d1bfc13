package io.godwit.ops.judges;

import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.HostsGranted;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.SolveAsked;
import io.godwit.schemas.events.VmFact;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * What schedulers had read of hosts when they decided: the newest sample that each had taken of its own hosts, and the facts
 * that came with grants; for a solve outside the transaction, as of its question.
 */
final class KnownHosts {
    record Vm(long millicores, long bytes) {}

    /** @param vms by id */
    record Host(long millicoresMax, long bytesMax, Map<String, Vm> vms) {}

    private final Map<String, HostSampled> samples = new HashMap<>();
    private final Map<String, Map<String, HostFacts>> lent = new HashMap<>();
    private final Map<String, Map<String, Host>> asked = new HashMap<>();

    /** A scheduler is about to take an input. */
    void delivered(SpecificRecord event) {
        switch (event) {
            case HostSampled sampled -> samples.put(sampled.getHostId(), sampled);
            case MemberGranted granted
            when granted.getAnswer() -> lent(granted.getPartitionId(), granted.getLease(), granted.getFacts());
            case HostsGranted granted ->
                granted.getMembers()
                        .forEach(member -> lent(granted.getPartitionId(), member.getLease(), member.getFacts()));
            default -> {} // no facts of hosts
        }
    }

    /** A scheduler holds a host for which it was told these facts. */
    void lent(String partitionId, Lease lease, HostFacts facts) {
        lent.computeIfAbsent(partitionId, _ -> new HashMap<>()).put(lease.getHostId(), facts);
    }

    /** A record was appended. */
    void take(SpecificRecord event) {
        switch (event) {
            case SolveAsked question ->
                asked.put(question.getPartitionId(), read(question.getPartitionId(), question.getMembers()));
            case PartitionClosed closed -> {
                lent.remove(closed.getPartitionId());
                asked.remove(closed.getPartitionId());
            }
            default -> {} // asks no planner
        }
    }

    /** Whether all is known that a decision about these hosts rests on. */
    boolean knows(String partitionId, List<Lease> members) {
        Map<String, HostFacts> ofOthers = lent.getOrDefault(partitionId, Map.of());
        return asked.containsKey(partitionId)
                || members.stream()
                        .map(Lease::getHostId)
                        .allMatch(hostId -> ofOthers.containsKey(hostId) || samples.containsKey(hostId));
    }

    /** The hosts that a decision rests on, by id. */
    Map<String, Host> of(PlanDecided decided) {
        Map<String, Host> hosts = asked.get(decided.getPartitionId());
        return hosts == null ? read(decided.getPartitionId(), decided.getMembers()) : hosts;
    }

    private Map<String, Host> read(String partitionId, List<Lease> members) {
        Map<String, Host> hosts = new TreeMap<>();
        for (Lease lease : members) {
            String hostId = lease.getHostId();
            HostFacts facts = lent.getOrDefault(partitionId, Map.of()).get(hostId);
            hosts.put(hostId, facts == null ? of(samples.get(hostId)) : of(facts));
        }
        return hosts;
    }

    private static Host of(HostSampled sampled) {
        Map<String, Vm> vms = new TreeMap<>();
        for (VmSample vm : sampled.getVms()) {
            if (vm.getState() != VmState.SHUT_OFF && vm.getState() != VmState.CRASHED) {
                vms.put(vm.getVmId(), new Vm(vm.getCpuDemandMillicores(), vm.getMemoryBytes()));
            }
        }
        return new Host(sampled.getCpuCapacityMillicores(), sampled.getMemoryCapacityBytes(), vms);
    }

    private static Host of(HostFacts facts) {
        Map<String, Vm> vms = new TreeMap<>();
        for (VmFact vm : facts.getVms()) {
            vms.put(vm.getVmId(), new Vm(vm.getCpuDemandMillicores(), vm.getMemoryBytes()));
        }
        return new Host(facts.getCpuCapacityMillicores(), facts.getMemoryCapacityBytes(), vms);
    }
}
