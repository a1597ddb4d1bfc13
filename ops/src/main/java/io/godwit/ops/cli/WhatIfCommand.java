package io.godwit.ops.cli;

import io.godwit.ceprules.child.OperatorsGone;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ops.whatif.Change;
import io.godwit.ops.whatif.WhatIf;
import io.godwit.schemas.log.Log;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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

    @Mixin
    ChangesOption changes = new ChangesOption();

    @Mixin
    Expectations expectations = new Expectations();

    @Override
    public Integer call() {
        expectations.check(FIGURES);
        List<Change> made = changes.made();
        try (Log log = common.log()) {
            Instant start = CommonOptions.moment(from).orElseThrow();
            Instant end = CommonOptions.moment(to).orElseGet(() -> common.present(log));
            if (!start.isBefore(end)) {
                throw new IllegalArgumentException("--from " + start + " is not before the end, " + end
                        + "; give an earlier --from, or a later --to");
            }
            RuleCompiler.keepIn(common.region().cep().ruleCache());
            WhatIf.Result result =
                    WhatIf.of(log, start, end, common.region().cep().operators(), made);
            print(result, start, end);
            return expectations.judge(figures(result));
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

    private void print(WhatIf.Result result, Instant start, Instant end) {
        if (common.format == Printer.Format.TABLE) {
            common.printer().list(List.of("figure", "recorded", "baseline", "alternative"), rows(result));
        } else {
            Map<String, Object> whole = new LinkedHashMap<>();
            whole.put("from", start.toString());
            whole.put("to", end.toString());
            whole.put("set", changes.texts);
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
        return result.figures().stream()
                .map(figure -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("figure", figure.name());
                    row.put("recorded", figure.recorded());
                    row.put("baseline", figure.baseline());
                    row.put("alternative", figure.alternative());
                    return row;
                })
                .toList();
    }
}
