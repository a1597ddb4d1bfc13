package io.godwit.schedulers.replay;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Hosts as they were recorded, but for what a course has commanded otherwise: a VM that is elsewhere than in the record asks
 * there for what it asked for in the record.
 */
final class CourseHosts implements HostsOfFork {
    private final RecordedVms recorded;
    private final Map<String, String> elsewhere = new HashMap<>(); // host here, by VM; looked up only, as what follows
    private final Map<String, TreeSet<String>> guests = new HashMap<>(); // the same, by host
    private final Map<String, Forced> states = new HashMap<>();
    private final Set<String> fenced = new HashSet<>();

    /** A state that a VM was put into here, which holds until the record tells another one than it told then. */
    private record Forced(VmState state, VmState recordedThen) {}

    CourseHosts(RecordedVms recorded) {
        this.recorded = recorded;
    }

    /** In the record a VM moved, as was commanded there and not here. */
    void movedInTheRecord(RecordedVms.Moved moved) {
        place(moved.vmId(), elsewhere.getOrDefault(moved.vmId(), moved.from()));
    }

    /** A sample of the record as it is here; empty: it is the same. */
    Optional<HostSampled> sample(HostSampled sample) {
        TreeSet<String> come = guests.getOrDefault(sample.getHostId(), new TreeSet<>());
        boolean same = come.isEmpty()
                && sample.getVms().stream()
                        .noneMatch(vm -> elsewhere.containsKey(vm.getVmId()) || states.containsKey(vm.getVmId()));
        if (same) {
            return Optional.empty();
        }
        SampledHost host = new SampledHost(sample);
        for (VmSample vm : sample.getVms()) {
            if (elsewhere.containsKey(vm.getVmId())) {
                VmSample _ = host.take(vm.getVmId());
            } else if (states.containsKey(vm.getVmId())) {
                host.put(shown(vm));
            }
        }
        for (String vmId : come) {
            recorded.vm(vmId).ifPresent(vm -> host.put(shown(vm)));
        }
        return Optional.of(host.sample(sample.getMeasuredAtMicros(), sample.getMonitor()));
    }

    private VmSample shown(VmSample vm) {
        Forced forced = states.get(vm.getVmId());
        if (forced != null && forced.recordedThen() != vm.getState()) {
            states.remove(vm.getVmId());
            forced = null;
        }
        if (forced == null || forced.state() == vm.getState()) {
            return vm;
        }
        long millicores = forced.state() == VmState.RUNNING
                ? Math.max(vm.getCpuDemandMillicores(), recorded.awakeMillicores(vm.getVmId()))
                : 0;
        return VmSample.newBuilder(vm)
                .setState(forced.state())
                .setCpuDemandMillicores(millicores)
                .setCpuUsedMillicores(millicores)
                .build();
    }

    @Override
    public boolean sampled(String hostId) {
        return !fenced.contains(hostId) && recorded.newest(hostId).isPresent();
    }

    @Override
    public int segment(String hostId) {
        return recorded.newest(hostId).orElseThrow().getSegment();
    }

    @Override
    public void done(PlannedMove step) {
        String vmId = step.getVmId();
        switch (step.getAction()) {
            case UNKNOWN, MIGRATE -> {
                if (!step.getResumes()) {
                    place(vmId, step.getTargetHostId());
                }
                if (step.getResumes() || step.getStaysPaused()) {
                    force(vmId, step.getResumes() ? VmState.RUNNING : VmState.PAUSED);
                }
            }
            case START -> {
                place(vmId, step.getTargetHostId());
                force(vmId, VmState.RUNNING);
            }
            case RESUME -> force(vmId, VmState.RUNNING);
            case SUSPEND -> force(vmId, VmState.PAUSED);
            case STOP, SAVE -> force(vmId, VmState.SHUT_OFF);
            case FENCE -> fenced.add(step.getTargetHostId());
            case REMOVE, SNAPSHOT, RESTORE -> {} // shows in no sample
        }
    }

    private void place(String vmId, String hostId) {
        String before = elsewhere.remove(vmId);
        if (before != null) {
            guests.get(before).remove(vmId);
        }
        if (!recorded.host(vmId).equals(Optional.of(hostId))) {
            elsewhere.put(vmId, hostId);
            guests.computeIfAbsent(hostId, _ -> new TreeSet<>()).add(vmId);
        }
    }

    private void force(String vmId, VmState state) {
        recorded.vm(vmId).ifPresent(vm -> states.put(vmId, new Forced(state, vm.getState())));
    }
}
