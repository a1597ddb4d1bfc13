package io.godwit.ops.simulate.judges;

import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.VmFact;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * No intermediate state of a plan overloads a host that was not, at the demand that the decision had read: follows the
 * commands of each plan as they are given and end, with a VM charged to both hosts of its move.
 */
final class LoadJudge {
    private record Vm(long millicores, long bytes) {}

    private static final class Host {
        final Map<String, Vm> vms = new HashMap<>();
        final long cpuMax;
        final long memoryMax;
        long cpu;
        long memory;

        Host(long cpuCapacity, long memoryCapacity, Map<String, Vm> vms) {
            this.vms.putAll(vms);
            cpu = vms.values().stream().mapToLong(Vm::millicores).sum();
            memory = vms.values().stream().mapToLong(Vm::bytes).sum();
            cpuMax = Math.max(cpuCapacity, cpu);
            memoryMax = Math.max(memoryCapacity, memory);
        }
    }

    private record Plan(Map<String, Host> hosts) {}

    private final Verdict verdict;
    private final Map<String, HostSampled> samples = new HashMap<>();
    private final Map<String, Map<String, HostFacts>> lent = new HashMap<>();
    private final Map<String, Plan> plans = new HashMap<>();
    private final Map<String, MigrateVm> open = new HashMap<>();

    LoadJudge(Verdict verdict) {
        this.verdict = verdict;
    }

    /** What a scheduler is about to take. */
    void delivered(SpecificRecord event) {
        switch (event) {
            case HostSampled sampled -> samples.put(sampled.getHostId(), sampled);
            case MemberGranted granted
            when granted.getAnswer() ->
                lent.computeIfAbsent(granted.getPartitionId(), _ -> new HashMap<>())
                        .put(granted.getLease().getHostId(), granted.getFacts());
            default -> {} // no facts of hosts
        }
    }

    void take(SpecificRecord event, long millis) {
        switch (event) {
            case PlanDecided decided
            when decided.getAnswer() == PlanAnswer.PLAN -> plans.put(decided.getPartitionId(), read(decided));
            case MigrateVm order -> {
                if (open.putIfAbsent(order.getCommandId(), order) == null) {
                    begin(order, millis);
                }
            }
            case CommandSucceeded ended -> end(ended.getCommandId(), true);
            case CommandFailed ended -> end(ended.getCommandId(), false);
            case CommandRefused ended -> end(ended.getCommandId(), false);
            case CommandAborted ended -> end(ended.getCommandId(), false);
            case PartitionClosed closed -> {
                plans.remove(closed.getPartitionId());
                lent.remove(closed.getPartitionId());
            }
            default -> {} // moves nothing
        }
    }

    private Plan read(PlanDecided decided) {
        Map<String, Host> hosts = new HashMap<>();
        decided.getMembers().forEach(lease -> {
            HostFacts facts =
                    lent.getOrDefault(decided.getPartitionId(), Map.of()).get(lease.getHostId());
            hosts.put(lease.getHostId(), facts == null ? of(samples.get(lease.getHostId())) : of(facts));
        });
        return new Plan(hosts);
    }

    private static Host of(HostSampled sampled) {
        Map<String, Vm> vms = new HashMap<>();
        for (VmSample vm : sampled.getVms()) {
            if (vm.getState() != VmState.SHUT_OFF && vm.getState() != VmState.CRASHED) {
                vms.put(vm.getVmId(), new Vm(vm.getCpuDemandMillicores(), vm.getMemoryBytes()));
            }
        }
        return new Host(sampled.getCpuCapacityMillicores(), sampled.getMemoryCapacityBytes(), vms);
    }

    private static Host of(HostFacts facts) {
        Map<String, Vm> vms = new HashMap<>();
        for (VmFact vm : facts.getVms()) {
            vms.put(vm.getVmId(), new Vm(vm.getCpuDemandMillicores(), vm.getMemoryBytes()));
        }
        return new Host(facts.getCpuCapacityMillicores(), facts.getMemoryCapacityBytes(), vms);
    }

    private void begin(MigrateVm order, long millis) {
        Plan plan = plans.get(order.getPartitionId());
        Host source = plan == null ? null : plan.hosts().get(order.getSourceHostId());
        Host target = plan == null ? null : plan.hosts().get(order.getTargetHostId());
        if (source == null || target == null || !source.vms.containsKey(order.getVmId())) {
            verdict.fault(
                    millis,
                    "%s moves %s from %s to %s, which no plan of %s said"
                            .formatted(
                                    order.getCommandId(),
                                    order.getVmId(),
                                    order.getSourceHostId(),
                                    order.getTargetHostId(),
                                    order.getPartitionId()));
            return;
        }
        Vm vm = source.vms.get(order.getVmId());
        target.cpu += vm.millicores();
        target.memory += vm.bytes();
        target.vms.put(order.getVmId(), vm);
        if (target.cpu > target.cpuMax || target.memory > target.memoryMax) {
            verdict.fault(
                    millis,
                    "%s brings %s to %d of %d mc and %d of %d bytes"
                            .formatted(
                                    order.getCommandId(),
                                    order.getTargetHostId(),
                                    target.cpu,
                                    target.cpuMax,
                                    target.memory,
                                    target.memoryMax));
        }
    }

    private void end(String commandId, boolean moved) {
        MigrateVm order = open.get(commandId);
        Plan plan = order == null ? null : plans.get(order.getPartitionId());
        if (plan == null) {
            return;
        }
        Host gives = plan.hosts().get(moved ? order.getSourceHostId() : order.getTargetHostId());
        Vm vm = gives == null ? null : gives.vms.remove(order.getVmId());
        if (vm != null) {
            gives.cpu -= vm.millicores();
            gives.memory -= vm.bytes();
        }
    }
}
