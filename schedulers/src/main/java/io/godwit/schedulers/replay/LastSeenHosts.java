package io.godwit.schedulers.replay;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Hosts whose VMs go on asking for what they asked for in the newest samples; only what is commanded changes them. */
final class LastSeenHosts implements HostsOfFork {
    /** A host that told nothing for so many of its sample periods is not sampled any more: schedulers find it too old. */
    private static final int SILENT_PERIODS = 3;

    private static final String MONITOR = "dry-run";

    private final Map<String, SampledHost> byId = new TreeMap<>();
    private final Set<String> silent = new HashSet<>(); // looked up only
    private final Map<String, VmSample> awake = new HashMap<>(); // as they were when they ran; looked up by id

    /** Takes the newest sample of a host in. */
    void add(Instant at, HostSampled sampled, boolean crashed, Instant now) {
        Duration tooLong = Duration.ofMillis((long) SILENT_PERIODS * sampled.getSamplePeriodMillis());
        byId.put(sampled.getHostId(), new SampledHost(sampled));
        if (crashed || now.isAfter(at.plus(tooLong))) {
            silent.add(sampled.getHostId());
        }
        sampled.getVms().stream()
                .filter(vm -> vm.getCpuDemandMillicores() > 0)
                .forEach(vm -> awake.put(vm.getVmId(), vm));
    }

    @Override
    public boolean sampled(String hostId) {
        return byId.containsKey(hostId) && !silent.contains(hostId);
    }

    @Override
    public int segment(String hostId) {
        return byId.get(hostId).last().getSegment();
    }

    Duration period(String hostId) {
        return Duration.ofMillis(Math.max(1, byId.get(hostId).last().getSamplePeriodMillis()));
    }

    /** Longest period of a host that tells anything; zero: none does. */
    Duration longestPeriod() {
        return byId.keySet().stream()
                .filter(this::sampled)
                .map(this::period)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** VMs that a host holds. */
    List<VmSample> vms(String hostId) {
        SampledHost host = byId.get(hostId);
        return host == null ? List.of() : host.vms();
    }

    HostSampled sample(String hostId, Instant now) {
        return byId.get(hostId).sample(now.toEpochMilli() * 1000, MONITOR);
    }

    /** One of hosts that were never sampled shows nowhere. */
    @Override
    public void done(PlannedMove step) {
        SampledHost source = byId.get(step.getSourceHostId());
        SampledHost target = byId.get(step.getTargetHostId());
        String vmId = step.getVmId();
        switch (step.getAction()) {
            case UNKNOWN, MIGRATE -> {
                if (step.getResumes()) {
                    change(target, vmId, VmState.RUNNING);
                } else {
                    moved(source, target, vmId, step.getStaysPaused());
                }
            }
            case START -> {
                if (source != target && target != null) {
                    VmSample before = source == null ? null : source.take(vmId);
                    target.put(before == null ? unknown(vmId) : before);
                }
                change(target, vmId, VmState.RUNNING);
            }
            case RESUME -> change(target, vmId, VmState.RUNNING);
            case SUSPEND -> change(target, vmId, VmState.PAUSED);
            case STOP, SAVE -> change(target, vmId, VmState.SHUT_OFF);
            case REMOVE -> {
                if (target != null) {
                    VmSample _ = target.take(vmId);
                }
            }
            case FENCE -> silent.add(step.getTargetHostId());
            case SNAPSHOT, RESTORE -> {} // shows in no sample
        }
    }

    private static VmSample unknown(String vmId) {
        return new VmSample(vmId, VmState.SHUT_OFF, 0L, 0L, 0L, -1L, -1L, -1L);
    }

    private void moved(SampledHost source, SampledHost target, String vmId, boolean staysPaused) {
        VmSample vm = source == null ? null : source.take(vmId);
        if (target != null) {
            VmSample there = vm != null ? vm : target.vm(vmId).orElseGet(() -> unknown(vmId));
            target.put(there);
            change(target, vmId, staysPaused ? VmState.PAUSED : VmState.RUNNING);
        }
    }

    private void change(SampledHost host, String vmId, VmState state) {
        if (host == null) {
            return;
        }
        VmSample before = host.vm(vmId).orElseGet(() -> unknown(vmId));
        long millicores = state == VmState.RUNNING
                ? Math.max(
                        before.getCpuDemandMillicores(),
                        awake.getOrDefault(vmId, before).getCpuDemandMillicores())
                : 0;
        host.put(VmSample.newBuilder(before)
                .setState(state)
                .setCpuDemandMillicores(millicores)
                .setCpuUsedMillicores(millicores)
                .build());
    }
}
