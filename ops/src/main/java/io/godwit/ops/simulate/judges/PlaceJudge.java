package io.godwit.ops.simulate.judges;

import io.godwit.schemas.events.VmState;
import java.util.List;
import java.util.Map;

/** What the hosts themselves show: no VM runs on two of them, and none changes its host but by a command that is in force. */
final class PlaceJudge {
    private final Verdict.Say verdict;
    private final CommandJudge commands;

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
