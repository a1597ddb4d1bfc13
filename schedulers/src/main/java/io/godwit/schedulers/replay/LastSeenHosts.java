package io.godwit.schedulers.replay;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Hosts whose VMs go on asking for what they asked for in the newest samples; only what is commanded changes them. */
final class LastSeenHosts {
    /** A host that told nothing for so many of its sample periods is not sampled any more: schedulers find it too old. */
    private static final int SILENT_PERIODS = 3;

    private static final String MONITOR = "dry-run";

    /** One host. */
    static final class Machine {
        private final HostSampled last;
        private final Map<String, VmSample> vms = new TreeMap<>();
        private long millicores;
        private long memoryBytes;
        private boolean sampled;

        private Machine(HostSampled last, boolean sampled) {
            this.last = last;
            this.sampled = sampled;
            this.millicores = last.getCpuDemandMillicores();
            this.memoryBytes = last.getMemoryUsedBytes();
            last.getVms().forEach(vm -> vms.put(vm.getVmId(), vm));
        }

        private VmSample take(String vmId) {
            VmSample vm = vms.remove(vmId);
            if (vm != null) {
                millicores -= vm.getCpuDemandMillicores();
                memoryBytes -= memoryOf(vm);
            }
            return vm;
        }

        private void put(VmSample vm) {
            VmSample _ = take(vm.getVmId());
            vms.put(vm.getVmId(), vm);
            millicores += vm.getCpuDemandMillicores();
            memoryBytes += memoryOf(vm);
        }

        private static long memoryOf(VmSample vm) {
            return vm.getState() == VmState.SHUT_OFF || vm.getState() == VmState.CRASHED ? 0 : vm.getMemoryBytes();
        }
    }

    private final Map<String, Machine> byId = new TreeMap<>();
    private final Map<String, VmSample> awake = new HashMap<>(); // as they were when they ran; looked up by id

    /** Takes the newest sample of a host in. */
    void add(Instant at, HostSampled sampled, boolean crashed, Instant now) {
        Duration silent = Duration.ofMillis((long) SILENT_PERIODS * sampled.getSamplePeriodMillis());
        byId.put(sampled.getHostId(), new Machine(sampled, !crashed && !now.isAfter(at.plus(silent))));
        sampled.getVms().stream()
                .filter(vm -> vm.getCpuDemandMillicores() > 0)
                .forEach(vm -> awake.put(vm.getVmId(), vm));
    }

    /** Whether a host tells anything. */
    boolean sampled(String hostId) {
        Machine host = byId.get(hostId);
        return host != null && host.sampled;
    }

    int segment(String hostId) {
        return byId.get(hostId).last.getSegment();
    }

    Duration period(String hostId) {
        return Duration.ofMillis(Math.max(1, byId.get(hostId).last.getSamplePeriodMillis()));
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
        Machine host = byId.get(hostId);
        return host == null ? List.of() : List.copyOf(host.vms.values());
    }

    HostSampled sample(String hostId, Instant now) {
        Machine host = byId.get(hostId);
        return HostSampled.newBuilder(host.last)
                .setMeasuredAtMicros(now.toEpochMilli() * 1000)
                .setMonitor(MONITOR)
                .setCpuDemandMillicores(Math.max(0, host.millicores))
                .setCpuUsedMillicores(Math.clamp(host.millicores, 0, host.last.getCpuCapacityMillicores()))
                .setMemoryUsedBytes(Math.max(0, host.memoryBytes))
                .setVms(new ArrayList<>(host.vms.values()))
                .build();
    }

    /** A step of a plan has been carried out; one of hosts that were never sampled shows nowhere. */
    void done(PlannedMove step) {
        Machine source = byId.get(step.getSourceHostId());
        Machine target = byId.get(step.getTargetHostId());
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
            case FENCE -> {
                if (target != null) {
                    target.sampled = false;
                }
            }
            case SNAPSHOT, RESTORE -> {} // shows in no sample
        }
    }

    private static VmSample unknown(String vmId) {
        return new VmSample(vmId, VmState.SHUT_OFF, 0L, 0L, 0L, -1L, -1L, -1L);
    }

    private void moved(Machine source, Machine target, String vmId, boolean staysPaused) {
        VmSample vm = source == null ? null : source.take(vmId);
        if (target != null) {
            VmSample there = vm != null ? vm : target.vms.getOrDefault(vmId, unknown(vmId));
            target.put(there);
            change(target, vmId, staysPaused ? VmState.PAUSED : VmState.RUNNING);
        }
    }

    private void change(Machine host, String vmId, VmState state) {
        if (host == null) {
            return;
        }
        VmSample before = host.vms.getOrDefault(vmId, unknown(vmId));
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
