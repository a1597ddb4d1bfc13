package io.godwit.ops.backtest;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.backtest.Backtest;
import io.godwit.ceprules.backtest.Change;
import io.godwit.ceprules.child.OperatorsGone;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.rules.ChildPerThread;
import io.godwit.schemas.log.Log;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What a rule detects in a stretch of the past, beside another version of it.
 *
 * @param results by segment
 * @param changes between the detections of both, in order of time
 * @param costBefore empty: there is no other version
 * @param seconds that it took
 */
public record Tried(
        List<Backtest.Result> results, List<Change> changes, Cost cost, Optional<Cost> costBefore, double seconds) {
    /**
     * A stretch of the past.
     *
     * @param logs each reader of its own; closed by whoever asked for it
     */
    public record Past(Supplier<Log> logs, int segments, Instant from, Instant to) {}

    /**
     * Several segments at a time, each with a reader of its own: what one draws depends on no other.
     *
     * @throws Failed where rules cannot be run
     */
    public static Tried of(Past past, CompiledRule rule, Optional<CompiledRule> other, CepConfig config) {
        long began = System.nanoTime();
        int threads = Math.min(past.segments(), Runtime.getRuntime().availableProcessors());
        try (ChildPerThread children = new ChildPerThread(() -> new OperatorsProcess(config.operators(), () -> {}));
                ExecutorService workers = Executors.newFixedThreadPool(
                        threads,
                        Thread.ofPlatform().daemon().name("backtest-", 0).factory())) {
            List<Future<Backtest.Result>> running = IntStream.range(0, past.segments())
                    .mapToObj(segment -> workers.submit(() -> {
                        try (Log log = past.logs().get()) {
                            return Backtest.run(log, segment, rule, other, past.from(), past.to(), children.mine());
                        }
                    }))
                    .toList();
            List<Backtest.Result> results = new ArrayList<>();
            for (Future<Backtest.Result> one : running) {
                results.add(one.get());
            }
            return of(results, children, rule, other, (System.nanoTime() - began) / 1e9);
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

    private static Tried of(
            List<Backtest.Result> results,
            ChildPerThread children,
            CompiledRule rule,
            Optional<CompiledRule> other,
            double seconds) {
        List<Change> changes = Change.between(
                results.stream().flatMap(one -> one.drawn().stream()).toList(),
                results.stream().flatMap(one -> one.before().stream()).toList());
        long observations =
                results.stream().mapToLong(Backtest.Result::observations).sum();
        Duration lasted = results.stream()
                .map(Backtest.Result::lasted)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        return new Tried(
                results,
                changes,
                Cost.of(children.use(new RuleId(Backtest.TRIED, rule.rule().version())), observations, lasted),
                other.map(version -> Cost.of(
                        children.use(new RuleId(Backtest.BEFORE, version.rule().version())), observations, lasted)),
                seconds);
    }

    public long observations() {
        return cost.observations();
    }

    /** Changes of one kind. */
    public long count(Change.Kind kind) {
        return changes.stream().filter(change -> change.kind() == kind).count();
    }

    /** Detections of the rule that was tried. */
    public long detections() {
        return changes.stream().filter(change -> change.drawn().isPresent()).count();
    }
}
