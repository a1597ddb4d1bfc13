package io.godwit.ops.words;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ResumeVm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** What was commanded, and how it ended. */
final class CommandWords {
    private final Names names;
    private final Map<String, ActionKind> actions = new HashMap<>(); // of open commands that move nothing

    CommandWords(Names names) {
        this.names = names;
    }

    List<Telling> of(SpecificRecord event) {
        return switch (event) {
            case MigrateVm move ->
                List.of(Telling.live(
                        "migrate",
                        "",
                        names.vm(move.getVmId()),
                        "  %s  %s, about %s"
                                .formatted(
                                        names.way(move.getSourceHostId(), move.getTargetHostId()),
                                        move.getReason(),
                                        Words.seconds(move.getEstimatedMillis()))));
            case ResumeVm resume ->
                List.of(Telling.live("resume", "", names.vm(resume.getVmId()), "  " + names.label(resume.getHostId())));
            case ActOnVm act -> {
                actions.put(act.getCommandId(), act.getAction());
                yield List.of(Telling.live(
                        Words.word(act.getAction()),
                        "",
                        names.vm(act.getVmId()),
                        "  %s  %s".formatted(names.label(act.getHostId()), act.getReason())));
            }
            case FenceHost fence ->
                List.of(Telling.live("fence", "", names.label(fence.getHostId()), "  " + fence.getReason()));
            case CommandAccepted accepted ->
                List.of(Telling.later(
                        "accepted",
                        "",
                        accepted.getVmId().isEmpty()
                                ? names.label(accepted.getTargetHostId())
                                : names.vm(accepted.getVmId()),
                        "  %s  %s by %s"
                                .formatted(
                                        names.way(accepted.getSourceHostId(), accepted.getTargetHostId()),
                                        accepted.getCommandId(),
                                        accepted.getExecutor())));
            case HostFenced fenced ->
                List.of(Telling.live(
                        "fenced",
                        "",
                        names.label(fenced.getHostId()),
                        "  %s  %s".formatted(Words.seconds(fenced.getDurationMillis()), fenced.getProof())));
            case CommandSucceeded ended -> List.of(succeeded(ended));
            case CommandFailed ended -> {
                actions.remove(ended.getCommandId());
                yield List.of(notMoved(
                        "failed",
                        ended.getVmId(),
                        names.way(ended.getSourceHostId(), ended.getTargetHostId()),
                        ended.getReason() + ": " + ended.getDetail()));
            }
            case CommandRefused ended -> {
                actions.remove(ended.getCommandId());
                yield List.of(notMoved(
                        "refused",
                        ended.getVmId(),
                        names.way(ended.getSourceHostId(), ended.getTargetHostId()),
                        ended.getReason() + ": " + ended.getDetail()));
            }
            case CommandAborted ended ->
                List.of(notMoved(
                        "aborted",
                        ended.getVmId(),
                        names.way(ended.getSourceHostId(), ended.getTargetHostId()),
                        ended.getDetail()));
            default -> List.of();
        };
    }

    private Telling notMoved(String how, String vmId, String way, String why) {
        return Telling.live(how, "", names.vm(vmId), "  " + way + "  " + why);
    }

    private Telling succeeded(CommandSucceeded ended) {
        if (ended.getSourceHostId().equals(ended.getTargetHostId())) {
            ActionKind action = actions.remove(ended.getCommandId());
            return Telling.live(
                    action == null ? "resumed" : Words.past(action),
                    "",
                    names.vm(ended.getVmId()),
                    "  " + names.label(ended.getTargetHostId()));
        }
        return Telling.live(
                "moved",
                "",
                names.vm(ended.getVmId()),
                "  %s  %s%s%s"
                        .formatted(
                                names.way(ended.getSourceHostId(), ended.getTargetHostId()),
                                Words.seconds(ended.getDurationMillis()),
                                ended.getDowntimeMillis() < 0 ? "" : ", downtime " + ended.getDowntimeMillis() + " ms",
                                ended.getSwitchedAfterMillis() < 0
                                        ? ""
                                        : ", by post-copy there after "
                                                + Words.seconds(ended.getSwitchedAfterMillis())));
    }
}
