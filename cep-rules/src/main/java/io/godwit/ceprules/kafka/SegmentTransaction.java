package io.godwit.ceprules.kafka;

import io.godwit.ceprules.CepMetrics;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Writes what segments said and how far they read in one transaction: either all of it stands in the log, or nothing. */
final class SegmentTransaction {
    private final String site;
    private final Producer<byte[], byte[]> producer;
    private final CepMetrics metrics;

    SegmentTransaction(String site, Producer<byte[], byte[]> producer, CepMetrics metrics) {
        this.site = site;
        this.producer = producer;
        this.metrics = metrics;
    }

    /** @throws KafkaException if it failed; then nothing is known of the log, and the segments must be opened again */
    void commit(Map<Integer, SegmentWork> works, ConsumerGroupMetadata group) {
        long began = System.nanoTime();
        producer.beginTransaction();
        Map<Integer, List<Future<RecordMetadata>>> sent = new HashMap<>();
        List<Future<RecordMetadata>> told = new ArrayList<>();
        works.forEach((segment, work) -> {
            work.deadLetters.forEach(record -> told.add(producer.send(record)));
            List<Future<RecordMetadata>> futures = new ArrayList<>();
            work.detections.forEach(record -> futures.add(producer.send(new ProducerRecord<>(
                    Topic.DETECTIONS.of(site), segment, keyOf(record, segment), EventCodec.encode(record)))));
            sent.put(segment, futures);
        });
        if (sent.values().stream().anyMatch(futures -> !futures.isEmpty())) {
            producer.flush(); // the metadata below names offsets, which are known only now
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Map<Integer, CommitMetadata> metadata = new HashMap<>();
        works.forEach((segment, work) -> {
            CommitMetadata after = after(work, sent.get(segment));
            metadata.put(segment, after);
            offsets.put(
                    new TopicPartition(Topic.OBSERVATIONS.of(site), segment),
                    new OffsetAndMetadata(work.detector.place().nextOffset(), after.text()));
        });
        producer.sendOffsetsToTransaction(offsets, group);
        producer.commitTransaction();
        told.forEach(SegmentTransaction::offsetOf); // all are acknowledged by now
        works.forEach((segment, work) -> {
            work.metadata = metadata.get(segment);
            work.committedOffset = work.detector.place().nextOffset();
            work.detections.forEach(this::count);
            work.deadLetters.forEach(_ -> metrics.deadLetter());
            work.detections.clear();
            work.deadLetters.clear();
        });
        metrics.commit((System.nanoTime() - began) / 1e9);
    }

    private static CommitMetadata after(SegmentWork work, List<Future<RecordMetadata>> sent) {
        long checkpoint = work.metadata.checkpoint();
        long written = work.metadata.written();
        for (int i = 0; i < sent.size(); i++) {
            written = offsetOf(sent.get(i));
            if (work.detections.get(i) instanceof DetectionsCheckpointed) {
                checkpoint = written;
            }
        }
        return new CommitMetadata(work.detector.place().logTime(), checkpoint, written, work.metadata.rules());
    }

    private static long offsetOf(Future<RecordMetadata> sent) {
        try {
            return sent.get().offset();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptException(interrupted);
        }
    }

    private void count(SpecificRecord record) {
        if (record instanceof DetectionBegan began) {
            metrics.detection(began.getKind().name(), "began");
        } else if (record instanceof DetectionEnded ended) {
            metrics.detection(ended.getKind().name(), "ended");
        }
    }

    /** Detections stand under their host, what concerns the segment under its number. */
    private static byte[] keyOf(SpecificRecord record, int segment) {
        String key = switch (record) {
            case DetectionBegan began -> began.getHostId();
            case DetectionEnded ended -> ended.getHostId();
            default -> Integer.toString(segment);
        };
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
