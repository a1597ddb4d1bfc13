package io.godwit.ops.cli;

import io.godwit.ceprules.child.OperatorsGone;
import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ops.simulate.Change;
import io.godwit.ops.simulate.WhatIf;
import io.godwit.schemas.log.Log;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code godwit whatif}: a stretch of the past again, with something changed; nothing of it can reach a region. */
@Command(
        name = "whatif",
        sortOptions = false,
        description = "Models a stretch of the recorded past with something changed, beside the same without the change"
                + " and beside what was recorded. Reads alone.")
public final class WhatIfCommand implements Callable<Integer> {
    private static final List<String> FIGURES = List.of(
            "violationSeconds",
            "migrations",
            "restarts",
            "wattHours",
            "modelledPercent",
            "moreViolationSeconds",
            "moreMigrations");

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--from",
            required = true,
            paramLabel = "TIME",
            description = "The start: RFC 3339, local time, or how long ago as in -1h.")
    String from;

    @Option(names = "--to", paramLabel = "TIME", description = "The end (default: now, or the end of a record).")
    String to;

    @Option(
            names = "--set",
            paramLabel = "CHANGE",
            description = "rule:NAME=FILE, constraint:FILE, policy=POLICY, or budget=OF:MOVES with OF one of vm, host,"
                    + " rack, site, headroom (moves per hour, 0: no bound). May be given more than once.")
    List<String> changes = List.of();

    @Option(
            names = "--expect",
            paramLabel = "BOUND",
            converter = Expectation.Reader.class,
            description = "A bound on violationSeconds, migrations, restarts, wattHours or modelledPercent of the"
                    + " alternative, or on moreViolationSeconds or moreMigrations than without the change, as in"
                    + " migrations<=5; exit code 3 where it is not kept. May be given more than once.")
    List<Expectation> expectations = List.of();

    @Override
    public Integer call() {
        expectations.forEach(expectation -> expectation.check(FIGURES)); // before what may take minutes
        List<Change> made = changes.stream().map(WhatIfCommand::change).toList();
        try (Log log = common.log()) {
            Instant start = CommonOptions.moment(from).orElseThrow();
            Instant end = CommonOptions.moment(to).orElseGet(() -> common.present(log));
            if (!start.isBefore(end)) {
                throw new IllegalArgumentException("--from " + start + " is not before the end, " + end
                        + "; give an earlier --from, or a later --to");
            }
            RuleCompiler.keepIn(common.region().cep().ruleCache());
            WhatIf.Result result = WhatIf.of(
                    log,
                    start,
                    end,
                    common.region().executor(),
                    common.region().cep().operators(),
                    made);
            print(result, start, end);
            Map<String, Long> figures = figures(result);
            List<String> faults = expectations.stream()
                    .flatMap(expectation -> expectation.fault(figures).stream())
                    .toList();
            faults.forEach(System.err::println);
            return faults.isEmpty() ? ExitCode.OK : ExitCode.DIFFERS;
        } catch (OperatorsGone gone) {
            throw new Failed(gone.getMessage(), gone);
        }
    }

    /** Whole numbers, rounded up, so that a bound is never kept by rounding. */
    private static Map<String, Long> figures(WhatIf.Result result) {
        WhatIf.Timeline with = result.alternative();
        WhatIf.Timeline without = result.baseline();
        return Map.of(
                "violationSeconds", (long) Math.ceil(with.violationSeconds()),
                "migrations", with.migrations(),
                "restarts", with.restarts(),
                "wattHours", (long) Math.ceil(with.energyWattHours()),
                "modelledPercent", (long) Math.ceil(with.modelledPercent()),
                "moreViolationSeconds",
                        (long) Math.max(0, Math.ceil(with.violationSeconds() - without.violationSeconds())),
                "moreMigrations", Math.max(0, with.migrations() - without.migrations()));
    }

    private static Change change(String text) {
        int equals = text.indexOf('=');
        String key = equals < 0 ? text : text.substring(0, equals);
        String value = equals < 0 ? "" : text.substring(equals + 1);
        if (key.startsWith("rule:") && !value.isEmpty()) {
            return rule(key.substring("rule:".length()), Path.of(value));
        }
        if (text.startsWith("constraint:") && text.length() > "constraint:".length()) {
            Path file = Path.of(text.substring("constraint:".length()));
            return new Change.Constraints(file.getFileName().toString().replaceFirst("\\.[^.]*$", ""), file);
        }
        if (key.equals("policy") && !value.isEmpty()) {
            return new Change.ByPolicy(value);
        }
        if (key.equals("budget") && value.matches("[a-z]+:\\d{1,7}")) {
            String[] parts = value.split(":", -1);
            return new Change.Budget(parts[0], Integer.parseInt(parts[1]));
        }
        throw new IllegalArgumentException("--set is \"" + text + "\"; write rule:NAME=FILE, constraint:FILE,"
                + " policy=POLICY or budget=OF:MOVES, as in budget=vm:2");
    }

    private static Change rule(String name, Path file) {
        String text = RuleText.read(file);
        RuleCheck.Admitted rule = RuleText.admitted(file, text);
        if (!rule.name().equals(name)) {
            throw new IllegalArgumentException("--set rule:" + name + " names " + file + ", which holds the rule "
                    + rule.name() + "; write rule:" + rule.name() + "=" + file);
        }
        return new Change.Rule(name, text, Math.toIntExact(rule.lookBack().toSeconds()));
    }

    private void print(WhatIf.Result result, Instant start, Instant end) {
        if (common.format == Printer.Format.TABLE) {
            common.printer().list(List.of("figure", "recorded", "baseline", "alternative"), rows(result));
        } else {
            Map<String, Object> whole = new LinkedHashMap<>();
            whole.put("from", start.toString());
            whole.put("to", end.toString());
            whole.put("set", changes);
            whole.put("hosts", result.hosts());
            whole.put("vms", result.vms());
            whole.put("recorded", result.recorded());
            whole.put("baseline", result.baseline());
            whole.put("alternative", result.alternative());
            whole.put("notes", result.notes());
            common.printer().whole(whole);
        }
        result.notes().forEach(System.err::println);
    }

    private static List<Map<String, Object>> rows(WhatIf.Result result) {
        return List.of(
                row("violationSeconds", result, timeline -> tenths(timeline.violationSeconds())),
                row("violations", result, WhatIf.Timeline::violations),
                row("detections", result, WhatIf.Timeline::detections),
                row("migrations", result, WhatIf.Timeline::migrations),
                row("restarts", result, WhatIf.Timeline::restarts),
                row("energyWattHours", result, timeline -> tenths(timeline.energyWattHours())),
                row("modelledPercent", result, timeline -> tenths(timeline.modelledPercent())));
    }

    private static Map<String, Object> row(
            String figure, WhatIf.Result result, Function<WhatIf.Timeline, Object> value) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("figure", figure);
        row.put("recorded", value.apply(result.recorded()));
        row.put("baseline", value.apply(result.baseline()));
        row.put("alternative", value.apply(result.alternative()));
        return row;
    }

    private static String tenths(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
