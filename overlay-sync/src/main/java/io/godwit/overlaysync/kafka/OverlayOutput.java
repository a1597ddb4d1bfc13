package io.godwit.overlaysync.kafka;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.kafka.DeadLetters;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What overlay-sync writes: observations, into the segment of the host, by an idempotent producer. A record that could not
 * be sent within the producer's time-out is dropped: by then the next probe has a newer answer.
 */
public final class OverlayOutput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OverlayOutput.class);

    private final String site;
    private final Slot slot;
    private final Producer<byte[], byte[]> producer;
    private final AtomicBoolean failing = new AtomicBoolean();

    public OverlayOutput(SiteKafka kafka, Slot slot) {
        this.site = kafka.site();
        this.slot = slot;
        this.producer = kafka.idempotentProducer(slot + "@" + site);
    }

    public void write(HostJoined host, SpecificRecord event) {
        send(new ProducerRecord<>(
                Topic.OBSERVATIONS.of(site),
                host.getSegment(),
                host.getHostId().getBytes(StandardCharsets.UTF_8),
                EventCodec.encode(event)));
    }

    public void deadLetter(LogRecord record, String reason) {
        send(DeadLetters.record(site, record, reason, slot.toString()));
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        var _ = producer.send(record, (_, failed) -> {
            if (failed == null) {
                failing.set(false);
            } else if (failing.compareAndSet(false, true)) { // once, not for every record of an outage
                LOG.atWarn()
                        .addKeyValue("topic", record.topic())
                        .setCause(failed)
                        .log("cannot write now; what cannot be sent in time is dropped and measured again");
            }
        });
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
