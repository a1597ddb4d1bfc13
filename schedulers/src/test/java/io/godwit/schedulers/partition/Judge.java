package io.godwit.schedulers.partition;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** Reads a log as it was appended and tells which promises it breaks. Shares no code with what it judges. */
final class Judge {
    private final List<String> faults = new ArrayList<>();
    private final Map<String, String> holderOf = new HashMap<>(); // host → partition
    private final Map<String, Long> epochOf = new HashMap<>();
    private final Set<String> openPartitions = new HashSet<>();
    private final Map<String, MigrateVm> openCommands = new HashMap<>();
    private final Map<String, String> openInPlace = new HashMap<>(); // command that moves nothing → host
    private final Map<String, String> pausedOn = new HashMap<>(); // VM → host
    private final Set<String> commandIds = new HashSet<>();
    private final Map<String, DetectionBegan> openDetections = new HashMap<>();
    private final Set<String> answered = new HashSet<>();

    static List<String> faultsOf(List<LogRecord> log, boolean atRest) {
        Judge judge = new Judge();
        for (LogRecord record : log) {
            event(record).ifPresent(event -> judge.read(record, event));
        }
        if (atRest) {
            judge.rest();
        }
        return judge.faults;
    }

    /** What cannot be read is the dead letters' matter. */
    private static Optional<SpecificRecord> event(LogRecord record) {
        try {
            return Optional.of(EventCodec.decode(record.value()));
        } catch (UnreadableRecord damaged) {
            return Optional.empty();
        }
    }

    private void read(LogRecord record, SpecificRecord event) {
        switch (event) {
            case DetectionBegan began
            when began.getKind() == DetectionKind.OVERLOAD -> openDetections.put(began.getId(), began);
            case DetectionEnded ended -> openDetections.remove(ended.getId());
            case PartitionOpened opened -> {
                openPartitions.add(opened.getPartitionId());
                opened.getMembers().forEach(lease -> lent(record, lease, opened.getPartitionId()));
            }
            case MemberGranted granted
            when !granted.getAnswer() -> lent(record, granted.getLease(), granted.getPartitionId());
            case MemberReleased released -> returned(record, released.getLease(), released.getPartitionId());
            case PlanDecided plan -> {
                answered.add(plan.getDetectionId());
                answered.addAll(plan.getDetections());
                if (!openPartitions.contains(plan.getPartitionId())) {
                    fault(record, "a plan for " + plan.getPartitionId() + ", which is not open");
                }
            }
            case PartitionClosed closed -> {
                if (!openPartitions.remove(closed.getPartitionId())) {
                    fault(record, closed.getPartitionId() + " closed without being open");
                }
            }
            case MigrateVm command -> commanded(record, command);
            case ResumeVm command -> commanded(record, command);
            case ActOnVm act ->
                commanded(record, act.getCommandId(), act.getPartitionId(), act.getHostId(), act.getEpoch());
            case FenceHost fence ->
                commanded(record, fence.getCommandId(), fence.getPartitionId(), fence.getHostId(), fence.getEpoch());
            case HostFenced fenced -> ended(record, fenced.getCommandId());
            case CommandSucceeded ended -> {
                MigrateVm move = openCommands.get(ended.getCommandId());
                if (move != null && move.getStaysPaused()) {
                    pausedOn.put(move.getVmId(), move.getTargetHostId());
                } else {
                    pausedOn.remove(ended.getVmId(), ended.getTargetHostId());
                }
                ended(record, ended.getCommandId());
            }
            case CommandFailed ended -> ended(record, ended.getCommandId());
            case CommandRefused ended -> ended(record, ended.getCommandId());
            case CommandAborted ended -> ended(record, ended.getCommandId());
            default -> {}
        }
    }

    private void lent(LogRecord record, Lease lease, String partition) {
        String holder = holderOf.put(lease.getHostId(), partition);
        if (holder != null) {
            fault(record, lease.getHostId() + " lent to " + partition + " while " + holder + " holds it");
        }
        Long before = epochOf.put(lease.getHostId(), lease.getEpoch());
        if (before != null && before >= lease.getEpoch()) {
            fault(record, "epoch of " + lease.getHostId() + " went from " + before + " to " + lease.getEpoch());
        }
    }

    private void returned(LogRecord record, Lease lease, String partition) {
        boolean over = !holderOf.containsKey(lease.getHostId()) || lease.getEpoch() < epochOf.get(lease.getHostId());
        if (over && epochOf.containsKey(lease.getHostId())) {
            return; // said twice, or of a lease that has ended: it must change nothing, which what follows shows
        }
        if (!partition.equals(holderOf.get(lease.getHostId())) || epochOf.get(lease.getHostId()) != lease.getEpoch()) {
            fault(record, partition + " returned " + lease + ", which it does not hold");
        }
        for (MigrateVm command : openCommands.values()) {
            if (command.getSourceHostId().equals(lease.getHostId())
                    || command.getTargetHostId().equals(lease.getHostId())) {
                fault(record, lease.getHostId() + " was returned while " + command.getCommandId() + " is open");
            }
        }
        openInPlace.forEach((id, host) -> {
            if (host.equals(lease.getHostId())) {
                fault(record, host + " was returned while " + id + " is open");
            }
        });
        holderOf.remove(lease.getHostId());
    }

    private void commanded(LogRecord record, ResumeVm command) {
        if (!command.getHostId().equals(pausedOn.get(command.getVmId()))) {
            fault(record, command.getCommandId() + " resumes " + command.getVmId() + ", which is not paused there");
        }
        commanded(record, command.getCommandId(), command.getPartitionId(), command.getHostId(), command.getEpoch());
    }

    /** What moves nothing. */
    private void commanded(LogRecord record, String id, String partitionId, String hostId, long epoch) {
        if (!commandIds.add(id)) {
            fault(record, id + " was commanded twice");
        }
        openInPlace.put(id, hostId);
        held(record, id, partitionId, hostId, epoch);
    }

    private void commanded(LogRecord record, MigrateVm command) {
        if (!commandIds.add(command.getCommandId())) {
            fault(record, command.getCommandId() + " was commanded twice");
        }
        openCommands.put(command.getCommandId(), command);
        String id = command.getCommandId();
        held(record, id, command.getPartitionId(), command.getSourceHostId(), command.getSourceEpoch());
        held(record, id, command.getPartitionId(), command.getTargetHostId(), command.getTargetEpoch());
        if (pausedOn.containsKey(command.getVmId())) {
            fault(record, id + " moves " + command.getVmId() + ", which is paused");
        }
    }

    private void held(LogRecord record, String commandId, String partitionId, String hostId, long epoch) {
        if (!partitionId.equals(holderOf.get(hostId)) || epochOf.get(hostId) != epoch) {
            fault(
                    record,
                    commandId + " touches " + hostId + " epoch " + epoch + ", which " + partitionId + " does not hold");
        }
    }

    private void ended(LogRecord record, String commandId) {
        if (openCommands.remove(commandId) == null && openInPlace.remove(commandId) == null) {
            fault(record, commandId + " ended without being open");
        }
    }

    private void rest() {
        holderOf.forEach((host, partition) -> faults.add("at rest, " + partition + " still holds " + host));
        openPartitions.forEach(partition -> faults.add("at rest, " + partition + " is still open"));
        openCommands.keySet().forEach(command -> faults.add("at rest, " + command + " has no outcome"));
        openInPlace.keySet().forEach(command -> faults.add("at rest, " + command + " has no outcome"));
        pausedOn.forEach((vm, host) -> faults.add("at rest, " + vm + " is paused on " + host));
        openDetections.keySet().stream()
                .filter(detection -> !answered.contains(detection))
                .forEach(detection -> faults.add("at rest, " + detection + " was never answered"));
    }

    private void fault(LogRecord record, String what) {
        faults.add(record.topic() + " " + record.segment() + ":" + record.offset() + " " + what);
    }
}
