package io.godwit.ops.cli;

import io.godwit.ceprules.backtest.Backtest;
import io.godwit.ceprules.backtest.Change;
import io.godwit.ceprules.backtest.Drawn;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ops.backtest.Answers;
import io.godwit.ops.backtest.BacktestCharts;
import io.godwit.ops.backtest.Cost;
import io.godwit.ops.backtest.Followed;
import io.godwit.ops.backtest.StepChange;
import io.godwit.ops.backtest.TopHost;
import io.godwit.ops.backtest.Tried;
import io.godwit.ops.report.Facts;
import io.godwit.ops.report.ReportPage;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a backtest tells, as rows and figures. */
record BacktestRows(
        String rule,
        Optional<RuleVersion> other,
        Instant start,
        Instant end,
        Tried tried,
        Optional<Followed> followed,
        StateRows names) {
    private static final List<String> DETECTION_FIGURES = List.of("detections", "added", "removed", "moved", "same");

    /** Figures that are known only where it is told what would have followed. */
    static final List<String> MOVE_FIGURES =
            List.of("migrations", "moreMigrations", "proposed", "shown", "refused", "refusedByBudget");

    static final List<String> FIGURES =
            Stream.concat(DETECTION_FIGURES.stream(), MOVE_FIGURES.stream()).toList();

    private static final int TOP_HOSTS = 10;
    private static final int PAGE_ROWS = 500;
    private static final List<String> HOST_COLUMNS = List.of("host", "detections", "added", "removed", "before");
    private static final List<String> COST_COLUMNS =
            List.of("version", "observations", "nanosPerObservation", "corePercent", "rows", "cpuSeconds");
    private static final List<String> CHANGE_COLUMNS =
            List.of("change", "host", "vm", "since", "until", "sinceBefore", "untilBefore");
    private static final List<String> MOVE_COLUMNS =
            List.of("change", "at", "atBefore", "stands", "what", "vm", "from", "to", "because");
    private static final List<String> REFUSAL_COLUMNS = List.of("version", "host", "last", "tries", "refused");

    Map<String, Long> figures() {
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put("detections", tried.detections());
        for (Change.Kind kind : Change.Kind.values()) {
            figures.put(CommonOptions.lower(kind), tried.count(kind));
        }
        followed.ifPresent(moves -> {
            Answers answers = moves.tried();
            figures.put("migrations", answers.migrations());
            figures.put("moreMigrations", Math.max(0, moves.moreMigrations()));
            figures.put("proposed", answers.count(Answers.Stand.PROPOSED));
            figures.put("shown", answers.count(Answers.Stand.SHOWN));
            figures.put("refused", (long) answers.refused().size());
            figures.put(
                    "refusedByBudget",
                    answers.refused().stream().filter(Answers.Refusal::byBudget).count());
        });
        return figures;
    }

    /** @param all whether what is the same in both is listed, too */
    void print(CommonOptions common, boolean all) {
        Printer printer = common.printer();
        if (common.format != Printer.Format.TABLE) {
            Map<String, Object> whole = head();
            whole.put("topHosts", topHosts());
            whole.put("cost", cost());
            whole.put("changes", changes(all));
            followed.ifPresent(moves -> {
                whole.put("movesFrom", moves.from().map(names::time).orElse(null));
                whole.put("movesTo", names.time(moves.to()));
                whole.put("moves", moves(all));
                whole.put("refusals", refusals());
            });
            printer.whole(whole);
            return;
        }
        printer.one(head());
        table(printer, HOST_COLUMNS, topHosts());
        table(printer, COST_COLUMNS, cost());
        table(printer, CHANGE_COLUMNS, changes(all));
        if (followed.isPresent()) {
            table(printer, MOVE_COLUMNS, moves(all));
            table(printer, REFUSAL_COLUMNS, refusals());
            System.err.println(modelled());
        }
    }

    /**
     * Writes the page.
     *
     * @param text of the rule that was tried
     * @return where it stands
     */
    Path report(String text, Path folder) {
        Facts facts = new Facts()
                .values("Figures", head())
                .rows("Hosts with the most detections", HOST_COLUMNS, topHosts())
                .rows("What the rule took", COST_COLUMNS, cost());
        rows(facts, "Detections that differ", CHANGE_COLUMNS, changes(false));
        rows(facts, "What would have been done otherwise", MOVE_COLUMNS, moves(false));
        rows(facts, "Detections that found no plan", REFUSAL_COLUMNS, refusals());
        facts.text("The rule" + other.map(version -> ", against " + version).orElse(""), texts(text));
        String page = ReportPage.of(
                "Backtest of " + rule + ", " + names.time(start) + " to " + names.time(end),
                followed.map(_ -> modelled()).orElse(""),
                BacktestCharts.of(
                        tried, other.map(RuleVersion::toString), followed, start, end, names.zone(), names::hostName),
                facts);
        try {
            Files.createDirectories(folder);
            return Files.writeString(folder.resolve("index.html"), page);
        } catch (IOException failed) {
            throw new Failed("cannot write the report to " + folder + ": " + failed.getMessage(), failed);
        }
    }

    private String texts(String text) {
        return other.map(version -> RuleVersions.difference(version.toString(), version.text(), "the file", text))
                .filter(difference -> !difference.isEmpty())
                .map(difference -> String.join("\n", difference))
                .orElse(text);
    }

    /** As many of the rows as a page can bear, and what they are called then. */
    private static void rows(Facts facts, String caption, List<String> columns, List<Map<String, Object>> rows) {
        boolean some = rows.size() > PAGE_ROWS;
        Facts _ = facts.rows(
                some ? caption + ", the first " + PAGE_ROWS + " of " + rows.size() : caption,
                columns,
                some ? rows.subList(0, PAGE_ROWS) : rows);
    }

    private static void table(Printer printer, List<String> columns, List<Map<String, Object>> rows) {
        if (!rows.isEmpty()) {
            System.out.println();
            printer.list(columns, rows);
        }
    }

    /** What stands before all tables. */
    Map<String, Object> head() {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("rule", rule);
        head.put("against", against());
        head.put("from", names.time(start));
        head.put("to", names.time(end));
        head.put("observations", tried.observations());
        head.putAll(figures());
        followed.ifPresent(moves -> {
            head.put("migrationsBefore", moves.before().migrations());
            head.put("migrationsRecorded", moves.recorded());
        });
        head.put(
                "quarantined",
                tried.results().stream()
                        .mapToLong(one -> one.quarantined().size())
                        .sum());
        head.put("seconds", rounded(tried.seconds(), 3));
        return head;
    }

    String against() {
        return other.map(RuleVersion::toString).orElse("nothing, as no version of it is live");
    }

    /** What of the migrations is a model's word. */
    String modelled() {
        return followed.flatMap(Followed::from)
                .map(from -> "Migrations are modelled from " + names.time(from) + " on: schedulers forked from their"
                        + " recorded state decide by the recorded samples; commands succeed after their estimates, VMs"
                        + " ask wherever they are for what they asked for, and other rules detect what they detected.")
                .orElse("No migration is modelled, as neither version detects anything.");
    }

    List<Map<String, Object>> topHosts() {
        return TopHost.of(tried.changes(), TOP_HOSTS).stream()
                .map(host -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("host", names.hostName(host.hostId()));
                    row.put("detections", host.detections());
                    row.put("added", host.added());
                    row.put("removed", host.removed());
                    row.put("before", host.before());
                    row.put("hostId", host.hostId());
                    return row;
                })
                .toList();
    }

    List<Map<String, Object>> cost() {
        List<Map<String, Object>> rows = new ArrayList<>();
        rows.add(row("the file", tried.cost()));
        tried.costBefore()
                .ifPresent(cost -> rows.add(row(other.map(RuleVersion::toString).orElseThrow(), cost)));
        return rows;
    }

    private static Map<String, Object> row(String version, Cost cost) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("version", version);
        row.put("observations", cost.observations());
        row.put("nanosPerObservation", Math.round(cost.nanosPerObservation()));
        row.put("corePercent", rounded(cost.corePercent(), 4));
        row.put("rows", cost.rows());
        row.put("cpuSeconds", rounded(cost.cpuNanos() / 1e9, 3));
        return row;
    }

    private static BigDecimal rounded(double value, int digits) {
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
    }

    List<Map<String, Object>> changes(boolean all) {
        return tried.changes().stream()
                .filter(change -> all || change.kind() != Change.Kind.SAME)
                .map(this::row)
                .toList();
    }

    private Map<String, Object> row(Change change) {
        Map<String, Object> row = new LinkedHashMap<>();
        Drawn any = change.any();
        row.put("change", CommonOptions.lower(change.kind()));
        row.put("host", names.hostName(any.hostId()));
        row.put("vm", any.vmId().isEmpty() ? null : names.vmName(any.vmId()));
        row.put("since", time(change.drawn(), drawn -> Optional.of(drawn.since())));
        row.put("until", time(change.drawn(), Drawn::until));
        row.put("sinceBefore", time(change.before(), drawn -> Optional.of(drawn.since())));
        row.put("untilBefore", time(change.before(), Drawn::until));
        row.put("segment", any.segment());
        row.put("offset", any.offset());
        return row;
    }

    private Object time(Optional<Drawn> drawn, Function<Drawn, Optional<Instant>> which) {
        return drawn.flatMap(which).map(names::time).orElse(null);
    }

    List<Map<String, Object>> moves(boolean all) {
        return followed.stream()
                .flatMap(moves -> StepChange.between(moves.tried(), moves.before()).stream())
                .filter(change -> all || change.kind() != Change.Kind.SAME)
                .map(this::row)
                .toList();
    }

    private Map<String, Object> row(StepChange change) {
        Answers.Step step = change.any();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("change", CommonOptions.lower(change.kind()));
        row.put("at", change.tried().map(one -> names.time(one.at())).orElse(null));
        row.put("atBefore", change.before().map(one -> names.time(one.at())).orElse(null));
        row.put("stands", CommonOptions.lower(step.stand()));
        row.put("what", DryRun.what(step.move()));
        row.put(
                "vm",
                step.move().getVmId().isEmpty()
                        ? null
                        : names.vmName(step.move().getVmId()));
        row.put("from", names.hostName(step.move().getSourceHostId()));
        row.put("to", names.hostName(step.move().getTargetHostId()));
        row.put("because", (step.ofRule() ? "this rule: " : "") + step.move().getWhy());
        row.put("detectionId", step.detectionId());
        row.put("vmId", step.move().getVmId());
        row.put("sourceHostId", step.move().getSourceHostId());
        row.put("targetHostId", step.move().getTargetHostId());
        row.put("estimatedMillis", step.move().getEstimatedMillis());
        return row;
    }

    List<Map<String, Object>> refusals() {
        List<Map<String, Object>> rows = new ArrayList<>();
        followed.ifPresent(moves -> {
            moves.tried().refused().forEach(refusal -> rows.add(row("the file", refusal)));
            moves.before().refused().forEach(refusal -> rows.add(row(against(), refusal)));
        });
        return rows;
    }

    private Map<String, Object> row(String version, Answers.Refusal refusal) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("version", version);
        row.put("host", names.hostName(refusal.hostId()));
        row.put("last", names.time(refusal.at()));
        row.put("tries", refusal.tries());
        row.put("byBudget", refusal.byBudget());
        row.put("refused", refusal.why());
        row.put("detectionId", refusal.detectionId());
        return row;
    }

    /** What the log lacks, or a rule may not do. */
    void tellGaps() {
        tried.results().forEach(result -> result.quarantined().forEach(System.err::println));
        List<Integer> incomplete = tried.results().stream()
                .filter(result -> !result.lookBackWhole())
                .map(Backtest.Result::segment)
                .toList();
        if (!incomplete.isEmpty()) {
            System.err.println("of segments " + incomplete
                    + " observations from before are not kept any more, so that windows were not full at the start");
        }
        long unreadable =
                tried.results().stream().mapToLong(Backtest.Result::unreadable).sum();
        if (unreadable > 0) {
            System.err.println(unreadable + " observations are damaged and were passed over");
        }
    }
}
