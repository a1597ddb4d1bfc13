package io.godwit.ops.cli;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.backtest.Backtest;
import io.godwit.ceprules.backtest.Change;
import io.godwit.ceprules.backtest.Drawn;
import io.godwit.ceprules.child.OperatorsGone;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ops.incident.Manifest;
import io.godwit.ops.rules.ChildPerThread;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Rules;
import io.godwit.schemas.state.StateRebuild;
import io.godwit.schemas.units.Durations;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit rule backtest}: what a rule would have detected; nothing can be published from here. */
@Command(
        name = "backtest",
        description = "What a rule would have detected in the recorded past, against the version of it that is live.")
final class RuleBacktest implements Callable<Integer> {
    private static final String SINCE = "7d";
    private static final int TOP_HOSTS = 5;
    private static final String DETECTIONS = "detections";

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
            names = "--expect",
            paramLabel = "BOUND",
            converter = Expectation.Reader.class,
            description =
                    "A bound on detections, added, removed, moved or same, as in added<=5; exit code 3 where it is"
                            + " not kept. May be given more than once.")
    List<Expectation> expectations = List.of();

    @Option(names = "--all", description = "Lists detections that are the same in both, too.")
    boolean all;

    @Override
    public Integer call() {
        List<String> figuresTold = List.copyOf(figures(List.of()).keySet());
        expectations.forEach(expectation -> expectation.check(figuresTold)); // before what may take minutes
        CepConfig config = common.region().cep();
        RuleCompiler.keepIn(config.ruleCache());
        RuleCheck.Admitted rule = RuleText.admitted(file, RuleText.read(file));
        try (Log log = common.log()) {
            Optional<Manifest> incident = common.incident();
            Instant end = CommonOptions.moment(to)
                    .or(() -> incident.map(Manifest::to))
                    .orElseGet(() -> common.present(log));
            Instant start = since == null && incident.isPresent()
                    ? incident.get().from()
                    : end.minus(Durations.parse(since == null ? SINCE : since));
            Optional<RuleVersion> other = other(log, rule.name());
            long began = System.nanoTime();
            List<Backtest.Result> results =
                    segments(log.segments(), rule, other.map(RuleCompiler::compile), start, end, config);
            List<Change> changes = Change.between(
                    results.stream().flatMap(one -> one.drawn().stream()).toList(),
                    results.stream().flatMap(one -> one.before().stream()).toList());
            double seconds = (System.nanoTime() - began) / 1e9;
            Map<String, Long> figures = figures(changes);
            StateRows rows = new StateRows(StateRebuild.of(log, Optional.of(end), end), ZoneId.systemDefault());
            print(rule, other, results, changes, figures, rows, start, end, seconds);
            List<String> faults = expectations.stream()
                    .flatMap(expectation -> expectation.fault(figures).stream())
                    .toList();
            faults.forEach(System.err::println);
            return faults.isEmpty() ? ExitCode.OK : ExitCode.DIFFERS;
        }
    }

    private Optional<RuleVersion> other(Log log, String name) {
        RuleVersions versions = RuleVersions.of(log, name);
        if (against != null) {
            return Optional.of(RuleVersion.of(versions.version(against).deployed()));
        }
        return versions.newestLive().map(Rules.Version::deployed).map(RuleVersion::of);
    }

    /** Several segments at a time, each with a reader of its own: what one draws depends on no other. */
    private List<Backtest.Result> segments(
            int segments,
            RuleCheck.Admitted rule,
            Optional<CompiledRule> other,
            Instant start,
            Instant end,
            CepConfig config) {
        int threads = Math.min(segments, Runtime.getRuntime().availableProcessors());
        try (ChildPerThread children = new ChildPerThread(() -> new OperatorsProcess(config.operators(), () -> {}));
                ExecutorService workers = Executors.newFixedThreadPool(
                        threads,
                        Thread.ofPlatform().daemon().name("backtest-", 0).factory())) {
            List<Future<Backtest.Result>> running = IntStream.range(0, segments)
                    .mapToObj(segment -> workers.submit(() -> {
                        try (Log log = common.log()) {
                            return Backtest.run(log, segment, rule.compiled(), other, start, end, children.mine());
                        }
                    }))
                    .toList();
            List<Backtest.Result> results = new ArrayList<>();
            for (Future<Backtest.Result> one : running) {
                results.add(one.get());
            }
            return results;
        } catch (ExecutionException failed) {
            throw switch (failed.getCause()) {
                case OperatorsGone gone -> new Failed(gone.getMessage(), gone);
                case RuntimeException known -> known;
                default -> new IllegalStateException(failed.getCause());
            };
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }

    private static Map<String, Long> figures(List<Change> changes) {
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put(
                DETECTIONS,
                changes.stream().filter(change -> change.drawn().isPresent()).count());
        for (Change.Kind kind : Change.Kind.values()) {
            figures.put(
                    CommonOptions.lower(kind),
                    changes.stream().filter(change -> change.kind() == kind).count());
        }
        return figures;
    }

    private void print(
            RuleCheck.Admitted rule,
            Optional<RuleVersion> other,
            List<Backtest.Result> results,
            List<Change> changes,
            Map<String, Long> figures,
            StateRows rows,
            Instant start,
            Instant end,
            double seconds) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("rule", rule.name());
        whole.put("against", other.map(RuleVersion::toString).orElse("nothing, as no version of it is live"));
        whole.put("from", rows.time(start));
        whole.put("to", rows.time(end));
        whole.put(
                "observations",
                results.stream().mapToLong(Backtest.Result::observations).sum());
        whole.putAll(figures);
        whole.put(
                "quarantined",
                results.stream().mapToLong(one -> one.quarantined().size()).sum());
        whole.put("seconds", seconds);
        whole.put("topHosts", topHosts(changes, rows));
        List<Map<String, Object>> listed = changes.stream()
                .filter(change -> all || change.kind() != Change.Kind.SAME)
                .map(change -> row(change, rows))
                .toList();
        if (common.format == Printer.Format.TABLE) {
            common.printer().one(whole);
            if (!listed.isEmpty()) {
                System.out.println();
                common.printer()
                        .list(List.of("change", "host", "vm", "since", "until", "sinceBefore", "untilBefore"), listed);
            }
        } else {
            whole.put("changes", listed);
            common.printer().whole(whole);
        }
        tellGaps(results);
    }

    private static void tellGaps(List<Backtest.Result> results) {
        results.forEach(result -> result.quarantined().forEach(System.err::println));
        List<Integer> incomplete = results.stream()
                .filter(result -> !result.lookBackWhole())
                .map(Backtest.Result::segment)
                .toList();
        if (!incomplete.isEmpty()) {
            System.err.println("of segments " + incomplete
                    + " observations from before are not kept any more, so that windows were not full at the start");
        }
        long unreadable =
                results.stream().mapToLong(Backtest.Result::unreadable).sum();
        if (unreadable > 0) {
            System.err.println(unreadable + " observations are damaged and were passed over");
        }
    }

    private static List<String> topHosts(List<Change> changes, StateRows rows) {
        Map<String, Long> byHost = changes.stream()
                .flatMap(change -> change.drawn().stream())
                .collect(Collectors.groupingBy(drawn -> rows.hostName(drawn.hostId()), Collectors.counting()));
        return byHost.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(TOP_HOSTS)
                .map(host -> host.getKey() + " (" + host.getValue() + ")")
                .toList();
    }

    private static Map<String, Object> row(Change change, StateRows rows) {
        Map<String, Object> row = new LinkedHashMap<>();
        Drawn any = change.any();
        row.put("change", CommonOptions.lower(change.kind()));
        row.put("host", rows.hostName(any.hostId()));
        row.put("vm", any.vmId().isEmpty() ? null : rows.vmName(any.vmId()));
        row.put("since", time(change.drawn(), rows, drawn -> Optional.of(drawn.since())));
        row.put("until", time(change.drawn(), rows, Drawn::until));
        row.put("sinceBefore", time(change.before(), rows, drawn -> Optional.of(drawn.since())));
        row.put("untilBefore", time(change.before(), rows, Drawn::until));
        row.put("segment", any.segment());
        row.put("offset", any.offset());
        return row;
    }

    private static Object time(Optional<Drawn> drawn, StateRows rows, Function<Drawn, Optional<Instant>> which) {
        return drawn.flatMap(which).map(rows::time).orElse(null);
    }
}
