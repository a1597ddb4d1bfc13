package io.godwit.ops.judges;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** No overload stays that one move to a free host would end. */
final class ReliefJudge {
    private final Verdict.Say verdict;
    private final LeaseJudge leases;
    private final Map<String, HostSampled> samples = new TreeMap<>();
    private final Map<String, Long> sampledAt = new HashMap<>();
    private final Map<String, Long> movedAt = new HashMap<>();
    private final Map<String, DetectionBegan> open = new TreeMap<>();
    private final Map<String, Long> since = new HashMap<>();

    ReliefJudge(Verdict verdict, LeaseJudge leases) {
        this.verdict = verdict.of(ReliefJudge.class);
        this.leases = leases;
    }

    void take(SpecificRecord event, long millis) {
        switch (event) {
            case HostSampled sampled -> {
                samples.put(sampled.getHostId(), sampled);
                sampledAt.put(sampled.getHostId(), millis);
            }
            case MigrateVm order -> {
                movedAt.put(order.getVmId(), millis);
                movedAt.put(order.getSourceHostId(), millis);
                movedAt.put(order.getTargetHostId(), millis);
            }
            case ResumeVm order -> {
                movedAt.put(order.getVmId(), millis);
                movedAt.put(order.getHostId(), millis);
            }
            case DetectionBegan began
            when began.getTerms() == null -> { // an operator's rule promises no relief
                open.put(began.getId(), began);
                since.put(began.getId(), millis);
            }
            case DetectionEnded ended -> open.remove(ended.getId());
            default -> {} // neither load nor place
        }
    }

    /** @param quietMillis hosts and VMs that no command has named since then may be moved */
    void settled(long quietMillis, long nowMillis) {
        Set<String> troubled = new HashSet<>();
        open.values().stream()
                .filter(began ->
                        began.getKind() == DetectionKind.OVERLOAD || began.getKind() == DetectionKind.HOST_CRASH)
                .forEach(began -> troubled.add(began.getHostId()));
        boolean memoryShort = samples.values().stream().anyMatch(host -> bytes(host) > host.getMemoryCapacityBytes());
        if (memoryShort) {
            return; // such a host is no overload, and no plan with it is viable
        }
        for (DetectionBegan began : open.values()) {
            HostSampled host = samples.get(began.getHostId());
            if (began.getKind() == DetectionKind.OVERLOAD
                    && since.get(began.getId()) < quietMillis
                    && quiet(began.getHostId(), quietMillis)
                    && fresh(host, nowMillis)
                    && millicores(host) > host.getCpuCapacityMillicores()) {
                relief(host, troubled, quietMillis, nowMillis)
                        .ifPresent(move ->
                                verdict.fault(nowMillis, began.getId() + " stays, though " + move + " would end it"));
            }
        }
    }

    private Optional<String> relief(HostSampled host, Set<String> troubled, long quietMillis, long nowMillis) {
        for (VmSample vm : host.getVms()) {
            boolean enough = millicores(host) - vm.getCpuDemandMillicores() <= host.getCpuCapacityMillicores();
            boolean movable = vm.getState() == VmState.RUNNING || vm.getState() == VmState.BLOCKED;
            if (!enough || !movable || !quiet(vm.getVmId(), quietMillis)) {
                continue;
            }
            for (HostSampled target : samples.values()) {
                String id = target.getHostId();
                if (!id.equals(host.getHostId())
                        && !troubled.contains(id)
                        && !leases.held(id)
                        && quiet(id, quietMillis)
                        && fresh(target, nowMillis)
                        && millicores(target) + vm.getCpuDemandMillicores() <= target.getCpuCapacityMillicores()
                        && bytes(target) + vm.getMemoryBytes() <= target.getMemoryCapacityBytes()) {
                    return Optional.of(vm.getVmId() + " to " + id);
                }
            }
        }
        return Optional.empty();
    }

    private boolean quiet(String id, long quietMillis) {
        return movedAt.getOrDefault(id, Long.MIN_VALUE) < quietMillis;
    }

    private boolean fresh(HostSampled host, long nowMillis) {
        return host != null && sampledAt.get(host.getHostId()) > nowMillis - 5_000;
    }

    private static long millicores(HostSampled host) {
        return host.getVms().stream()
                .filter(ReliefJudge::uses)
                .mapToLong(VmSample::getCpuDemandMillicores)
                .sum();
    }

    private static long bytes(HostSampled host) {
        return host.getVms().stream()
                .filter(ReliefJudge::uses)
                .mapToLong(VmSample::getMemoryBytes)
                .sum();
    }

    private static boolean uses(VmSample vm) {
        return vm.getState() != VmState.SHUT_OFF && vm.getState() != VmState.CRASHED;
    }
}
