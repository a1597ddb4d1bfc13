package io.godwit.ops.judges;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ResumeVm;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/**
 * Every command ends in exactly one final outcome that tells the truth (one that was written twice may be refused once more),
 * none is accepted under a lease that is not held, no lease
 * is given back while a command needs it, and no VM is moved by two at once.
 */
final class CommandJudge {
    /**
     * What commands say, be it to move a VM, or to do something to one, or to a host, where it is.
     *
     * @param vmId "": the command is about the host
     * @param runs whether the VM runs on the target in the end
     */
    private record Order(
            String partitionId,
            String vmId,
            String sourceHostId,
            String targetHostId,
            long sourceEpoch,
            long targetEpoch,
            boolean moves,
            boolean runs) {
        static Order of(MigrateVm order) {
            return new Order(
                    order.getPartitionId(),
                    order.getVmId(),
                    order.getSourceHostId(),
                    order.getTargetHostId(),
                    order.getSourceEpoch(),
                    order.getTargetEpoch(),
                    true,
                    true);
        }

        static Order of(ResumeVm order) {
            return inPlace(order.getPartitionId(), order.getVmId(), order.getHostId(), order.getEpoch(), true);
        }

        static Order of(ActOnVm order) {
            boolean runs = order.getAction() == ActionKind.START || order.getAction() == ActionKind.RESUME;
            return inPlace(order.getPartitionId(), order.getVmId(), order.getHostId(), order.getEpoch(), runs);
        }

        static Order of(FenceHost order) {
            return inPlace(order.getPartitionId(), "", order.getHostId(), order.getEpoch(), false);
        }

        private static Order inPlace(String partitionId, String vmId, String hostId, long epoch, boolean runs) {
            return new Order(partitionId, vmId, hostId, hostId, epoch, epoch, false, runs);
        }
    }

    private static final class Command {
        final Order order;
        final long sinceMillis;
        int written;
        boolean accepted;
        String end = "";

        Command(Order order, long sinceMillis) {
            this.order = order;
            this.sinceMillis = sinceMillis;
        }
    }

    private final Verdict.Say verdict;
    private final LeaseJudge leases;
    private final Function<String, Optional<String>> placeOfVm;
    private final Map<String, Command> commands = new TreeMap<>();
    private final Map<String, String> movedBy = new HashMap<>();

    /** @param placeOfVm the host on which a VM truly is; empty where nobody knows */
    CommandJudge(Verdict verdict, LeaseJudge leases, Function<String, Optional<String>> placeOfVm) {
        this.verdict = verdict.of(CommandJudge.class);
        this.leases = leases;
        this.placeOfVm = placeOfVm;
    }

    void take(SpecificRecord event, long millis) {
        switch (event) {
            case MigrateVm order ->
                commands.computeIfAbsent(order.getCommandId(), _ -> new Command(Order.of(order), millis)).written++;
            case ResumeVm order ->
                commands.computeIfAbsent(order.getCommandId(), _ -> new Command(Order.of(order), millis)).written++;
            case ActOnVm order ->
                commands.computeIfAbsent(order.getCommandId(), _ -> new Command(Order.of(order), millis)).written++;
            case FenceHost order ->
                commands.computeIfAbsent(order.getCommandId(), _ -> new Command(Order.of(order), millis)).written++;
            case CommandAccepted accepted -> accepted(accepted.getCommandId(), millis);
            case CommandSucceeded ended -> {
                end(ended.getCommandId(), "succeeded", millis);
                arrived(ended, millis);
            }
            case HostFenced ended -> end(ended.getCommandId(), "succeeded", millis);
            case CommandFailed ended -> {
                end(ended.getCommandId(), "failed", millis);
                seenOn(ended, millis);
            }
            case CommandRefused ended -> {
                end(ended.getCommandId(), "refused", millis);
            }
            case CommandAborted ended -> {
                end(ended.getCommandId(), "aborted", millis);
                notMoved(ended.getCommandId(), millis);
            }
            case MemberReleased released -> givenBack(released, millis);
            default -> {} // says nothing final
        }
    }

    private void givenBack(MemberReleased released, long millis) {
        commands.forEach((id, command) -> {
            Order order = command.order;
            boolean named = (released.getLease().getHostId().equals(order.sourceHostId())
                            && released.getLease().getEpoch() == order.sourceEpoch())
                    || (released.getLease().getHostId().equals(order.targetHostId())
                            && released.getLease().getEpoch() == order.targetEpoch());
            if (named && command.end.isEmpty() && released.getPartitionId().equals(order.partitionId())) {
                verdict.fault(
                        millis,
                        "%s is given back while %s, which needs it, is open"
                                .formatted(released.getLease().getHostId(), id));
            }
        });
    }

    private void accepted(String id, long millis) {
        Command command = commands.get(id);
        if (command == null) {
            verdict.fault(millis, id + " is accepted and was never commanded");
            return;
        }
        Order order = command.order;
        if (command.accepted) {
            verdict.fault(millis, id + " is accepted twice");
        }
        command.accepted = true;
        if (!leases.holds(order.partitionId(), order.sourceHostId(), order.sourceEpoch())
                || !leases.holds(order.partitionId(), order.targetHostId(), order.targetEpoch())) {
            verdict.fault(
                    millis,
                    "%s is accepted in epochs %d and %d, in which %s does not hold %s and %s"
                            .formatted(
                                    id,
                                    order.sourceEpoch(),
                                    order.targetEpoch(),
                                    order.partitionId(),
                                    order.sourceHostId(),
                                    order.targetHostId()));
        }
        String other = order.vmId().isEmpty() ? null : movedBy.put(order.vmId(), id);
        if (other != null && !other.equals(id)) {
            verdict.fault(millis, order.vmId() + " is moved by " + other + " and by " + id + " at once");
        }
    }

    private void end(String id, String how, long millis) {
        Command command = commands.get(id);
        if (command == null) {
            verdict.fault(millis, id + " has " + how + " and was never commanded");
            return;
        }
        if (!command.end.isEmpty()) {
            if (how.equals("refused") && command.written > 1) {
                command.written--; // a copy that an executor reads who never saw the end
                return;
            }
            verdict.fault(millis, id + " has " + how + " after it has " + command.end);
        }
        command.end = how;
        movedBy.remove(command.order.vmId(), id);
    }

    /** Whether a VM may come to a host now: by a command that is accepted, has not ended, and whose leases are held. */
    boolean inForce(String vmId, String targetHostId) {
        Command command = commands.get(movedBy.getOrDefault(vmId, ""));
        return command != null
                && command.order.moves()
                && command.order.targetHostId().equals(targetHostId)
                && leases.holds(command.order.partitionId(), command.order.sourceHostId(), command.order.sourceEpoch())
                && leases.holds(command.order.partitionId(), targetHostId, command.order.targetEpoch());
    }

    /** Whether a VM may go on where it is paused. */
    boolean resumes(String vmId, String hostId) {
        Command command = commands.get(movedBy.getOrDefault(vmId, ""));
        return command != null
                && !command.order.moves()
                && command.order.targetHostId().equals(hostId)
                && leases.holds(command.order.partitionId(), hostId, command.order.targetEpoch());
    }

    private void arrived(CommandSucceeded ended, long millis) {
        Command command = commands.get(ended.getCommandId());
        placeOfVm
                .apply(ended.getVmId())
                .filter(place -> command != null && command.order.runs() && !place.equals(ended.getTargetHostId()))
                .ifPresent(place -> verdict.fault(
                        millis, ended.getCommandId() + " is said to have succeeded, and its VM is on " + place));
    }

    /** A VM that was seen nowhere was lost with its source; where it would be is nobody's word. */
    private void seenOn(CommandFailed ended, long millis) {
        placeOfVm
                .apply(ended.getVmId())
                .filter(place ->
                        !ended.getSeenOn().isEmpty() && !ended.getSeenOn().equals(place))
                .ifPresent(place -> verdict.fault(
                        millis,
                        "%s says that its VM is on %s, and it is on %s"
                                .formatted(ended.getCommandId(), ended.getSeenOn(), place)));
    }

    private void notMoved(String id, long millis) {
        Command command = commands.get(id);
        if (command != null
                && command.order.moves()
                && placeOfVm.apply(command.order.vmId()).equals(Optional.of(command.order.targetHostId()))) {
            verdict.fault(
                    millis, id + " is said not to have moved its VM, which is on " + command.order.targetHostId());
        }
    }

    boolean nothingSince(long millis) {
        return commands.values().stream().noneMatch(command -> command.end.isEmpty() && command.sinceMillis < millis);
    }

    void settled(long latestMillis, long nowMillis) {
        commands.forEach((id, command) -> {
            if (command.end.isEmpty() && command.sinceMillis < latestMillis) {
                verdict.fault(
                        nowMillis,
                        "%s has no final outcome after %d s".formatted(id, (nowMillis - command.sinceMillis) / 1000));
            }
        });
    }
}
