package io.godwit.ops.incident;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.DeadLetter;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.FencingDisarmed;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.RequestWithdrawn;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Vm;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** What an event says, in a sentence of a post-mortem. */
final class IncidentWords {
    private final Map<String, String> hosts = new HashMap<>();
    private final Map<String, String> vms = new HashMap<>();

    /** @param state in which hosts and VMs have names */
    IncidentWords(RegionState state) {
        for (Host host : state.hosts()) {
            hosts.put(host.id(), host.label());
        }
        for (Vm vm : state.vms()) {
            vms.put(vm.id(), vm.name());
        }
    }

    String host(String id) {
        return hosts.getOrDefault(id, id);
    }

    String vm(String id) {
        return vms.getOrDefault(id, id);
    }

    /** The sentence without its full stop; empty for an event that tells a reader nothing. */
    Optional<String> of(SpecificRecord event) {
        return Optional.ofNullable(
                switch (event) {
                    case DetectionBegan began -> detected(began);
                    case DetectionEnded ended ->
                        "%s of %s ended: %s"
                                .formatted(lower(ended.getKind()), host(ended.getHostId()), ended.getReason());
                    case PartitionOpened opened ->
                        "host partition %s opened at %s"
                                .formatted(opened.getPartitionId(), host(opened.getInitiator()));
                    case PlanDecided plan -> decided(plan);
                    case PlanRefused plan ->
                        "the judge refused a plan of host partition %s: %s"
                                .formatted(plan.getPartitionId(), String.join("; ", plan.getFaults()));
                    case PartitionClosed closed ->
                        "host partition %s ended %s: %s"
                                .formatted(closed.getPartitionId(), lower(closed.getEnd()), closed.getReason());
                    default -> commandOrRest(event);
                });
    }

    String detected(DetectionBegan began) {
        String subject = began.getVmId() == null || began.getVmId().isEmpty()
                ? host(began.getHostId())
                : vm(began.getVmId()) + " on " + host(began.getHostId());
        return "%s was in %s: %s %d of %d %s, by rule %s v%d"
                .formatted(
                        subject,
                        lower(began.getKind()),
                        began.getMetric(),
                        began.getValue(),
                        began.getThreshold(),
                        began.getUnit(),
                        began.getRule(),
                        began.getRuleVersion());
    }

    private static String decided(PlanDecided plan) {
        String mode = plan.getMode().isEmpty() ? "" : " in mode " + plan.getMode();
        return "host partition %s decided%s: %s".formatted(plan.getPartitionId(), mode, plan.getReason());
    }

    private String commandOrRest(SpecificRecord event) {
        return switch (event) {
            case MigrateVm move ->
                "%s was to move from %s to %s (%s): %s"
                        .formatted(
                                vm(move.getVmId()),
                                host(move.getSourceHostId()),
                                host(move.getTargetHostId()),
                                move.getCommandId(),
                                move.getReason());
            case ResumeVm resume ->
                "%s was to be resumed on %s (%s): %s"
                        .formatted(
                                vm(resume.getVmId()),
                                host(resume.getHostId()),
                                resume.getCommandId(),
                                resume.getReason());
            case ActOnVm act ->
                "to %s %s on %s was commanded (%s): %s"
                        .formatted(
                                lower(act.getAction()),
                                vm(act.getVmId()),
                                host(act.getHostId()),
                                act.getCommandId(),
                                act.getReason());
            case FenceHost fence ->
                "to fence %s was commanded (%s): %s"
                        .formatted(host(fence.getHostId()), fence.getCommandId(), fence.getReason());
            case CommandAccepted accepted ->
                "%s was taken by %s".formatted(accepted.getCommandId(), accepted.getExecutor());
            case CommandSucceeded ended ->
                "%s succeeded after %.1f s: %s is on %s"
                        .formatted(
                                ended.getCommandId(),
                                ended.getDurationMillis() / 1000.0,
                                vm(ended.getVmId()),
                                host(ended.getTargetHostId()));
            case CommandFailed ended ->
                "%s failed: %s, %s".formatted(ended.getCommandId(), ended.getReason(), ended.getDetail());
            case CommandRefused ended ->
                "%s was refused: %s, %s".formatted(ended.getCommandId(), ended.getReason(), ended.getDetail());
            case CommandAborted ended -> "%s was aborted: %s".formatted(ended.getCommandId(), ended.getDetail());
            case HostFenced fenced ->
                "%s was fenced (%s): %s".formatted(host(fenced.getHostId()), fenced.getCommandId(), fenced.getProof());
            default -> asked(event);
        };
    }

    private String asked(SpecificRecord event) {
        return switch (event) {
            case VmActionAsked asked ->
                "%s asked to %s %s (%s): %s"
                        .formatted(
                                asked.getBy(),
                                lower(asked.getAction()),
                                vm(asked.getVmId()),
                                asked.getRequestId(),
                                asked.getReason());
            case DrainAsked asked ->
                "%s asked to drain %s (%s): %s"
                        .formatted(asked.getBy(), host(asked.getHostId()), asked.getRequestId(), asked.getReason());
            case DrainEnded ended ->
                "%s ended the drain of %s: %s".formatted(ended.getBy(), host(ended.getHostId()), ended.getReason());
            case DownConfirmed confirmed ->
                "%s confirmed that %s is down: %s"
                        .formatted(confirmed.getBy(), host(confirmed.getHostId()), confirmed.getReason());
            case RequestAnswered answered ->
                "request %s was answered %s: %s"
                        .formatted(answered.getRequestId(), answered.getAnswer(), answered.getReason());
            case RequestWithdrawn withdrawn ->
                "%s withdrew request %s: %s"
                        .formatted(withdrawn.getBy(), withdrawn.getRequestId(), withdrawn.getReason());
            default -> changed(event);
        };
    }

    private String changed(SpecificRecord event) {
        return switch (event) {
            case ModeChanged mode -> "%s set the mode %s: %s".formatted(mode.getBy(), mode.getMode(), mode.getReason());
            case FencingDisarmed disarmed ->
                "%s disarmed fencing: %s".formatted(disarmed.getBy(), disarmed.getReason());
            case SettingsAnnounced settings ->
                "%s announced settings of %s".formatted(settings.getBy(), settings.getService());
            case ConstraintsApplied applied ->
                "%s applied the constraints %s: %s"
                        .formatted(applied.getAuthor(), applied.getName(), applied.getReason());
            case ConstraintsWithdrawn withdrawn ->
                "%s withdrew the constraints %s: %s"
                        .formatted(withdrawn.getAuthor(), withdrawn.getName(), withdrawn.getReason());
            case RuleDeployed rule ->
                "%s deployed rule %s v%d: %s"
                        .formatted(rule.getAuthor(), rule.getRule(), rule.getVersion(), rule.getReason());
            case RuleRetired rule ->
                "%s retired rule %s v%d: %s"
                        .formatted(rule.getAuthor(), rule.getRule(), rule.getVersion(), rule.getReason());
            case HostJoined joined -> "%s added host %s".formatted(joined.getBy(), host(joined.getHostId()));
            case HostLeft left ->
                "%s removed host %s: %s".formatted(left.getBy(), host(left.getHostId()), left.getReason());
            case DeadLetter letter -> "a record could not be read: " + letter.getReason();
            default -> null; // what members of host partitions ask each other, progress, repetitions
        };
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
