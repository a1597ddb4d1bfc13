package io.godwit.overlaysync.kafka;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.LogSealed;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.seal.SealChain;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * One membership of the sealers' group. Seals and the offsets up to which they reach are committed in one transaction that is
 * tied to the group's generation, and the digest stands beside each offset: so a successor goes on where the last seal ended,
 * and no record is sealed twice. Used by one thread.
 */
public final class Sealing implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);

    /** A seal holds at most so many records, or its marks would outgrow what a record may be. */
    private static final long RECORDS_MAX = 100_000;

    /** Every record passes here once, so little is asked for at a time. */
    private static final Map<String, Object> SMALL = Map.of(
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1 << 20,
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 8 << 20,
            ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 256 << 10); // nothing hurries: twice a second is often enough

    private final SiteKafka kafka;
    private final long periodNanos;
    private final Consumer<byte[], byte[]> consumer;
    private final Producer<byte[], byte[]> producer;
    private final Map<TopicPartition, Chain> chains = new HashMap<>();
    private boolean assigned;

    /** @param due when what it has taken is to be sealed, by System.nanoTime */
    private record Chain(Topic topic, SealChain seals, long due) {
        boolean isDue(long now) {
            return seals.records() > 0 && (now - due >= 0 || seals.records() >= RECORDS_MAX);
        }
    }

    public Sealing(SiteKafka kafka, Slot slot, Duration period) {
        this.kafka = kafka;
        this.periodNanos = period.toNanos();
        this.consumer = kafka.groupConsumer(slot, SMALL);
        this.producer = kafka.transactionalProducer(slot.transactionalId(kafka.site()));
        try {
            producer.initTransactions();
        } catch (RuntimeException unreachable) {
            close(); // it is tried again every second
            throw unreachable;
        }
        List<String> sealed = Arrays.stream(Topic.values())
                .filter(topic -> topic != Topic.SEALS)
                .map(topic -> topic.of(kafka.site()))
                .toList();
        consumer.subscribe(sealed, new Assignment());
    }

    public boolean assigned() {
        return assigned;
    }

    public int chains() {
        return chains.size();
    }

    /** Takes what comes within a moment, and seals what is due. */
    public void step() {
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
        long now = System.nanoTime();
        for (TopicPartition partition : polled.partitions()) {
            Chain chain = chains.computeIfAbsent(partition, this::opened);
            if (chain.seals().records() == 0) {
                chain = new Chain(chain.topic(), chain.seals(), now + periodNanos);
                chains.put(partition, chain);
            }
            for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
                chain.seals().take(KafkaLog.toLogRecord(chain.topic(), record));
            }
        }
        List<TopicPartition> due = chains.entrySet().stream()
                .filter(chain -> chain.getValue().isDue(now))
                .map(Map.Entry::getKey)
                .toList();
        if (!due.isEmpty()) {
            seal(due);
        }
    }

    private void seal(List<TopicPartition> due) {
        producer.beginTransaction();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : due) {
            LogSealed sealed = chains.get(partition).seals().seal();
            var _ = producer.send(new ProducerRecord<>(
                    Topic.SEALS.of(kafka.site()),
                    partition.partition(),
                    sealed.getTopic().getBytes(StandardCharsets.UTF_8),
                    EventCodec.encode(sealed)));
            offsets.put(
                    partition,
                    new OffsetAndMetadata(
                            sealed.getToOffset(), SealedUpTo.of(sealed).text()));
        }
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        producer.commitTransaction();
    }

    /** Where the newest seal ended: as its transaction left it with the group, or as the seals say where the group forgot. */
    private Chain opened(TopicPartition partition) {
        Topic topic = Topic.ofKafkaName(kafka.site(), partition.topic()).orElseThrow();
        Optional<SealedUpTo> known = Optional.ofNullable(
                        consumer.committed(Set.of(partition)).get(partition))
                .flatMap(committed -> SealedUpTo.parse(committed.metadata()))
                .or(() -> newestSeal(topic, partition.partition()));
        SealChain chain = known.map(upTo -> SealChain.after(topic, partition.partition(), upTo.digest(), upTo.offset()))
                .orElseGet(() -> SealChain.beginning(kafka.site(), topic, partition.partition()));
        return new Chain(topic, chain, System.nanoTime() + periodNanos);
    }

    private Optional<SealedUpTo> newestSeal(Topic topic, int segment) {
        List<SealedUpTo> newest = new ArrayList<>(1);
        try (KafkaLog log = new KafkaLog(kafka, kafka.site())) {
            log.scan(List.of(LogRange.all(Topic.SEALS, segment)), record -> {
                try {
                    if (EventCodec.decode(record.value()) instanceof LogSealed sealed
                            && sealed.getTopic().equals(topic.stage())) {
                        newest.clear();
                        newest.add(SealedUpTo.of(sealed));
                    }
                } catch (UnreadableRecord _) {
                    // log verify tells of it
                }
                return true;
            });
        }
        return newest.stream().findFirst();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        consumer.close();
    }

    /** What was taken and not sealed is taken again by the next owner. */
    private final class Assignment implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            assigned = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> gone) {
            gone.forEach(chains::remove);
        }
    }
}
