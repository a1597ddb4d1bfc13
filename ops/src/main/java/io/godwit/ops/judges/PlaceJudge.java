package io.godwit.ops.judges;

import io.godwit.schemas.events.VmState;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the hosts themselves show: no VM runs on two of them, none changes its host, or goes on where it is paused, but by a
 * command that is in force, and none stays paused.
 */
final class PlaceJudge {
    private final Verdict.Say verdict;
    private final CommandJudge commands;
    private final Map<String, Long> pausedSince = new TreeMap<>();

    PlaceJudge(Verdict verdict, CommandJudge commands) {
        this.verdict = verdict.of(PlaceJudge.class);
        this.commands = commands;
    }

    /** @param places of a VM, with its state on each */
    void look(String vmId, Map<String, VmState> places, long millis) {
        List<String> running = places.entrySet().stream()
                .filter(place -> switch (place.getValue()) {
                    case RUNNING, BLOCKED -> true;
                    case PAUSED, SUSPENDED, MIGRATING_IN, SHUT_OFF, CRASHED, UNKNOWN -> false;
                })
                .map(Map.Entry::getKey)
                .toList();
        if (running.size() > 1) {
            verdict.fault(millis, vmId + " runs on " + running + " at once");
        }
        if (places.size() == 1 && places.containsValue(VmState.PAUSED)) { // in flight it shows on two
            pausedSince.putIfAbsent(vmId, millis);
        } else {
            pausedSince.remove(vmId);
        }
    }

    /** A VM went on, after it was paused or by the switch-over of a post-copy. */
    void resumed(String vmId, String hostId, long millis) {
        if (!commands.resumes(vmId, hostId) && !commands.inForce(vmId, hostId)) {
            verdict.fault(millis, "%s goes on on %s, and no command in force says so".formatted(vmId, hostId));
        }
    }

    /** @param latestMillis a VM that was paused before must run */
    void settled(long latestMillis, long nowMillis) {
        pausedSince.forEach((vmId, since) -> {
            if (since < latestMillis) {
                verdict.fault(nowMillis, "%s is paused for %d s".formatted(vmId, (nowMillis - since) / 1000));
            }
        });
    }

    /** Whether a VM is paused. */
    boolean anyPaused() {
        return !pausedSince.isEmpty();
    }

    /** A VM came to a host. */
    void cameTo(String vmId, String hostId, long millis) {
        if (!commands.inForce(vmId, hostId)) {
            verdict.fault(
                    millis,
                    "%s has come to %s, and no command that is accepted, open and backed by leases moves it there"
                            .formatted(vmId, hostId));
        }
    }
}
