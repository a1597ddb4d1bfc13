package io.godwit.monitors.kafka;

import io.godwit.monitors.MonitorMetrics;
import io.godwit.monitors.MonitorMetrics.Dropped;
import io.godwit.monitors.watch.Observations;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a monitor's observations with two producers, both idempotent and without transactions: one whose records expire
 * after two sample periods, one whose records are tried again for ever by a thread of its own. Between the two there is no
 * order; within the second there is.
 */
public final class ObservationWriter implements Observations, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ObservationWriter.class);
    private static final Duration EXPIRY_MIN = Duration.ofSeconds(1);
    private static final int LINGER_MILLIS = 5;
    private static final int BATCH_MAX = 1000;
    private static final long PAUSE_MILLIS = 500;

    private final String site;
    private final Producer<byte[], byte[]> passing;
    private final Producer<byte[], byte[]> lasting;
    private final BlockingQueue<ProducerRecord<byte[], byte[]>> waiting = new LinkedBlockingQueue<>();
    private final AtomicBoolean away = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean closed;

    /** @param clientId names the producers */
    public ObservationWriter(SiteKafka kafka, String clientId, Duration samplePeriod) {
        this.site = kafka.site();
        Duration expiry =
                samplePeriod.multipliedBy(2).compareTo(EXPIRY_MIN) < 0 ? EXPIRY_MIN : samplePeriod.multipliedBy(2);
        int expiryMillis = Math.toIntExact(expiry.toMillis());
        this.passing = kafka.idempotentProducer(
                clientId + "-samples",
                Map.of(
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        expiryMillis,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        expiryMillis - 2 * LINGER_MILLIS,
                        ProducerConfig.LINGER_MS_CONFIG,
                        LINGER_MILLIS,
                        // a look waits at most so long for room; the sample is dropped then
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        Math.toIntExact(samplePeriod.toMillis() / 2),
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        64 << 10));
        this.lasting = kafka.idempotentProducer(clientId + "-lasting", Map.of());
        this.thread = Thread.ofPlatform().daemon().name(clientId + "-lasting").start(this::writeLasting);
    }

    @Override
    public void passing(int segment, String key, SpecificRecord event) {
        if (closed) {
            return;
        }
        boolean sample = event instanceof HostSampled;
        try {
            var _ = passing.send(
                    record(Topic.OBSERVATIONS, segment, key, event), (_, failure) -> written(sample, failure));
        } catch (KafkaException failure) {
            written(sample, failure);
        }
    }

    private void written(boolean sample, Exception failure) {
        if (failure == null) {
            if (away.getAndSet(false)) {
                LOG.atInfo().addKeyValue("site", site).log("the broker takes samples again");
            }
            if (sample) {
                MonitorMetrics.SAMPLES.inc();
            }
        } else if (!closed) {
            if (!away.getAndSet(true)) {
                LOG.atWarn()
                        .addKeyValue("site", site)
                        .addKeyValue("cause", failure.getMessage())
                        .log("the broker takes no samples; they are dropped until it does, other events are kept");
            }
            if (sample) {
                MonitorMetrics.dropped(Dropped.BROKER_AWAY);
            }
        }
    }

    @Override
    public void lasting(Topic topic, int segment, String key, SpecificRecord event) {
        lasting(record(topic, segment, key, event));
    }

    /** The same with a record that is ready. */
    void lasting(ProducerRecord<byte[], byte[]> record) {
        waiting.add(record);
        MonitorMetrics.LASTING_WAITING.set(waiting.size());
    }

    private void writeLasting() {
        List<ProducerRecord<byte[], byte[]>> batch = new ArrayList<>();
        try {
            while (!closed || !waiting.isEmpty()) {
                if (batch.isEmpty()) {
                    ProducerRecord<byte[], byte[]> first = waiting.poll(100, TimeUnit.MILLISECONDS);
                    if (first == null) {
                        continue;
                    }
                    batch.add(first);
                    waiting.drainTo(batch, BATCH_MAX - 1);
                }
                batch = unwritten(batch);
                MonitorMetrics.LASTING_WAITING.set(waiting.size() + batch.size());
                if (!batch.isEmpty()) {
                    if (closed) {
                        return;
                    }
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends records and returns those that were not taken, in order. */
    private List<ProducerRecord<byte[], byte[]>> unwritten(List<ProducerRecord<byte[], byte[]>> batch)
            throws InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>(batch.size());
        KafkaException failure = null;
        try {
            for (ProducerRecord<byte[], byte[]> record : batch) {
                sent.add(lasting.send(record));
            }
        } catch (KafkaException blocked) {
            failure = blocked;
        }
        lasting.flush();
        List<ProducerRecord<byte[], byte[]>> left = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            try {
                if (i < sent.size()) {
                    sent.get(i).get();
                    MonitorMetrics.LASTING.inc();
                } else {
                    left.add(batch.get(i));
                }
            } catch (ExecutionException notTaken) {
                left.add(batch.get(i));
                failure = new KafkaException(notTaken.getCause());
            }
        }
        if (failure != null && !closed) {
            LOG.atWarn()
                    .addKeyValue("site", site)
                    .addKeyValue("events", left.size())
                    .addKeyValue("cause", failure.getMessage())
                    .log("events wait for the broker; they are tried again");
        }
        return left;
    }

    private ProducerRecord<byte[], byte[]> record(Topic topic, int segment, String key, SpecificRecord event) {
        return new ProducerRecord<>(
                topic.of(site), segment, key.getBytes(StandardCharsets.UTF_8), EventCodec.encode(event));
    }

    /** Writes what waits, for 5 s at most. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
        passing.close(Duration.ofSeconds(1));
        lasting.close(Duration.ofSeconds(1));
    }
}
