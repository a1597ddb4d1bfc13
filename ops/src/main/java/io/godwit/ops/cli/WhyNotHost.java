package io.godwit.ops.cli;

import io.godwit.ops.words.Words;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.RejectedMove;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.RegionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Why nothing was done for a host at a moment: what its detections waited for, or how far it was from any. */
final class WhyNotHost {
    /** Samples older than so many of their periods count no more. */
    private static final int STALE_PERIODS = 3;

    private final Log log;
    private final RegionState state;
    private final StateRows rows;
    private final Instant at;
    private final WhyNotSite site;

    WhyNotHost(Log log, RegionState state, StateRows rows, Instant at) {
        this.log = log;
        this.state = state;
        this.rows = rows;
        this.at = at;
        this.site = new WhyNotSite(state, at);
    }

    List<Weighed> of(Host host) {
        List<Weighed> weighed = new ArrayList<>();
        HostMinute minute = HostMinute.before(log, host, at);
        addQuality(weighed, host);
        List<Detections.Detection> open = state.detections().open().stream()
                .filter(detection -> detection.began().getHostId().equals(host.id()))
                .toList();
        open.forEach(detection -> addDetection(weighed, detection, minute));
        if (open.stream().noneMatch(detection -> detection.began().getKind() == DetectionKind.OVERLOAD)) {
            addGaps(weighed, minute);
        }
        addHeld(weighed, host, open);
        weighed.add(site.modeWeighed());
        site.policyWeighed().ifPresent(weighed::add);
        state.requests()
                .drain(host.id())
                .ifPresent(drain -> weighed.add(Weighed.at(
                        drain.answer().isEmpty() ? Weighed.Bearing.UNDER_WAY : Weighed.Bearing.BOUNDS,
                        "drain",
                        "%s drains it (%s): no VM comes to it%s"
                                .formatted(
                                        drain.by(),
                                        drain.reason(),
                                        drain.answer().isEmpty() ? ", and those that are there leave" : ""),
                        drain.position())));
        weighed.addAll(site.budgets(host));
        state.migrations().all().stream()
                .filter(move -> !move.stage().isFinal())
                .filter(move -> WhyNotSite.from(move, host.id()) || WhyNotSite.to(move, host.id()))
                .forEach(move -> weighed.add(new Weighed(
                        Weighed.Bearing.UNDER_WAY,
                        "migration",
                        "%s %s → %s, %s (%s)"
                                .formatted(
                                        rows.vmName(move.command().orElseThrow().getVmId()),
                                        rows.hostName(
                                                move.command().orElseThrow().getSourceHostId()),
                                        rows.hostName(
                                                move.command().orElseThrow().getTargetHostId()),
                                        StateRows.stage(move),
                                        move.id()),
                        move.position())));
        return weighed;
    }

    private void addQuality(List<Weighed> weighed, Host host) {
        if (host.sample().isEmpty()) {
            weighed.add(Weighed.of(
                    Weighed.Bearing.HELD_BACK, "quality", "it was never sampled, so nothing is known of its load"));
            return;
        }
        Host.Sample sample = host.sample().get();
        Duration old = Duration.between(sample.at(), at);
        boolean stale = old.compareTo(sample.period().multipliedBy(STALE_PERIODS)) > 0;
        if (stale) {
            weighed.add(Weighed.at(
                    Weighed.Bearing.HELD_BACK,
                    "quality",
                    "its newest sample is %s old, more than %d periods of %s, and begins no move"
                            .formatted(StateRows.seconds(old), STALE_PERIODS, StateRows.seconds(sample.period())),
                    sample.position()));
        }
        host.lost()
                .ifPresent(lost -> weighed.add(Weighed.of(
                        Weighed.Bearing.HELD_BACK,
                        "quality",
                        "its monitor has not reached it since %s: %s"
                                .formatted(rows.time(lost.since()), lost.reason()))));
    }

    private void addDetection(List<Weighed> weighed, Detections.Detection detection, HostMinute minute) {
        DetectionKind kind = detection.began().getKind();
        String name = Words.word(kind) + " " + detection.id();
        List<HostPartitions.Partition> tries = state.partitions().all().stream()
                .filter(partition -> partition
                        .opened()
                        .filter(opened -> opened.getDetectionId().equals(detection.id()))
                        .isPresent())
                .toList();
        if (tries.isEmpty()) {
            weighed.add(Weighed.at(
                    Weighed.Bearing.HELD_BACK,
                    "detection",
                    name + " is open, and no host partition was opened for it" + unanswered(detection),
                    detection.position()));
        } else {
            addNewest(weighed, name, tries);
        }
        if (kind == DetectionKind.OVERLOAD && !minute.samples().isEmpty()) {
            String above = BuiltInLevels.untilRelieved(minute.samples().getLast());
            if (!above.isEmpty()) {
                weighed.add(Weighed.of(Weighed.Bearing.MISSED, "rule overload", "it stays open: " + above));
            }
        }
    }

    /** Why nothing answers a kind of detection, where the settings say it. */
    private String unanswered(Detections.Detection detection) {
        DecisionSettings settings = site.settings();
        return switch (detection.began().getKind()) {
            case CUSTOM -> ": what operators' rules detect is shown and begins nothing";
            case UNDERLOAD -> settings.emptyUnderloaded() ? "" : ": scheduler.decisions.empty-underloaded is false";
            case HOST_CRASH, VM_CRASH ->
                ": scheduler.decisions.restarting.after is "
                        + Words.word(settings.restarting().after());
            case OVERLOAD, HEADROOM, CONSTRAINT, REQUEST, DRAIN, RETURN, UNKNOWN -> "";
        };
    }

    /** What became of the newest try, and what its plan weighed and left. */
    private void addNewest(List<Weighed> weighed, String name, List<HostPartitions.Partition> tries) {
        HostPartitions.Partition newest = tries.getLast();
        Optional<HostPartitions.Decided> decided = newest.plans().stream().reduce((_, later) -> later);
        String count = tries.size() == 1 ? "one try" : tries.size() + " tries";
        if (newest.closed().isEmpty()) {
            weighed.add(new Weighed(
                    Weighed.Bearing.UNDER_WAY,
                    "detection",
                    "%s is open: host partition %s %s"
                            .formatted(
                                    name,
                                    newest.id(),
                                    decided.map(one ->
                                                    "carries out: " + one.plan().getReason())
                                            .orElse("gathers hosts, and has decided nothing yet")),
                    newest.position()));
        } else {
            PartitionClosed closed = newest.closed().get();
            weighed.add(new Weighed(
                    Weighed.Bearing.HELD_BACK,
                    "detection",
                    "%s is open after %s, the newest (%s) ended %s: %s%s"
                            .formatted(
                                    name,
                                    count,
                                    newest.id(),
                                    Words.word(closed.getEnd()),
                                    closed.getReason(),
                                    waits(closed)),
                    decided.map(HostPartitions.Decided::position).or(newest::position)));
        }
        decided.ifPresent(one -> {
            for (RejectedMove rejected : one.plan().getRejected()) {
                weighed.add(Weighed.at(
                        Weighed.Bearing.HELD_BACK,
                        "a plan",
                        "%s: %s".formatted(rows.vmName(rejected.getVmId()), rejected.getWhy()),
                        one.position()));
            }
        });
    }

    private String waits(PartitionClosed closed) {
        DecisionSettings settings = site.settings();
        return switch (closed.getEnd()) {
            case INFEASIBLE ->
                "; it is tried again after a back-off, %s and doubled up to %s, or once room was made"
                        .formatted(Words.seconds(settings.retryMillis()), Words.seconds(settings.retryMillisMax()));
            case ADVISED ->
                "; it is shown again after " + Words.seconds(settings.adviseAgainMillis())
                        + ", or once other VMs are there";
            case YIELDED, FAILED -> "; it is tried again within seconds";
            case SOLVED, VIABLE, DETECTION_ENDED, INITIATOR_LOST, MODE_OFF, POLICY_CHANGED, UNKNOWN -> "";
        };
    }

    private void addGaps(List<Weighed> weighed, HostMinute minute) {
        for (BuiltInLevels.Gap gap : BuiltInLevels.gaps(minute)) {
            weighed.add(
                    WhyNotRule.liveBuiltIn(state, gap.rule())
                            ? Weighed.of(Weighed.Bearing.MISSED, "rule " + gap.rule(), gap.says())
                            : Weighed.of(
                                    Weighed.Bearing.CLEAR,
                                    "rule " + gap.rule(),
                                    "no version of it is live that this build knows the levels of"));
        }
    }

    private void addHeld(List<Weighed> weighed, Host host, List<Detections.Detection> open) {
        host.heldBy()
                .flatMap(id -> state.partitions().byId(id))
                .filter(partition -> partition
                        .opened()
                        .filter(opened -> !opened.getInitiator().equals(host.id()))
                        .isPresent())
                .ifPresent(partition -> weighed.add(new Weighed(
                        open.isEmpty() ? Weighed.Bearing.BOUNDS : Weighed.Bearing.HELD_BACK,
                        "lease",
                        "host partition %s of %s holds it, and gives it back when it ends"
                                .formatted(
                                        partition.id(),
                                        rows.hostName(
                                                partition.opened().orElseThrow().getInitiator())),
                        partition.position())));
    }
}
