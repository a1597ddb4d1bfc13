package io.godwit.schedulers.partition;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.ProposalState;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.List;
import java.util.Optional;

/**
 * What answers the CUSTOM detections of operators' rules, by the action that a rule's header names. Of one detection each action
 * is tried once, but for a drain, which goes on until the host is empty.
 */
final class Actions {
    private final Turn turn;

    Actions(Turn turn) {
        this.turn = turn;
    }

    /** ADVISE where the detection is of a time when rules had no actions. */
    static DetectionAction of(DetectionTerms terms) {
        return terms == null ? DetectionAction.ADVISE : terms.getAction();
    }

    /** Whether VMs of the whole host leave. */
    boolean empties(OpenPartition partition) {
        return switch (of(partition.getTerms())) {
            case DRAIN -> true;
            case MIGRATE_AWAY -> vm(partition).isEmpty();
            case ADVISE, SNAPSHOT, NOTIFY, UNKNOWN -> false;
        };
    }

    /** The VM that a host partition is about; empty: a host. */
    Optional<String> vm(OpenPartition partition) {
        return Goal.kindOf(partition) == DetectionKind.CUSTOM
                ? Optional.of(detection(partition)).map(open -> open.getBegan().getVmId())
                : Optional.empty();
    }

    private OpenDetection detection(OpenPartition partition) {
        return turn.state.detections.get(Detections.key(partition.getInitiator(), partition.getDetectionId()));
    }

    boolean ahead(OpenPartition partition) {
        return ahead(detection(partition));
    }

    /** Whether a detection may ask for anything: one of a rule that only shows may not, and hundreds of them may be open. */
    static boolean asks(OpenDetection open) {
        return open.getBegan().getKind() != DetectionKind.CUSTOM
                || switch (of(open.getBegan().getTerms())) {
                    case DRAIN, MIGRATE_AWAY, SNAPSHOT -> true;
                    case ADVISE, NOTIFY, UNKNOWN -> false;
                };
    }

    /** Whether something is left to be done; the host's sample must be there. */
    boolean ahead(OpenDetection open) {
        DetectionBegan began = open.getBegan();
        return switch (of(began.getTerms())) {
            case DRAIN ->
                began.getVmId() == null
                        && turn.state.sample(began.getHostId()).use().vms() > 0;
            case MIGRATE_AWAY, SNAPSHOT -> !open.getActed() && !running(began).isEmpty();
            case ADVISE, NOTIFY, UNKNOWN -> false; // people are told by others
        };
    }

    /** VMs of the detection's subject that run on its host by the newest sample, by id. */
    private List<String> running(DetectionBegan began) {
        return turn.state.sample(began.getHostId()).sampled().getVms().stream()
                .filter(vm -> vm.getState() == VmState.RUNNING || vm.getState() == VmState.BLOCKED)
                .map(VmSample::getVmId)
                .filter(vmId -> began.getVmId() == null || began.getVmId().equals(vmId))
                .sorted()
                .toList();
    }

    /** Steps that take a snapshot of each VM. */
    List<PlannedMove> snapshots(OpenPartition partition) {
        DetectionBegan began = detection(partition).getBegan();
        return running(began).stream()
                .map(vmId -> InPlace.step(
                        vmId,
                        began.getHostId(),
                        began.getHostId(),
                        ActionKind.SNAPSHOT,
                        List.of(),
                        "rule %s asks for it".formatted(began.getRule())))
                .toList();
    }

    /** Name of the snapshots that are taken for a detection: its id, of which libvirt takes these characters. */
    static String snapshotName(OpenPartition partition) {
        return partition.getDetectionId().replaceAll("[^A-Za-z0-9._-]", "-");
    }

    /** Whether a host takes no VM, as a rule has it drained while its detection stands. */
    static boolean drained(SchedulerState state, String hostId) {
        return state.detections.anyUnder(hostId, open -> {
            DetectionBegan began = open.getBegan();
            boolean approved = open.getProposal() != null && open.getProposal().getState() == ProposalState.GRANTED;
            return began.getKind() == DetectionKind.CUSTOM
                    && of(began.getTerms()) == DetectionAction.DRAIN
                    && began.getVmId() == null
                    && Modes.commanded(state, DetectionKind.CUSTOM, began.getTerms(), approved);
        });
    }

    /** Whether what is not commanded yet of a plan stays undone, as its detection has ended. */
    boolean over(OpenPartition partition) {
        return Goal.kindOf(partition) == DetectionKind.CUSTOM && detection(partition) == null;
    }
}
