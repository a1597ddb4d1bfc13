package io.godwit.ops.cli;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.CepService;
import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.child.OperatorsGone;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.kafka.LogUnreachable;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code godwit replay}: detection and scheduling once more, from the log; nothing can be published from here. */
@Command(name = "replay", description = "Runs detection and scheduling again from the log, and compares byte for byte.")
public final class Replay implements Callable<Integer> {
    /** What came of one segment. */
    private record Segment(int number, DetectionReplay.Result detected, DecisionReplay.Result decided) {}

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--from",
            required = true,
            paramLabel = "TIME",
            description = "RFC 3339, local time, or how long ago as in -10m.")
    String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Until then (default: now).")
    String to;

    @Option(names = "--verify", description = "Ends with exit code 3 where anything differs.")
    boolean verify;

    @Override
    public Integer call() {
        Instant start = CommonOptions.moment(from).orElseThrow();
        Optional<Instant> end = CommonOptions.moment(to);
        CepConfig config = common.region().cep();
        RuleCompiler.keepIn(config.ruleCache());
        MessageDigest digest = sha256();
        long detections = 0;
        long decisions = 0;
        List<String> differences = new ArrayList<>();
        for (Segment segment : segments(start, end, config)) {
            detections += segment.detected().detections();
            decisions += segment.decided().decisions();
            digest.update((segment.detected().digest() + segment.decided().digest()).getBytes(StandardCharsets.UTF_8));
            tell(differences, segment.number(), segment.detected(), segment.decided());
        }
        if (differences.isEmpty()) {
            System.out.println("identical: %d detections, %d decisions, digest %s"
                    .formatted(
                            detections,
                            decisions,
                            HexFormat.of().formatHex(digest.digest()).substring(0, 16)));
            return ExitCode.OK;
        }
        differences.forEach(System.out::println);
        return verify ? ExitCode.DIFFERS : ExitCode.OK;
    }

    /** All segments, several at a time: what one says depends on no other. */
    private List<Segment> segments(Instant start, Optional<Instant> end, CepConfig config) {
        int threads = Runtime.getRuntime().availableProcessors();
        AtomicInteger done = new AtomicInteger();
        try (Log behind = common.log();
                ChildPerThread children =
                        new ChildPerThread(() -> OperatorsProcess.ofThePast(config.operators(), config.ruleCache()));
                ExecutorService workers = Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("replay-", 0).factory())) {
            // before what is held, so that it is held whole
            Map<Integer, Long> taken = common.ofFolder() ? Map.of() : CepService.committed(common.kafka());
            ReplayedLog log = new ReplayedLog(behind, start, end);
            RuleBook rules = RuleLog.read(log.log());
            String code = DecidingCode.digest();
            List<Future<Segment>> running = IntStream.range(0, behind.segments())
                    .mapToObj(number -> workers.submit(() -> {
                        Segment segment = segment(log, rules, code, number, start, end, taken, children.mine());
                        done.incrementAndGet();
                        return segment;
                    }))
                    .toList();
            try {
                List<Segment> segments = new ArrayList<>();
                for (Future<Segment> one : running) {
                    segments.add(one.get());
                }
                return segments;
            } finally {
                workers.shutdownNow();
            }
        } catch (LogUnreachable gone) {
            throw unreachable(gone, done.get());
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case LogUnreachable gone -> throw unreachable(gone, done.get());
                case OperatorsGone gone -> throw new Failed(gone.getMessage(), gone);
                case RuntimeException known -> throw known;
                default -> throw new IllegalStateException(failed.getCause());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }

    private static Failed unreachable(LogUnreachable gone, int done) {
        return new Failed("the replay ended with " + done + " segments done: " + gone.getMessage(), gone);
    }

    private static Segment segment(
            ReplayedLog held,
            RuleBook rules,
            String code,
            int number,
            Instant start,
            Optional<Instant> end,
            Map<Integer, Long> taken,
            OperatorRules.Source operators) {
        Log log = held.log();
        held.hold(number);
        // a copy of another site's log lacks the offsets of cep there; what it said last tells how far it was at least
        long takenTo = taken.isEmpty() ? DetectionReplay.saidUpTo(log, number) : taken.getOrDefault(number, 0L);
        DetectionReplay.Result detected = DetectionReplay.run(
                log,
                rules,
                number,
                log.offsetAt(Topic.OBSERVATIONS, number, start),
                end.map(to -> Math.min(takenTo, log.offsetAt(Topic.OBSERVATIONS, number, to)))
                        .orElse(takenTo),
                operators);
        DecisionReplay.Result decided = DecisionReplay.run(log, number, start, end.orElse(Instant.now()), code);
        held.release(number);
        return new Segment(number, detected, decided);
    }

    private static void tell(
            List<String> differences, int segment, DetectionReplay.Result detected, DecisionReplay.Result decided) {
        detected.refused().forEach(refused -> System.err.println("segment " + segment + ": " + refused));
        if (!detected.lookBackWhole()) {
            System.err.println("segment " + segment
                    + ": the log no longer reaches back far enough for the rules; start later, or keep more"
                    + " with --retain");
        } else {
            detected.difference()
                    .ifPresent(first ->
                            differences.add("segment %d, detection %d differs\n  recorded: %s\n  replayed: %s"
                                    .formatted(
                                            segment,
                                            first.index(),
                                            first.recorded()
                                                    .map(said -> said.event().toString())
                                                    .orElse("nothing"),
                                            first.replayed()
                                                    .map(said -> said.event().toString())
                                                    .orElse("nothing"))));
        }
        decided.missing().ifPresent(missing -> System.err.println("segment " + segment + ": " + missing));
        decided.difference()
                .ifPresent(first -> differences.add("segment %d, decision %d differs%s\n  recorded: %s\n  replayed: %s"
                        .formatted(
                                segment,
                                first.decision().getSequence(),
                                decided.otherCode() ? " (other code recorded it)" : "",
                                first.recorded(),
                                first.replayed())));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
