package io.godwit.schedulers.replay;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where VMs are in the record and what they ask for, by one sample after the other. */
final class RecordedVms {
    /** A VM that no host has told of for so many sample periods is gone. */
    private static final int AWAY_PERIODS = 3;

    /** A VM runs on another host than before, or is in another state there. */
    record Change(String vmId, String from, String to, VmState was, VmState is) {
        boolean moved() {
            return !from.equals(to);
        }
    }

    private record Away(VmSample last, Instant since, Duration period) {}

    private final Map<String, HostSampled> newest = new HashMap<>(); // by host; looked up only, as all that follow
    private final Map<String, String> hosts = new HashMap<>(); // by VM
    private final Map<String, Away> away = new HashMap<>(); // by VM
    private final Map<String, VmSample> awake = new HashMap<>(); // VMs that run no more, as they were when they did
    private Instant now = Instant.EPOCH;

    /** Takes the next sample; the VMs that it shows to have changed. */
    List<Change> take(HostSampled sample, Instant at) {
        now = at;
        HostSampled before = newest.put(sample.getHostId(), sample);
        return before != null && sameVms(before, sample) ? List.of() : changed(before, sample);
    }

    /** Whether the same VMs are listed in the same states, as in most samples. */
    private static boolean sameVms(HostSampled before, HostSampled sample) {
        List<VmSample> were = before.getVms();
        List<VmSample> are = sample.getVms();
        boolean same = were.size() == are.size();
        for (int i = 0; same && i < are.size(); i++) {
            same = were.get(i).getState() == are.get(i).getState()
                    && were.get(i).getVmId().equals(are.get(i).getVmId());
        }
        return same;
    }

    private List<Change> changed(HostSampled before, HostSampled sample) {
        String hostId = sample.getHostId();
        Map<String, VmState> were = new HashMap<>(); // looked up only
        if (before != null) {
            Duration period = Duration.ofMillis(Math.max(1, sample.getSamplePeriodMillis()));
            for (VmSample vm : before.getVms()) {
                were.put(vm.getVmId(), vm.getState());
                if (hostId.equals(hosts.get(vm.getVmId()))) {
                    away.put(vm.getVmId(), new Away(vm, now, period));
                }
                if (vm.getCpuDemandMillicores() > 0) {
                    awake.put(vm.getVmId(), vm);
                }
            }
        }
        List<Change> changes = new ArrayList<>();
        for (VmSample vm : sample.getVms()) {
            String was = hosts.get(vm.getVmId());
            if (was == null || (!was.equals(hostId) && runs(vm.getState()))) {
                hosts.put(vm.getVmId(), hostId);
            }
            if (hostId.equals(hosts.get(vm.getVmId()))) {
                away.remove(vm.getVmId());
                VmState state = were.getOrDefault(vm.getVmId(), vm.getState());
                if (was != null && (!was.equals(hostId) || state != vm.getState())) {
                    changes.add(new Change(vm.getVmId(), was, hostId, state, vm.getState()));
                }
            }
        }
        return changes;
    }

    private static boolean runs(VmState state) {
        return switch (state) {
            case RUNNING, BLOCKED -> true;
            case PAUSED, SUSPENDED, SHUT_OFF, CRASHED, MIGRATING_IN, UNKNOWN -> false;
        };
    }

    Optional<HostSampled> newest(String hostId) {
        return Optional.ofNullable(newest.get(hostId));
    }

    /** Host that has a VM, as far as samples told; empty: none did. */
    Optional<String> host(String vmId) {
        return Optional.ofNullable(hosts.get(vmId));
    }

    /** How many VMs were seen. */
    int count() {
        return hosts.size();
    }

    /** What a VM was last seen to ask for, wherever it was; empty: it is gone. */
    Optional<VmSample> vm(String vmId) {
        Away gone = away.get(vmId);
        if (gone != null) {
            boolean shortly = !now.isAfter(gone.since().plus(gone.period().multipliedBy(AWAY_PERIODS)));
            return Optional.of(gone.last()).filter(_ -> shortly);
        }
        return host(vmId)
                .flatMap(this::newest)
                .flatMap(sample -> sample.getVms().stream()
                        .filter(vm -> vm.getVmId().equals(vmId))
                        .findFirst());
    }

    /** What a VM asked for when it was last seen to run; 0: never. */
    long awakeMillicores(String vmId) {
        VmSample ran = awake.get(vmId);
        return ran == null ? 0 : ran.getCpuDemandMillicores();
    }
}
