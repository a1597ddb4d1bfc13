package io.godwit.ops.cli;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Appends what concerns a whole site to every segment of a topic, in one transaction: all segments hear of it, or none. */
public final class EverySegment {
    private EverySegment() {}

    /** @param key key of each record */
    public static void append(SiteKafka kafka, Topic topic, int segments, String key, SpecificRecord event) {
        byte[] value = EventCodec.encode(event);
        // an id of its own: two operators at once must not fence each other; Kafka forgets unused ids by itself
        String id = kafka.site() + ".ops-" + UUID.randomUUID();
        try (Producer<byte[], byte[]> producer = kafka.transactionalProducer(id)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int segment = 0; segment < segments; segment++) {
                var _ = producer.send(new ProducerRecord<>(
                        topic.of(kafka.site()), segment, key.getBytes(StandardCharsets.UTF_8), value));
            }
            producer.commitTransaction();
        } catch (KafkaException failed) {
            throw new Failed(
                    "could not append to " + topic.of(kafka.site()) + " at "
                            + kafka.settings().bootstrap() + ": " + failed.getMessage()
                            + "; nothing was changed, try again",
                    failed);
        }
    }
}
