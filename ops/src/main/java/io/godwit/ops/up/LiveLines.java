package io.godwit.ops.up;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** Tells events of the log in one plain line each: what was detected, what is moved and why, how it ended. Pure. */
public final class LiveLines {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private static final String SHADOW = "shadow";

    private final String site;
    private final Names names;
    private final ZoneId zone;
    private final Map<String, ActionKind> actions = new HashMap<>(); // of open commands that move nothing
    private final Set<String> proposals = new HashSet<>(); // told already; asked by id only
    private String mode = "";
    private final Map<String, SpecificRecord> constraints = new HashMap<>(); // as last told, by name of their script

    public LiveLines(String site, Names names, ZoneId zone) {
        this.site = site;
        this.names = names;
        this.zone = zone;
    }

    /** The lines of one event, mostly none or one; its time is that of its record. */
    public List<String> of(long timestampMillis, SpecificRecord event) {
        List<String> lines = new ArrayList<>();
        String time = TIME.format(Instant.ofEpochMilli(timestampMillis).atZone(zone));
        switch (event) {
            case DetectionBegan began when inShadow(began.getTerms()) -> {} // detection list --shadow shows it
            case DetectionEnded ended when inShadow(ended.getTerms()) -> {}
            case DetectionBegan began ->
                lines.add(line(time, word(began.getKind()), subject(began) + "  " + measured(began)));
            case DetectionEnded ended ->
                lines.add(line(
                        time,
                        "ended",
                        "%s %s after %s  %s"
                                .formatted(
                                        word(ended.getKind()),
                                        subject(ended.getHostId(), ended.getVmId()),
                                        seconds(Duration.between(ended.getSince(), ended.getUntil())
                                                .toMillis()),
                                        ended.getReason())));
            case MigrateVm move ->
                lines.add(line(
                        time,
                        "migrate",
                        "%s  %s  %s, about %s"
                                .formatted(
                                        names.vm(move.getVmId()),
                                        way(move.getSourceHostId(), move.getTargetHostId()),
                                        move.getReason(),
                                        seconds(move.getEstimatedMillis()))));
            case PlanDecided plan -> addAdvised(lines, time, plan);
            case PartitionClosed closed -> {
                if (closed.getEnd() == PartitionEnd.INFEASIBLE && !mode.equals(SHADOW)) {
                    lines.add(line(
                            time,
                            "no way",
                            "%s  %s".formatted(names.label(closed.getInitiator()), closed.getReason())));
                }
            }
            case PlanRefused plan ->
                lines.add(line(
                        time,
                        "alarm",
                        "a plan of %s was wrong and is not carried out: %s; see: godwit why %s"
                                .formatted(
                                        plan.getPartitionId(), plan.getFaults().getFirst(), plan.getPartitionId())));
            case ResumeVm resume ->
                lines.add(line(
                        time,
                        "resume",
                        "%s  %s".formatted(names.vm(resume.getVmId()), names.label(resume.getHostId()))));
            case VmActionAsked asked ->
                lines.add(line(
                        time,
                        "asked",
                        "%s: %s %s%s  %s"
                                .formatted(
                                        asked.getBy(),
                                        word(asked.getAction()),
                                        names.vm(asked.getVmId()),
                                        asked.getTargetHostId().isEmpty()
                                                ? ""
                                                : " to " + names.host(asked.getTargetHostId()),
                                        asked.getReason())));
            case DrainAsked asked ->
                lines.add(line(
                        time,
                        "asked",
                        "%s: drain %s  %s"
                                .formatted(asked.getBy(), names.label(asked.getHostId()), asked.getReason())));
            case DrainEnded ended ->
                lines.add(line(
                        time,
                        "asked",
                        "%s: undrain %s  %s"
                                .formatted(ended.getBy(), names.label(ended.getHostId()), ended.getReason())));
            case ProposalAnswered word ->
                lines.add(line(
                        time,
                        word.getApproved() ? "approved" : "rejected",
                        "%s: %s  %s".formatted(word.getBy(), word.getProposalId(), word.getReason())));
            case DownConfirmed confirmed ->
                lines.add(line(
                        time,
                        "vouched",
                        "%s: %s is down  %s"
                                .formatted(
                                        confirmed.getBy(), names.label(confirmed.getHostId()), confirmed.getReason())));
            case RequestAnswered answered -> lines.add(line(time, answered.getAnswer(), answered.getReason()));
            case ActOnVm act -> {
                actions.put(act.getCommandId(), act.getAction());
                lines.add(line(
                        time,
                        word(act.getAction()),
                        "%s  %s  %s"
                                .formatted(names.vm(act.getVmId()), names.label(act.getHostId()), act.getReason())));
            }
            case FenceHost fence ->
                lines.add(line(time, "fence", names.label(fence.getHostId()) + "  " + fence.getReason()));
            case HostFenced fenced ->
                lines.add(line(
                        time,
                        "fenced",
                        "%s  %s  %s"
                                .formatted(
                                        names.label(fenced.getHostId()),
                                        seconds(fenced.getDurationMillis()),
                                        fenced.getProof())));
            case CommandSucceeded ended -> lines.add(succeeded(time, ended));
            case CommandFailed ended -> {
                actions.remove(ended.getCommandId());
                lines.add(notMoved(
                        time,
                        "failed",
                        ended.getVmId(),
                        way(ended.getSourceHostId(), ended.getTargetHostId()),
                        ended.getReason() + ": " + ended.getDetail()));
            }
            case CommandRefused ended -> {
                actions.remove(ended.getCommandId());
                lines.add(notMoved(
                        time,
                        "refused",
                        ended.getVmId(),
                        way(ended.getSourceHostId(), ended.getTargetHostId()),
                        ended.getReason() + ": " + ended.getDetail()));
            }
            case CommandAborted ended ->
                lines.add(notMoved(
                        time,
                        "aborted",
                        ended.getVmId(),
                        way(ended.getSourceHostId(), ended.getTargetHostId()),
                        ended.getDetail()));
            case ModeChanged changed -> addMode(lines, time, changed);
            case ConstraintsApplied applied ->
                addConstraints(
                        lines,
                        time,
                        applied.getName(),
                        applied,
                        applied.getConstraints().size() + " in force: " + applied.getReason());
            case ConstraintsWithdrawn withdrawn ->
                addConstraints(lines, time, withdrawn.getName(), withdrawn, "withdrawn: " + withdrawn.getReason());
            case RuleActivated activated -> {
                if (activated.getSegment() == 0) { // it stands in every segment; one line is enough
                    lines.add(line(
                            time,
                            "rule",
                            "%s v%d is active at %s".formatted(activated.getRule(), activated.getVersion(), site)));
                }
            }
            default -> {
                // what happens inside a scheduler or an executor is told by "why"
            }
        }
        return lines;
    }

    /** Mode of the site as last told; empty: not yet. */
    public String mode() {
        return mode;
    }

    private void addAdvised(List<String> lines, String time, PlanDecided plan) {
        boolean asked = plan.getDetection().getTopic().equals(Topic.REQUESTS.stage()); // that is done in every mode
        boolean told = plan.getMode().equals("auto") || plan.getMode().equals(SHADOW);
        if (plan.getAnswer() != PlanAnswer.PLAN || told || asked) {
            return;
        }
        boolean waits = !plan.getProposalId().isEmpty();
        if (waits && !proposals.add(plan.getProposalId())) {
            return; // found again: it is shown already, or was approved and is commanded now
        }
        for (PlannedMove move : plan.getMoves()) {
            lines.add(line(
                    time,
                    waits ? "proposed" : "advised",
                    "%s  %s  %s, about %s; %s"
                            .formatted(
                                    names.vm(move.getVmId()),
                                    way(move.getSourceHostId(), move.getTargetHostId()),
                                    move.getWhy(),
                                    seconds(move.getEstimatedMillis()),
                                    waits
                                            ? "approve it with: godwit approve " + plan.getProposalId()
                                            : "nothing is commanded in mode " + plan.getMode())));
        }
    }

    private static boolean inShadow(DetectionTerms terms) {
        return terms != null && terms.getMode() == ActingMode.SHADOW;
    }

    private void addMode(List<String> lines, String time, ModeChanged changed) {
        if (!changed.getMode().equals(mode)) { // it stands in every segment; one line is enough
            mode = changed.getMode();
            lines.add(line(time, "mode", "%s is %s now: %s".formatted(changed.getSite(), mode, changed.getReason())));
        }
    }

    private void addConstraints(List<String> lines, String time, String name, SpecificRecord told, String what) {
        if (!told.equals(constraints.put(name, told))) { // it stands in every segment; one line is enough
            lines.add(line(time, "demand", name + "  " + what));
        }
    }

    private String notMoved(String time, String how, String vmId, String way, String why) {
        return line(time, how, names.vm(vmId) + "  " + way + "  " + why);
    }

    private String subject(DetectionBegan began) {
        return subject(began.getHostId(), began.getVmId());
    }

    private String subject(String hostId, String vmId) {
        return vmId == null ? names.label(hostId) : names.vm(vmId) + " on " + names.label(hostId);
    }

    private static String measured(DetectionBegan began) {
        return "%s %d of %d %s".formatted(began.getMetric(), began.getValue(), began.getThreshold(), began.getUnit());
    }

    private String succeeded(String time, CommandSucceeded ended) {
        if (ended.getSourceHostId().equals(ended.getTargetHostId())) {
            ActionKind action = actions.remove(ended.getCommandId());
            return line(
                    time,
                    action == null ? "resumed" : past(action),
                    "%s  %s".formatted(names.vm(ended.getVmId()), names.label(ended.getTargetHostId())));
        }
        return line(
                time,
                "moved",
                "%s  %s  %s%s%s"
                        .formatted(
                                names.vm(ended.getVmId()),
                                way(ended.getSourceHostId(), ended.getTargetHostId()),
                                seconds(ended.getDurationMillis()),
                                ended.getDowntimeMillis() < 0 ? "" : ", downtime " + ended.getDowntimeMillis() + " ms",
                                ended.getSwitchedAfterMillis() < 0
                                        ? ""
                                        : ", by post-copy there after " + seconds(ended.getSwitchedAfterMillis())));
    }

    private static String word(ActionKind action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    private static String past(ActionKind action) {
        return switch (action) {
            case START -> "started";
            case STOP -> "stopped";
            case SUSPEND -> "suspended";
            case RESUME -> "resumed";
            case SAVE -> "saved";
            case SNAPSHOT -> "snapshot";
            case RESTORE -> "restored";
            case REMOVE -> "removed";
            case MIGRATE -> "moved";
            case FENCE -> "fenced";
            case UNKNOWN -> "done";
        };
    }

    private String way(String source, String target) {
        return source.equals(target) ? names.host(source) : names.host(source) + " → " + names.host(target);
    }

    /** The word for a kind, as people read it. */
    public static String word(DetectionKind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }

    private static String line(String time, String what, String rest) {
        return "%s  %-10s %s".formatted(time, what, rest).stripTrailing();
    }
}
