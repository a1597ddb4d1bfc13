package io.godwit.executors.kafka;

import io.godwit.executors.work.Append;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends outcomes in transactions that carry the group's offsets, so that the broker takes them from a member of the
 * current generation only. One thread uses it.
 */
public final class OutcomeWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeWriter.class);

    private final SiteKafka kafka;
    private final String transactionalId;
    private Producer<byte[], byte[]> producer;
    private boolean failing;

    public OutcomeWriter(SiteKafka kafka, String transactionalId) {
        this.kafka = kafka;
        this.transactionalId = transactionalId;
    }

    /** Makes the producer ready, which ends an open transaction of an earlier process in this slot. */
    public void open() {
        if (producer == null) {
            Producer<byte[], byte[]> made = kafka.transactionalProducer(transactionalId);
            try {
                made.initTransactions();
            } catch (KafkaException failed) {
                made.close(Duration.ZERO);
                throw failed;
            }
            producer = made;
        }
    }

    /**
     * Appends all or nothing.
     *
     * @return offset after the last outcome by segment; empty where the transaction did not take place, or where that is not
     *     known: the log must be read again then
     */
    public Optional<Map<Integer, Long>> write(
            List<Append> appends,
            List<ProducerRecord<byte[], byte[]>> deadLetters,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        try {
            open();
            producer.beginTransaction();
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (Append append : appends) {
                sent.add(producer.send(new ProducerRecord<>(
                        Topic.OUTCOMES.of(kafka.site()),
                        append.segment(),
                        append.hostId().getBytes(StandardCharsets.UTF_8),
                        EventCodec.encode(append.outcome()))));
            }
            List<Future<RecordMetadata>> buried = new ArrayList<>();
            for (ProducerRecord<byte[], byte[]> deadLetter : deadLetters) {
                buried.add(producer.send(deadLetter));
            }
            producer.sendOffsetsToTransaction(offsets, group);
            producer.commitTransaction();
            Map<Integer, Long> ends = new HashMap<>();
            for (Future<RecordMetadata> future : sent) {
                RecordMetadata at = future.get();
                ends.merge(at.partition(), at.offset() + 1, Math::max);
            }
            for (Future<RecordMetadata> future : buried) {
                future.get(); // done: the commit waited for it
            }
            if (failing) {
                failing = false;
                LOG.atInfo().addKeyValue("id", transactionalId).log("outcomes are written again");
            }
            return Optional.of(ends);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            startAnew(interrupted);
            return Optional.empty();
        } catch (KafkaException | ExecutionException failed) {
            startAnew(failed);
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(2));
            producer = null;
        }
    }

    /**
     * Whatever failed, a new producer is right: its start ends the old transaction one way or the other, and what then
     * stands in the log is read again. Rare, so its cost does not matter.
     */
    private void startAnew(Exception why) {
        if (!failing) {
            failing = true;
            LOG.atWarn()
                    .addKeyValue("id", transactionalId)
                    .addKeyValue("why", why.toString())
                    .log("a transaction failed; outcomes wait until the log takes them again");
        }
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }
}
