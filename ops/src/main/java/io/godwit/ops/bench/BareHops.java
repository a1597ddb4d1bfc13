package io.godwit.ops.bench;

import io.godwit.ops.cli.Failed;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The least that a way from sample to command costs on a broker: a record is appended, taken and passed on in a transaction
 * that ends every 20 ms, taken and passed on once more in the same way, and read. Nothing is decoded and nothing decided.
 */
final class BareHops implements AutoCloseable {
    private static final long COMMIT_NANOS = Duration.ofMillis(20).toNanos();
    private static final int HOPS = 2;
    private static final int RECORD_BYTES = 450; // about a sample of ten VMs

    /**
     * Milliseconds of one record after it was appended to the first topic.
     *
     * @param appended until it was appended to the last topic
     * @param read until a reader of committed records had it from there
     */
    record Passage(double appended, double read) {}

    private final SiteKafka kafka;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Long, Long> appendedMillis = new ConcurrentHashMap<>();
    private final List<Passage> passages = new ArrayList<>();
    private volatile boolean closing;
    private volatile RuntimeException failure;

    private BareHops(SiteKafka kafka) {
        this.kafka = kafka;
    }

    /** Makes topics of its own and sends about 40 records a second, at random distances, until it is closed. */
    static BareHops start(SiteKafka kafka) {
        try (Admin admin = kafka.admin()) {
            List<NewTopic> topics = new ArrayList<>();
            for (int hop = 0; hop <= HOPS; hop++) {
                topics.add(new NewTopic(topic(hop), 1, (short) 1)
                        .configs(Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime")));
            }
            admin.createTopics(topics).all().get();
        } catch (ExecutionException failed) {
            throw new Failed(
                    "cannot create topics to compare with: " + failed.getCause().getMessage(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
        BareHops hops = new BareHops(kafka);
        hops.run("bench-read", hops::read);
        for (int hop = 1; hop <= HOPS; hop++) {
            int number = hop;
            hops.run("bench-hop-" + hop, () -> hops.hop(number));
        }
        hops.run("bench-send", hops::send);
        return hops;
    }

    private void run(String name, Runnable work) {
        threads.add(Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                work.run();
            } catch (RuntimeException failed) {
                failure = failed;
            }
        }));
    }

    private static String topic(int hop) {
        return "bench.hop-" + hop;
    }

    private void send() {
        SplittableRandom random = new SplittableRandom(1);
        try (Producer<byte[], byte[]> producer = kafka.idempotentProducer("bench-send")) {
            for (long number = 0; !closing; number++) {
                long sent = number;
                byte[] value = ByteBuffer.allocate(RECORD_BYTES).putLong(number).array();
                Future<RecordMetadata> _ =
                        producer.send(new ProducerRecord<>(topic(0), 0, null, value), (metadata, failed) -> {
                            if (failed == null) {
                                appendedMillis.put(sent, metadata.timestamp());
                            }
                        });
                LockSupport.parkNanos(random.nextLong(10_000_000, 40_000_000)); // so that no phase is preferred
            }
        }
    }

    private void hop(int number) {
        TopicPartition from = new TopicPartition(topic(number - 1), 0);
        Slot slot = new Slot("bench-hop-" + number, "1");
        try (Consumer<byte[], byte[]> consumer = kafka.groupConsumer(slot);
                Producer<byte[], byte[]> producer = kafka.transactionalProducer(slot.transactionalId(kafka.site()))) {
            producer.initTransactions();
            consumer.subscribe(List.of(from.topic()));
            boolean open = false;
            long commitAt = System.nanoTime() + COMMIT_NANOS;
            while (!closing) {
                long left = Math.max(0, commitAt - System.nanoTime());
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofNanos(left))) {
                    if (!open) {
                        producer.beginTransaction();
                        open = true;
                    }
                    Future<RecordMetadata> _ =
                            producer.send(new ProducerRecord<>(topic(number), 0, null, record.value()));
                }
                if (System.nanoTime() >= commitAt) {
                    if (open) {
                        producer.sendOffsetsToTransaction(
                                Map.of(from, new OffsetAndMetadata(consumer.position(from))), consumer.groupMetadata());
                        producer.commitTransaction();
                        open = false;
                    }
                    commitAt = System.nanoTime() + COMMIT_NANOS;
                }
            }
            if (open) {
                producer.abortTransaction();
            }
        }
    }

    private void read() {
        TopicPartition last = new TopicPartition(topic(HOPS), 0);
        try (Consumer<byte[], byte[]> consumer = kafka.reader("bench-read")) {
            consumer.assign(List.of(last));
            consumer.seekToBeginning(List.of(last));
            while (!closing) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    long now = System.currentTimeMillis();
                    Long sent = appendedMillis.remove(
                            ByteBuffer.wrap(record.value()).getLong());
                    if (sent != null) {
                        synchronized (passages) {
                            passages.add(new Passage(record.timestamp() - sent, now - sent));
                        }
                    }
                }
            }
        }
    }

    /** Forgets what passed so far: a JVM that warms up is no limit of a broker. */
    void forget() {
        synchronized (passages) {
            passages.clear();
        }
    }

    /** What passed so far. */
    List<Passage> passages() {
        if (failure != null) {
            throw new Failed("the bare hops broke off: " + failure.getMessage(), failure);
        }
        synchronized (passages) {
            return List.copyOf(passages);
        }
    }

    @Override
    public void close() {
        closing = true;
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofSeconds(10));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
