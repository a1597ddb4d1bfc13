package io.godwit.ops.incident;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.child.Admissions;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ops.rules.ChildPerThread;
import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.replay.DecisionReplay;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Detection and scheduling of all segments once more, compared with the record byte for byte. Cannot write anything. */
public final class RegionReplay {
    /**
     * What came of one segment.
     *
     * @param differences the first place where detections differ from the record, where a state does, and where decisions do, in
     *     words
     */
    public record Segment(
            int number, DetectionReplay.Result detected, DecisionReplay.Result decided, List<String> differences) {}

    /** A replay that ended before its end. */
    public static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int done;

        Broken(int done, RuntimeException cause) {
            super(cause.getMessage(), cause);
            this.done = done;
        }

        /** Segments that were done. */
        public int done() {
            return done;
        }

        @Override
        public synchronized RuntimeException getCause() {
            return (RuntimeException) super.getCause();
        }
    }

    private final List<Segment> segments;

    private RegionReplay(List<Segment> segments) {
        this.segments = segments;
    }

    /**
     * Replays a stretch, several segments at a time: what one says depends on no other.
     *
     * @param end empty: the end of the log
     * @param taken observations that cep has committed, by segment; empty where nobody knows
     * @param cep how the JVMs of operators' rules are bounded
     */
    public static RegionReplay of(
            Log behind, Instant start, Optional<Instant> end, Map<Integer, Long> taken, CepConfig cep)
            throws InterruptedException {
        int threads = Runtime.getRuntime().availableProcessors();
        AtomicInteger done = new AtomicInteger();
        try (ReplayedLog log = new ReplayedLog(behind, start, end);
                Admissions admissions = new Admissions(cep.operators(), () -> {});
                ChildPerThread children = new ChildPerThread(() -> OperatorsProcess.ofThePast(cep.operators()));
                ExecutorService workers = Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("replay-", 0).factory())) {
            RuleBook rules = RuleLog.read(log.log());
            String code = DecidingCode.digest();
            List<Future<Segment>> running = IntStream.range(0, behind.segments())
                    .mapToObj(number -> workers.submit(() -> {
                        Segment segment =
                                segment(log, rules, admissions, code, number, start, end, taken, children.mine());
                        done.incrementAndGet();
                        return segment;
                    }))
                    .toList();
            try {
                List<Segment> segments = new ArrayList<>();
                for (Future<Segment> one : running) {
                    segments.add(one.get());
                }
                return new RegionReplay(List.copyOf(segments));
            } finally {
                workers.shutdownNow();
            }
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException known
                    ? new Broken(done.get(), known)
                    : new IllegalStateException(failed.getCause());
        }
    }

    private static Segment segment(
            ReplayedLog held,
            RuleBook rules,
            Admission admission,
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
                operators,
                admission);
        DecisionReplay.Result decided = DecisionReplay.run(log, number, start, end.orElse(Instant.now()), code);
        List<String> differences = new Differences(log, number).of(detected, decided);
        held.release(number);
        return new Segment(number, detected, decided, differences);
    }

    public List<Segment> segments() {
        return segments;
    }

    public long detections() {
        return segments.stream().mapToLong(one -> one.detected().detections()).sum();
    }

    public long decisions() {
        return segments.stream().mapToLong(one -> one.decided().decisions()).sum();
    }

    /** Snapshots of schedulers' states that were passed and are as recorded. */
    public long states() {
        return segments.stream().mapToLong(one -> one.decided().states()).sum();
    }

    /** The beginning of a hex digest over all that was said and decided. */
    public String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            segments.forEach(one ->
                    digest.update((one.detected().digest() + one.decided().digest()).getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** As in "12 detections, 40 decisions, 3 states, digest 0123456789abcdef". */
    public String words() {
        return "%d detections, %d decisions, %d states, digest %s"
                .formatted(detections(), decisions(), states(), digest());
    }

    /** Where it differs from the record, the first places of each segment; empty: nowhere. */
    public List<String> differences() {
        return segments.stream().flatMap(one -> one.differences().stream()).toList();
    }

    /** What could not be compared, a sentence each. */
    public List<String> gaps() {
        return segments.stream().flatMap(one -> gaps(one).stream()).toList();
    }

    /** Segments of which not all could be compared. */
    public long withGaps() {
        return segments.stream().filter(one -> !gaps(one).isEmpty()).count();
    }

    private static List<String> gaps(Segment segment) {
        List<String> gaps = new ArrayList<>();
        String where = "segment " + segment.number() + ": ";
        segment.detected().refused().forEach(refused -> gaps.add(where + refused));
        if (!segment.detected().lookBackWhole()) {
            gaps.add(where
                    + "the log no longer reaches back far enough for the rules; start later, or keep more with"
                    + " --retain");
        }
        segment.decided().missing().ifPresent(missing -> gaps.add(where + missing));
        return gaps;
    }
}
