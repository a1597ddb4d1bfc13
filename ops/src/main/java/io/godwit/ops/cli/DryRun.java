package io.godwit.ops.cli;

import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.replay.Fork;
import io.godwit.schedulers.replay.Rehearsed;
import io.godwit.schedulers.replay.Unforkable;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.RequestWithdrawn;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import io.godwit.schemas.units.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/**
 * {@code --dry-run}: says a word to a fork of the site's schedulers and shows what they would command. It is given a log to read
 * and nothing to write with.
 */
final class DryRun {
    /** Virtual time that a request is given where nobody names another. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** Request ids of forks, which no log ever holds. */
    static final String REQUEST = "q-dry-run";

    @Option(
            names = "--dry-run",
            description = "Asks for nothing: tries it on a fork of the schedulers at the log's end, and shows what they"
                    + " would command.")
    boolean wanted;

    /**
     * Shows what would come of a word.
     *
     * @param limit most virtual time that is waited for an answer, as an option gives it; null: 10 minutes
     * @param word what is said, by the state of the region; it throws where the verb would
     * @throws Refused as the verb with --wait would
     * @throws Failed as the verb with --wait would, or where the log cannot be forked
     */
    void show(CommonOptions common, String limit, Function<RegionState, Fork.Word> word) {
        try (Log log = common.homeLog()) {
            RegionState state = StateRebuild.of(log, Optional.empty(), Instant.now());
            Fork.Word said = word.apply(state);
            Rehearsed rehearsed =
                    Fork.of(log, DecidingCode.digest()).rehearse(said, limit == null ? LIMIT : Durations.parse(limit));
            new Telling(rehearsed, said, new StateRows(state, ZoneId.systemDefault())).tell(common);
            conclude(rehearsed, said);
        } catch (Unforkable why) {
            throw new Failed("no dry run: " + why.getMessage(), why);
        }
    }

    /** What a step of a plan does, as in "migrate (pre-copy)". */
    static String what(PlannedMove move) {
        boolean moves = move.getAction() == ActionKind.UNKNOWN || move.getAction() == ActionKind.MIGRATE;
        if (!moves) {
            return CommonOptions.lower(move.getAction());
        }
        if (move.getResumes()) {
            return "resume";
        }
        String mode = move.getMode() == MigrationMode.UNKNOWN
                ? ""
                : " (" + move.getMode().name().toLowerCase(Locale.ROOT).replace('_', '-') + ")";
        return "migrate" + mode + (move.getStaysPaused() ? ", paused" : "");
    }

    private static void conclude(Rehearsed rehearsed, Fork.Word said) {
        if (said.requestId().isEmpty()) {
            System.err.println("nothing was asked, as this is a dry run");
            return;
        }
        if (rehearsed.answer().isEmpty()) {
            throw new Failed("no answer within " + StateRows.seconds(rehearsed.lasted()) + " of the log's time"
                    + rehearsed.waits().map(": "::concat).orElse("")
                    + "; nothing was asked, as this is a dry run");
        }
        Rehearsed.Answer answer = rehearsed.answer().get();
        String says = "%s after about %s: %s; nothing was asked, as this is a dry run"
                .formatted(answer.answer(), StateRows.seconds(answer.after()), answer.reason());
        if (said.event() instanceof RequestWithdrawn && !answer.answer().equals("withdrawn")) {
            throw new Refused("it is being carried out and goes on to its end: " + says);
        }
        switch (answer.answer()) {
            case "done", "withdrawn" -> System.err.println(says);
            case "refused" -> throw new Refused(says);
            default -> throw new Failed(says);
        }
    }

    /** A rehearsal as people read it. */
    private record Telling(Rehearsed rehearsed, Fork.Word said, StateRows rows) {
        private static final List<String> COLUMNS = List.of("after", "what", "vm", "from", "to", "takes", "because");

        void tell(CommonOptions common) {
            System.err.println("dry run: what site schedulers would do by their log up to "
                    + rows.time(rehearsed.from()) + ", if hosts and VMs went on as last sampled and every command"
                    + " succeeded; by later samples they may decide otherwise");
            if (common.format != Printer.Format.TABLE) {
                common.printer().one(whole());
                return;
            }
            if (!rehearsed.steps().isEmpty()) {
                common.printer().list(COLUMNS, rows(rehearsed.steps()));
            }
            rehearsed.underWay().forEach(step -> System.err.println("under way already: " + words(step)));
            rehearsed.ahead().forEach(move -> System.err.println("later: " + words(move)));
            about("in any case", rehearsed.anyway());
            about("only without it", rehearsed.omitted());
            if (rehearsed.steps().isEmpty()) {
                System.err.println(
                        "nothing would be commanded because of it within " + StateRows.seconds(rehearsed.lasted()));
            }
            stays().forEach(vm -> System.err.println("stays: " + vm));
        }

        private void about(String when, List<Rehearsed.Step> steps) {
            steps.forEach(step ->
                    System.err.println(when + ": after " + StateRows.seconds(step.after()) + " " + words(step)));
        }

        private String words(Rehearsed.Step step) {
            return words(step.move()) + ", for " + step.detectionId();
        }

        private String words(PlannedMove move) {
            String vm = move.getVmId().isEmpty() ? "" : " " + rows.vmName(move.getVmId());
            boolean elsewhere = !move.getSourceHostId().equals(move.getTargetHostId());
            return what(move)
                    + vm
                    + (elsewhere ? " from " + rows.hostName(move.getSourceHostId()) + " to " : " on ")
                    + rows.hostName(move.getTargetHostId());
        }

        private Map<String, Object> whole() {
            Map<String, Object> whole = new LinkedHashMap<>();
            whole.put("logEnd", rows.time(rehearsed.from()));
            whole.put("answer", rehearsed.answer().map(Rehearsed.Answer::answer).orElse(null));
            whole.put(
                    "reason",
                    rehearsed
                            .answer()
                            .map(Rehearsed.Answer::reason)
                            .orElse(rehearsed.waits().orElse(null)));
            whole.put("lastedMillis", rehearsed.lasted().toMillis());
            whole.put("steps", rows(rehearsed.steps()));
            whole.put("ahead", rehearsed.ahead().stream().map(this::words).toList());
            whole.put("underWay", rows(rehearsed.underWay()));
            whole.put("anyway", rows(rehearsed.anyway()));
            whole.put("omitted", rows(rehearsed.omitted()));
            whole.put("stays", stays());
            return whole;
        }

        private List<Map<String, Object>> rows(List<Rehearsed.Step> steps) {
            List<Map<String, Object>> all = new ArrayList<>();
            for (Rehearsed.Step step : steps) {
                PlannedMove move = step.move();
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("after", StateRows.seconds(step.after()));
                row.put("what", what(move));
                row.put("vm", move.getVmId().isEmpty() ? null : rows.vmName(move.getVmId()));
                row.put("from", rows.hostName(move.getSourceHostId()));
                row.put("to", rows.hostName(move.getTargetHostId()));
                row.put("takes", "about " + StateRows.seconds(Duration.ofMillis(move.getEstimatedMillis())));
                row.put("because", move.getWhy());
                row.put("afterMillis", step.after().toMillis());
                row.put("estimatedMillis", move.getEstimatedMillis());
                row.put("vmId", move.getVmId());
                row.put("sourceHostId", move.getSourceHostId());
                row.put("targetHostId", move.getTargetHostId());
                row.put("detectionId", step.detectionId());
                all.add(row);
            }
            return all;
        }

        /** VMs that a drain leaves on its host: by their states, or by the planner's last word. */
        private List<String> stays() {
            if (!(said.event() instanceof DrainAsked)) {
                return List.of();
            }
            String full = rehearsed.waits().orElse("did not leave within " + StateRows.seconds(rehearsed.lasted()));
            Set<String> moving = Stream.concat(
                            rehearsed.ahead().stream(),
                            rehearsed.steps().stream().map(Rehearsed.Step::move))
                    .map(PlannedMove::getVmId)
                    .collect(Collectors.toSet());
            return rehearsed.left().stream()
                    .filter(vm -> !moving.contains(vm.getVmId()))
                    .map(vm -> rows.vmName(vm.getVmId()) + " "
                            + HostDrain.hindrance(vm.getState()).orElse(full))
                    .toList();
        }
    }
}
