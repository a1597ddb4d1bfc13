package io.godwit.schemas.kafka;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * The log of one site in Kafka: its own, or the mirrored copy that another site's Kafka holds. Of a copy, records carry the
 * offsets of their home (header {@value #HOME_OFFSET}), and ranges are meant in the offsets of this Kafka. Not safe for use
 * by several threads.
 */
public final class KafkaLog implements Log {
    /** Header that the mirror adds: the offset at home, 8 bytes, big-endian. */
    public static final String HOME_OFFSET = "godwit.home.offset";

    private static final Duration POLL = Duration.ofMillis(500);

    private final String site;
    private final int segments;
    private final String incarnation;
    private final Consumer<byte[], byte[]> consumer;

    /** @param site site whose topics are read; another than the Kafka's own reads the mirrored copy */
    public KafkaLog(SiteKafka kafka, String site) {
        this.site = site;
        this.consumer = kafka.reader("log-reader-" + site);
        try (Admin admin = kafka.admin()) {
            this.incarnation = admin.describeCluster().clusterId().get();
            this.segments = consumer.partitionsFor(Topic.INVENTORY.of(site)).size();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KafkaException(interrupted);
        } catch (java.util.concurrent.ExecutionException failed) {
            throw new KafkaException(
                    "cannot read the log of site " + site + " at "
                            + kafka.settings().bootstrap() + ": "
                            + failed.getCause().getMessage(),
                    failed.getCause());
        }
    }

    @Override
    public String site() {
        return site;
    }

    @Override
    public String incarnation() {
        return incarnation;
    }

    @Override
    public int segments() {
        return segments;
    }

    @Override
    public long beginning(Topic topic, int segment) {
        TopicPartition partition = new TopicPartition(topic.of(site), segment);
        return consumer.beginningOffsets(Set.of(partition)).get(partition);
    }

    @Override
    public long end(Topic topic, int segment) {
        TopicPartition partition = new TopicPartition(topic.of(site), segment);
        return consumer.endOffsets(Set.of(partition)).get(partition);
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        TopicPartition partition = new TopicPartition(topic.of(site), segment);
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(partition, time.toEpochMilli())).get(partition);
        return found == null ? end(topic, segment) : found.offset();
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        Map<TopicPartition, LogRange> wanted = new HashMap<>();
        for (LogRange range : ranges) {
            wanted.put(new TopicPartition(range.topic().of(site), range.segment()), range);
        }
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(wanted.keySet());
        Map<TopicPartition, Long> ends = consumer.endOffsets(wanted.keySet());
        Map<TopicPartition, Long> stops = new HashMap<>();
        wanted.forEach((partition, range) -> {
            long stop = Math.min(range.to(), ends.get(partition));
            if (Math.max(range.from(), beginnings.get(partition)) < stop) {
                stops.put(partition, stop);
            }
        });
        consumer.assign(stops.keySet());
        stops.keySet()
                .forEach(partition ->
                        consumer.seek(partition, Math.max(wanted.get(partition).from(), beginnings.get(partition))));
        Set<TopicPartition> open = new HashSet<>(stops.keySet());
        try {
            while (!open.isEmpty()) {
                var polled = consumer.poll(POLL);
                for (TopicPartition partition : polled.partitions()) {
                    Topic topic = wanted.get(partition).topic();
                    long stop = stops.get(partition);
                    for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
                        if (record.offset() < stop && !visitor.take(toLogRecord(topic, record))) {
                            return;
                        }
                    }
                }
                Set<TopicPartition> done = new HashSet<>();
                for (TopicPartition partition : open) {
                    if (consumer.position(partition) >= stops.get(partition)) {
                        done.add(partition);
                    }
                }
                if (!done.isEmpty()) {
                    open.removeAll(done);
                    consumer.pause(done);
                }
            }
        } finally {
            consumer.unsubscribe();
        }
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** A consumed record as our own; of a mirrored copy with the offset at home. */
    public static LogRecord toLogRecord(Topic topic, ConsumerRecord<byte[], byte[]> record) {
        return new LogRecord(
                topic, record.partition(), homeOffset(record), record.timestamp(), record.key(), record.value());
    }

    private static long homeOffset(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(HOME_OFFSET);
        return header == null
                ? record.offset()
                : ByteBuffer.wrap(header.value()).getLong();
    }

    /** Key of a record as text. */
    public static String keyOf(LogRecord record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }
}
