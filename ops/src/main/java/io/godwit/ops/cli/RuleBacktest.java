package io.godwit.ops.cli;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ops.backtest.Followed;
import io.godwit.ops.backtest.Tried;
import io.godwit.ops.incident.Manifest;
import io.godwit.schedulers.replay.Unforkable;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Rules;
import io.godwit.schemas.state.StateRebuild;
import io.godwit.schemas.units.Durations;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit rule backtest}: what a rule would have detected and led to; nothing can be published from here. */
@Command(
        name = "backtest",
        description = "What a rule would have detected in the recorded past, and led to, against the version of it that"
                + " is live.")
final class RuleBacktest implements Callable<Integer> {
    private static final String SINCE = "7d";

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "FILE.epl")
    Path file;

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            description =
                    "How far back from the end (default: 7d, or an incident's period; what is not kept any more is"
                            + " passed over).")
    String since;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            description = "The end: RFC 3339, local time, or how long ago (default: now).")
    String to;

    @Option(names = "--against", paramLabel = "V", description = "Version to compare with (default: the live one).")
    Integer against;

    @Option(
            names = "--moves",
            description = "Tells as well what schedulers would have commanded, proposed or shown, by forks of their"
                    + " recorded state.")
    boolean moves;

    @Mixin
    Expectations expectations = new Expectations();

    @Option(names = "--all", description = "Lists what is the same in both, too.")
    boolean all;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "Writes a page with charts into this folder as well: index.html, which needs no network.")
    Path report;

    @Override
    public Integer call() {
        expectations.check(BacktestRows.FIGURES);
        CepConfig config = common.region().cep();
        RuleCompiler.keepIn(config.ruleCache());
        String text = RuleText.read(file);
        RuleCheck.Admitted rule = RuleText.admitted(file, text);
        try (Log log = common.log()) {
            Optional<Manifest> incident = common.incident();
            Instant end = CommonOptions.moment(to)
                    .or(() -> incident.map(Manifest::to))
                    .orElseGet(() -> common.present(log));
            Instant start = since == null && incident.isPresent()
                    ? incident.get().from()
                    : end.minus(Durations.parse(since == null ? SINCE : since));
            Optional<RuleVersion> other = other(log, rule.name());
            Tried tried = Tried.of(
                    new Tried.Past(common::log, log.segments(), start, end),
                    rule.compiled(),
                    other.map(RuleCompiler::compile),
                    config);
            Optional<Followed> followed = followed(log, rule.name(), tried, start, end);
            StateRows names = new StateRows(StateRebuild.of(log, Optional.of(end), end), ZoneId.systemDefault());
            BacktestRows rows = new BacktestRows(rule.name(), other, start, end, tried, followed, names);
            rows.print(common, all);
            rows.tellGaps();
            if (report != null) {
                System.err.println(rows.report(text, report));
            }
            return expectations.judge(rows.figures());
        }
    }

    private Optional<RuleVersion> other(Log log, String name) {
        RuleVersions versions = RuleVersions.of(log, name);
        if (against != null) {
            return Optional.of(RuleVersion.of(versions.version(against).deployed()));
        }
        return versions.newestLive().map(Rules.Version::deployed).map(RuleVersion::of);
    }

    private Optional<Followed> followed(Log log, String rule, Tried tried, Instant start, Instant end) {
        if (!moves && !expectations.on(BacktestRows.MOVE_FIGURES)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Followed.of(log, rule, tried.results(), start, end));
        } catch (Unforkable why) {
            throw new Failed(
                    "what would have followed cannot be told: " + why.getMessage()
                            + "; drop --moves to see the detections",
                    why);
        }
    }
}
