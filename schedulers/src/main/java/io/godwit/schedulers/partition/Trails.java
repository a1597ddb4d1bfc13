package io.godwit.schedulers.partition;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmTrail;
import io.godwit.schemas.events.VmVisit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where VMs came from and went to in the last hour, as far as the samples of this segment's hosts show it. */
final class Trails {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Turn turn;

    Trails(Turn turn) {
        this.turn = turn;
    }

    /** Compares a host's sample with the one before, and returns the VMs that have come. */
    List<String> follow(HostSampled before, HostSampled now) {
        if (sameVms(before.getVms(), now.getVms())) {
            return List.of();
        }
        Set<String> there = ids(now.getVms());
        Set<String> were = ids(before.getVms());
        for (VmSample vm : before.getVms()) {
            if (!there.contains(vm.getVmId())) {
                left(vm.getVmId(), now.getHostId());
            }
        }
        List<String> come = now.getVms().stream()
                .map(VmSample::getVmId)
                .filter(vmId -> !were.contains(vmId))
                .toList();
        come.forEach(vmId -> add(vmId, new VmVisit(now.getHostId(), turn.now(), Instant.EPOCH)));
        return come;
    }

    private static boolean sameVms(List<VmSample> before, List<VmSample> now) {
        if (before.size() != now.size()) {
            return false;
        }
        for (int index = 0; index < now.size(); index++) {
            if (!before.get(index).getVmId().equals(now.get(index).getVmId())) {
                return false;
            }
        }
        return true;
    }

    private static Set<String> ids(List<VmSample> vms) {
        Set<String> ids = HashSet.newHashSet(vms.size()); // asked by id only
        vms.forEach(vm -> ids.add(vm.getVmId()));
        return ids;
    }

    private void left(String vmId, String hostId) {
        VmTrail trail = turn.state.trails.get(vmId);
        List<VmVisit> visits = trail == null ? new ArrayList<>() : new ArrayList<>(trail.getVisits());
        for (int index = visits.size() - 1; index >= 0; index--) {
            VmVisit visit = visits.get(index);
            if (visit.getHostId().equals(hostId) && visit.getLeft().equals(Instant.EPOCH)) {
                visits.set(index, new VmVisit(hostId, visit.getArrived(), turn.now()));
                turn.state.trails.put(vmId, new VmTrail(vmId, visits));
                return;
            }
        }
        add(vmId, new VmVisit(hostId, Instant.EPOCH, turn.now()));
    }

    private void add(String vmId, VmVisit visit) {
        VmTrail trail = turn.state.trails.get(vmId);
        List<VmVisit> visits = trail == null ? new ArrayList<>() : new ArrayList<>(trail.getVisits());
        visits.add(visit);
        turn.state.trails.put(vmId, new VmTrail(vmId, visits));
    }

    /** Forgets stays that ended, and arrivals that lie, more than an hour ago. */
    void expire() {
        Instant hourAgo = turn.now().minus(HOUR);
        for (VmTrail trail : turn.state.trails.all()) {
            if (allSince(hourAgo, trail)) {
                continue; // as for most
            }
            List<VmVisit> young = trail.getVisits().stream()
                    .filter(visit -> isSince(hourAgo, visit))
                    .toList();
            if (young.isEmpty()) {
                turn.state.trails.remove(trail.getVmId());
            } else {
                turn.state.trails.put(trail.getVmId(), new VmTrail(trail.getVmId(), young));
            }
        }
    }

    private static boolean allSince(Instant from, VmTrail trail) {
        for (VmVisit visit : trail.getVisits()) {
            if (!isSince(from, visit)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSince(Instant from, VmVisit visit) {
        return visit.getArrived().isAfter(from) || visit.getLeft().isAfter(from);
    }

    /** Why a VM that has moved much must stay; empty: it may move. */
    String tired(String vmId) {
        int most = turn.state.settings().movesPerHour().vm();
        VmTrail trail = most == 0 ? null : turn.state.trails.get(vmId);
        if (trail == null) {
            return "";
        }
        long arrivals = trail.getVisits().stream()
                .filter(visit -> visit.getArrived().isAfter(turn.now().minus(HOUR)))
                .count();
        return arrivals >= most ? "has moved " + arrivals + " times within an hour" : "";
    }

    /** When a VM left a host to which it would return, if that was within the hold. */
    Optional<Instant> leftWithinHold(String vmId, String hostId) {
        VmTrail trail = turn.state.trails.get(vmId);
        Instant from = turn.now().minusMillis(turn.state.settings().vmHoldMillis());
        return trail == null
                ? Optional.empty()
                : trail.getVisits().stream()
                        .filter(visit -> visit.getHostId().equals(hostId))
                        .map(VmVisit::getLeft)
                        .filter(left -> left.isAfter(from))
                        .reduce((_, last) -> last);
    }
}
