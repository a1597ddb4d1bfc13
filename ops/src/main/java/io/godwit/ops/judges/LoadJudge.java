package io.godwit.ops.judges;

import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.OutcomeRelayed;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.ResumeVm;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * No intermediate state of a plan overloads a host that was not, at the demand that the decision had read: follows the
 * commands of each plan as they are given and end, with a VM charged to both hosts of its move, and for no CPU while it is
 * paused. One that is started elsewhere after a crash is charged with what its host's newest sample told of it. A VM that is
 * resumed although what should have made room for it did not is no fault: it must not stay paused.
 */
final class LoadJudge {
    /** As an OutcomeRelayed says it. */
    static final String SUCCEEDED = "succeeded";

    private static final class Host {
        final Map<String, KnownHosts.Vm> vms;
        final long cpuMax;
        final long memoryMax;
        long cpu;
        long memory;

        Host(KnownHosts.Host known) {
            vms = new HashMap<>(known.vms());
            cpu = vms.values().stream().mapToLong(KnownHosts.Vm::millicores).sum();
            memory = vms.values().stream().mapToLong(KnownHosts.Vm::bytes).sum();
            cpuMax = Math.max(known.millicoresMax(), cpu);
            memoryMax = Math.max(known.bytesMax(), memory);
        }
    }

    /** @param reached hosts that VMs came to by moves of this plan, as "VM host" */
    private record Plan(Map<String, Host> hosts, List<PlannedMove> steps, Set<String> reached) {
        /** Whether all that a VM's resumption waits for went well. */
        boolean madeRoom(String vmId) {
            return steps.stream()
                    .filter(step -> step.getResumes() && step.getVmId().equals(vmId))
                    .flatMap(step -> step.getAfter().stream())
                    .map(steps::get)
                    .allMatch(
                            step -> step.getResumes() || reached.contains(way(step.getVmId(), step.getTargetHostId())));
        }
    }

    private final Verdict.Say verdict;
    private final KnownHosts known;
    private final Map<String, Plan> plans = new HashMap<>();
    private final Map<String, Bringing> open = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    private final Set<String> resumed = new HashSet<>();
    private final Set<String> followed = new HashSet<>();

    LoadJudge(Verdict verdict, KnownHosts known) {
        this.verdict = verdict.of(LoadJudge.class);
        this.known = known;
    }

    void take(SpecificRecord event, long millis) {
        switch (event) {
            case PlanDecided decided
            when decided.getAnswer() == PlanAnswer.PLAN -> plans.put(decided.getPartitionId(), read(decided));
            case ResumeVm order -> {
                if (resumed.add(order.getCommandId())) {
                    resume(order, millis);
                }
            }
            case CommandSucceeded ended -> end(ended.getCommandId(), true);
            case CommandFailed ended -> end(ended.getCommandId(), false);
            case CommandRefused ended -> end(ended.getCommandId(), false);
            case CommandAborted ended -> end(ended.getCommandId(), false);
            case OutcomeRelayed ended ->
                end(ended.getCommandId(), ended.getOutcome().equals(SUCCEEDED));
            case PartitionClosed closed -> plans.remove(closed.getPartitionId());
            default ->
                Bringing.of(event)
                        .filter(order -> open.putIfAbsent(order.commandId(), order) == null)
                        .ifPresent(order -> begin(order, millis));
        }
    }

    /** Host partitions whose plans brought a VM to a host, and so were judged. */
    Set<String> followed() {
        return followed;
    }

    private Plan read(PlanDecided decided) {
        Map<String, Host> hosts = new HashMap<>();
        known.of(decided).forEach((id, host) -> hosts.put(id, new Host(host)));
        return new Plan(hosts, decided.getMoves(), new HashSet<>());
    }

    private void begin(Bringing order, long millis) {
        followed.add(order.partitionId());
        Plan plan = plans.get(order.partitionId());
        Host source = plan == null ? null : plan.hosts().get(order.sourceHostId());
        Host target = plan == null ? null : plan.hosts().get(order.targetHostId());
        if (source == null || target == null || !source.vms.containsKey(order.vmId())) {
            verdict.fault(
                    millis,
                    "%s brings %s from %s to %s, which no plan of %s said"
                            .formatted(
                                    order.commandId(),
                                    order.vmId(),
                                    order.sourceHostId(),
                                    order.targetHostId(),
                                    order.partitionId()));
            return;
        }
        KnownHosts.Vm vm = source.vms.get(order.vmId());
        target.cpu += order.staysPaused() ? 0 : vm.millicores();
        target.memory += vm.bytes();
        target.vms.put(order.vmId(), vm);
        check(order.commandId(), order.targetHostId(), target, millis);
    }

    private void resume(ResumeVm order, long millis) {
        Plan plan = plans.get(order.getPartitionId());
        Host host = plan == null ? null : plan.hosts().get(order.getHostId());
        KnownHosts.Vm vm = host == null ? null : host.vms.get(order.getVmId());
        if (vm == null || !plan.reached().contains(way(order.getVmId(), order.getHostId()))) {
            verdict.fault(
                    millis,
                    "%s resumes %s on %s, where no plan of %s has brought it"
                            .formatted(
                                    order.getCommandId(), order.getVmId(), order.getHostId(), order.getPartitionId()));
            return;
        }
        host.cpu += vm.millicores();
        if (plan.madeRoom(order.getVmId())) {
            check(order.getCommandId(), order.getHostId(), host, millis);
        }
    }

    private static String way(String vmId, String hostId) {
        return vmId + " " + hostId;
    }

    private void check(String commandId, String hostId, Host target, long millis) {
        if (target.cpu > target.cpuMax || target.memory > target.memoryMax) {
            verdict.fault(
                    millis,
                    "%s brings %s to %d of %d mc and %d of %d bytes"
                            .formatted(commandId, hostId, target.cpu, target.cpuMax, target.memory, target.memoryMax));
        }
    }

    /** The first final outcome stands: one to a copy of the command that was written after its end says nothing. */
    private void end(String commandId, boolean came) {
        Bringing order = ended.add(commandId) ? open.get(commandId) : null;
        Plan plan = order == null ? null : plans.get(order.partitionId());
        if (plan == null) {
            return;
        }
        if (came) {
            plan.reached().add(way(order.vmId(), order.targetHostId()));
        }
        Host gives = plan.hosts().get(came ? order.sourceHostId() : order.targetHostId());
        KnownHosts.Vm vm = gives == null ? null : gives.vms.remove(order.vmId());
        if (vm != null) {
            gives.cpu -= came || !order.staysPaused() ? vm.millicores() : 0;
            gives.memory -= vm.bytes();
        }
    }
}
