package io.godwit.ops.cli;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.RegionState;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code godwit recovery …}: what was done about crashes, and how long each phase took. */
@Command(
        name = "recovery",
        description = "What was done about crashes, and how long each phase took.",
        subcommands = {RecoveryCommands.ListRecoveries.class, RecoveryCommands.ShowRecovery.class})
public final class RecoveryCommands {
    @Command(name = "list", description = "Every crash of a host or a VM: how many VMs were started again, and when.")
    static final class ListRecoveries extends AskHistory implements Runnable {
        @Override
        Topic[] topics() {
            return new Topic[] {Topic.DETECTIONS};
        }

        @Override
        public void run() {
            try (Log log = common.log()) {
                RegionState state = state(log);
                StateRows rows = new StateRows(state, ZoneId.systemDefault());
                common.printer()
                        .list(
                                List.of("detected", "kind", "subject", "started", "seenRunning", "total", "open", "id"),
                                state.detections().all().stream()
                                        .filter(Recovery::ofCrash)
                                        .filter(crash -> told(crash.ended().map(ended -> ended.getUntil())))
                                        .map(crash -> row(Recovery.of(log, crash, CommonOptions.moment(at)), rows))
                                        .toList());
            }
        }

        private static Map<String, Object> row(Recovery recovery, StateRows rows) {
            Map<String, Object> detection = rows.detection(recovery.crash());
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("detected", rows.time(recovery.crash().appended()));
            row.put("kind", detection.get("kind"));
            row.put("subject", detection.get("subject"));
            row.put(
                    "started",
                    recovery.started().size() + " of " + recovery.commanded().size());
            row.put("seenRunning", recovery.seenRunning().size());
            row.put("total", total(recovery).map(StateRows::seconds).orElse(null));
            row.put("open", recovery.crash().open() ? "open" : "ended");
            row.put("id", recovery.crash().id());
            return row;
        }
    }

    @Command(
            name = "show",
            description = "The phases of one recovery, timed by the log: last sample, detected, fenced, each VM started"
                    + " and seen running.")
    static final class ShowRecovery extends AskState implements Runnable {
        private static final List<String> COLUMNS = List.of("phase", "vm", "host", "at", "after", "took", "detail");

        @Parameters(
                paramLabel = "DETECTION|HOST|VM",
                description = "Id of the crash's detection; or a host or VM, for its newest crash.")
        String named;

        @Override
        RegionState state(Log log) {
            RegionState state = super.state(log);
            new Sought(log, moment(), state).detections(named);
            return state;
        }

        @Override
        public void run() {
            try (Log log = common.log()) {
                RegionState state = state(log);
                Recovery recovery = Recovery.of(log, crash(state, named), CommonOptions.moment(at));
                StateRows rows = new StateRows(state, ZoneId.systemDefault());
                if (common.format == Printer.Format.TABLE) {
                    List<Map<String, Object>> lines = new ArrayList<>(phases(recovery, rows));
                    lines.addAll(totals(recovery));
                    common.printer().list(COLUMNS, lines);
                } else {
                    common.printer().one(whole(recovery, rows));
                }
            }
        }

        static Detections.Detection crash(RegionState state, String named) {
            Optional<Detections.Detection> byId = state.detections().byId(named);
            if (byId.isPresent()) {
                return byId.filter(Recovery::ofCrash)
                        .orElseThrow(() -> new Failed(named + " is no crash; see those with: godwit recovery list"));
            }
            Optional<String> host = state.host(named).map(found -> found.id());
            Optional<String> vm = state.vm(named).map(found -> found.id());
            return state.detections().all().stream()
                    .filter(Recovery::ofCrash)
                    .filter(crash -> vm.isPresent()
                            ? vm.get().equals(crash.began().getVmId())
                            : host.isPresent()
                                    && crash.began().getVmId() == null
                                    && host.get().equals(crash.began().getHostId()))
                    .reduce((_, newer) -> newer)
                    .orElseThrow(() -> new Failed("no crash has the id " + named
                            + ", nor was one seen of a host or VM called so; see: godwit" + " recovery list"));
        }

        private static List<Map<String, Object>> phases(Recovery recovery, StateRows rows) {
            return recovery.phases().stream()
                    .map(phase -> {
                        Map<String, Object> row = new LinkedHashMap<>();
                        row.put("phase", CommonOptions.lower(phase.kind()).replace('-', ' '));
                        row.put("vm", phase.vmId().isEmpty() ? null : rows.vmName(phase.vmId()));
                        row.put("host", rows.hostName(phase.hostId()));
                        row.put("at", rows.time(phase.at()));
                        row.put("after", StateRows.seconds(Duration.between(recovery.from(), phase.at())));
                        row.put("took", phase.took().map(StateRows::seconds).orElse(null));
                        row.put("detail", phase.detail().isEmpty() ? null : phase.detail());
                        row.put("vmId", phase.vmId());
                        row.put("hostId", phase.hostId());
                        row.put(
                                "afterMillis",
                                Duration.between(recovery.from(), phase.at()).toMillis());
                        row.put(
                                "tookMillis",
                                phase.took().map(Duration::toMillis).orElse(null));
                        return row;
                    })
                    .toList();
        }

        /** Sums, as lines of the same table. */
        private static List<Map<String, Object>> totals(Recovery recovery) {
            List<Map<String, Object>> lines = new ArrayList<>();
            lines.add(total(
                    "total started",
                    recovery.untilLast(Recovery.Kind.STARTED),
                    recovery.longest(Recovery.Kind.STARTED),
                    recovery.started().size() + " of " + recovery.commanded().size() + " VMs, took: the longest"));
            lines.add(total(
                    "total running",
                    recovery.untilLast(Recovery.Kind.SEEN_RUNNING),
                    recovery.longest(Recovery.Kind.SEEN_RUNNING),
                    recovery.seenRunning().size() + " of "
                            + recovery.commanded().size() + " VMs, took: the longest"));
            return lines;
        }

        private static Map<String, Object> total(
                String what, Optional<Duration> after, Optional<Duration> took, String detail) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("phase", what);
            row.put("after", after.map(StateRows::seconds).orElse(null));
            row.put("took", took.map(StateRows::seconds).orElse(null));
            row.put("detail", detail);
            return row;
        }

        private static Map<String, Object> whole(Recovery recovery, StateRows rows) {
            Map<String, Object> whole = new LinkedHashMap<>(ListRecoveries.row(recovery, rows));
            whole.put("phases", phases(recovery, rows));
            whole.put("detectedMillis", millis(recovery.longest(Recovery.Kind.DETECTED)));
            whole.put("fencedMillis", millis(recovery.longest(Recovery.Kind.FENCED)));
            whole.put("startedMillis", millis(recovery.untilLast(Recovery.Kind.STARTED)));
            whole.put("seenRunningMillis", millis(recovery.untilLast(Recovery.Kind.SEEN_RUNNING)));
            return whole;
        }

        private static Long millis(Optional<Duration> duration) {
            return duration.map(Duration::toMillis).orElse(null);
        }
    }

    /** Until all that was started ran, so far as samples show it. */
    private static Optional<Duration> total(Recovery recovery) {
        return recovery.untilLast(Recovery.Kind.SEEN_RUNNING).or(() -> recovery.untilLast(Recovery.Kind.STARTED));
    }
}
