package io.godwit.ops.up;

import io.godwit.ops.summary.RunFold;
import io.godwit.ops.summary.RunSummary;
import io.godwit.ops.words.Names;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Watches one site's log from where it stands when watching begins: tells each line of it, and folds its summary. All that it
 * shows is read from the log; nothing is asked of the services.
 */
public final class RunWatch implements AutoCloseable {
    private static final List<Topic> WATCHED = List.of(
            Topic.OBSERVATIONS,
            Topic.DETECTIONS,
            Topic.HOST_PARTITIONS,
            Topic.COMMANDS,
            Topic.OUTCOMES,
            Topic.CONTROLS,
            Topic.REQUESTS);

    private final Clock clock;
    private final Names names = new Names();
    private final RunFold fold = new RunFold();
    private final LiveLines lines;
    private final Map<Integer, Long> tickMillis = new HashMap<>();
    private final CompletableFuture<Void> firstSample = new CompletableFuture<>();
    private final TopicTail inventory;
    private final TopicTail tail;
    private long samplesBefore;
    private long millisBefore;
    private double samplesPerSecond;

    private RunWatch(SiteKafka kafka, int segments, Clock clock, Consumer<String> teller) {
        this.clock = clock;
        this.millisBefore = clock.millis();
        this.lines = new LiveLines(kafka.site(), names, clock.getZone());
        List<Integer> all = IntStream.range(0, segments).boxed().toList();
        this.inventory = new TopicTail(
                kafka,
                kafka.site(),
                "up-inventory",
                List.of(Topic.INVENTORY),
                all,
                TopicTail.From.BEGINNING,
                this::name);
        this.tail = new TopicTail(
                kafka, kafka.site(), "up", WATCHED, all, TopicTail.From.END, record -> take(record, teller));
    }

    /** @param teller takes each line, in the watch's thread */
    public static RunWatch start(SiteKafka kafka, int segments, Clock clock, Consumer<String> teller) {
        RunWatch watch = new RunWatch(kafka, segments, clock, teller);
        watch.inventory.caughtUp().join();
        watch.tail.caughtUp().join(); // the ends are fixed now: whatever is appended from here on belongs to the run
        return watch;
    }

    private synchronized void name(LogRecord record) {
        try {
            names.take(EventCodec.decode(record.value()));
        } catch (UnreadableRecord _) {
            // told in the dead letters by whoever needs it
        }
    }

    private void take(LogRecord record, Consumer<String> teller) {
        List<String> told = new ArrayList<>();
        synchronized (this) {
            SpecificRecord event;
            try {
                event = EventCodec.decode(record.value());
            } catch (UnreadableRecord _) {
                return; // told in the dead letters by whoever needs it
            }
            fold.take(record, event);
            if (event instanceof HostSampled) {
                firstSample.complete(null);
            } else if (event instanceof Tick) {
                tickMillis.put(record.segment(), record.timestampMillis());
            }
            if (record.topic() != Topic.OBSERVATIONS) {
                told.addAll(lines.of(record.segment(), record.timestampMillis(), event));
            }
        }
        told.forEach(teller);
    }

    /** Done when the first sample of the run stands in the log. */
    public CompletableFuture<Void> firstSample() {
        return firstSample;
    }

    public synchronized RunSummary summary() {
        return fold.summary();
    }

    /** The fold so far; ask only when the watch is closed. */
    RunFold fold() {
        return fold;
    }

    /** The line below all others; call it about once a second. */
    public synchronized String status() {
        RunSummary now = fold.summary();
        long millis = clock.millis();
        if (millis - millisBefore >= 900) {
            samplesPerSecond = (now.samples() - samplesBefore) * 1000.0 / (millis - millisBefore);
            samplesBefore = now.samples();
            millisBefore = millis;
        }
        long oldestTick =
                tickMillis.values().stream().mapToLong(Long::longValue).min().orElse(millis);
        double lag = Math.max(0, millis - oldestTick - Duration.ofSeconds(1).toMillis()) / 1000.0;
        return "hosts %d  VMs %d  overloaded %d  moving %d  |  samples %.0f/s  lag %.1f s  |  violations %d%s"
                .formatted(
                        now.hosts(),
                        now.vms(),
                        fold.violatingNow(),
                        now.migrations().open(),
                        samplesPerSecond,
                        lag,
                        now.violations().count(),
                        now.violations().meanSeconds() == null
                                ? ""
                                : ", mean %.1f s".formatted(now.violations().meanSeconds()));
    }

    @Override
    public void close() {
        tail.close();
        inventory.close();
    }
}
