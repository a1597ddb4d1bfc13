package io.godwit.ceprules.kafka;

import io.godwit.ceprules.CepMetrics;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends a tick to every segment that its cep owns, once a second, from a thread and with a producer of its own. */
final class Ticker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

    private final SiteKafka kafka;
    private final Slot slot;
    private final Set<Integer> segments;
    private final BooleanSupplier inCharge;
    private final CepMetrics metrics;
    private final InstantSource clock;
    private final Map<Integer, Future<?>> inFlight = new HashMap<>();
    private final ScheduledExecutorService thread;
    private final Future<?> schedule;
    private Producer<byte[], byte[]> producer;

    /**
     * @param segments segments to tick, changed by the worker at any time
     * @param inCharge whether the worker has reason to believe that they are its own
     */
    Ticker(
            SiteKafka kafka,
            Slot slot,
            Set<Integer> segments,
            BooleanSupplier inCharge,
            CepMetrics metrics,
            InstantSource clock,
            Duration interval) {
        this.kafka = kafka;
        this.slot = slot;
        this.segments = segments;
        this.inCharge = inCharge;
        this.metrics = metrics;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("ticker-" + slot).factory());
        this.schedule = thread.scheduleAtFixedRate(this::tick, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void tick() {
        try {
            if (producer == null) {
                producer = kafka.idempotentProducer(slot + "-ticks@" + kafka.site());
            }
            if (inCharge.getAsBoolean()) {
                segments.forEach(this::tick);
            }
        } catch (KafkaException failed) {
            LOG.atWarn()
                    .addKeyValue("slot", slot)
                    .setCause(failed)
                    .log("ticks cannot be appended; a new producer takes over");
            closeProducer();
        }
    }

    private void tick(int segment) {
        Future<?> last = inFlight.get(segment);
        if (last != null && !last.isDone()) {
            return; // the broker is away: ticks that pile up would say nothing about the seconds that they were meant
            // for
        }
        Tick tick = new Tick(segment, clock.millis() / 1000, slot.toString());
        inFlight.put(
                segment,
                producer.send(new ProducerRecord<>(
                        Topic.OBSERVATIONS.of(kafka.site()),
                        segment,
                        Integer.toString(segment).getBytes(StandardCharsets.UTF_8),
                        EventCodec.encode(tick))));
        metrics.tick();
    }

    private void closeProducer() {
        if (producer != null) {
            producer.close(Duration.ofMillis(500));
            producer = null;
        }
        inFlight.clear();
    }

    @Override
    public void close() {
        schedule.cancel(false);
        thread.shutdownNow();
        try {
            if (thread.awaitTermination(2, TimeUnit.SECONDS)) {
                closeProducer();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
