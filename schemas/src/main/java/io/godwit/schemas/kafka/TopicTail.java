package io.godwit.schemas.kafka;

import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows topics from their beginning, their end or a time on, without a group, in one thread of its own, and hands over each record
 * once, in order within a topic and segment. A broker that goes away is waited for.
 */
public final class TopicTail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicTail.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /** Where following starts. */
    public sealed interface From {
        From BEGINNING = Edge.BEGINNING;
        From END = Edge.END;

        /** With the first record of that log time or later. */
        record Time(Instant at) implements From {}
    }

    private enum Edge implements From {
        BEGINNING,
        END
    }

    /** Takes records in the tail's thread. What it throws ends the tail and stands in {@link #failure()}. */
    public interface Handler {
        void take(LogRecord record);
    }

    private final Consumer<byte[], byte[]> consumer;
    private final Thread thread;
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closing;
    private volatile Throwable failure;

    /** Starts following all segments that are named. */
    public TopicTail(
            SiteKafka kafka,
            String site,
            String name,
            Collection<Topic> topics,
            Collection<Integer> segments,
            From from,
            Handler handler) {
        this.consumer = kafka.reader("tail-" + name);
        List<TopicPartition> partitions = new ArrayList<>();
        Map<String, Topic> byName = new HashMap<>();
        for (Topic topic : topics) {
            byName.put(topic.of(site), topic);
            segments.forEach(segment -> partitions.add(new TopicPartition(topic.of(site), segment)));
        }
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("tail-" + name)
                .start(() -> follow(partitions, byName, from, handler));
    }

    private void follow(List<TopicPartition> partitions, Map<String, Topic> byName, From from, Handler handler) {
        try (consumer) {
            consumer.assign(partitions);
            Map<TopicPartition, Long> goal = consumer.endOffsets(partitions);
            switch (from) {
                case Edge.BEGINNING -> consumer.seekToBeginning(partitions);
                case Edge.END -> goal.forEach(consumer::seek);
                case From.Time time -> seek(time.at(), goal);
            }
            Set<TopicPartition> behind = new HashSet<>(partitions);
            while (!closing) {
                if (!behind.isEmpty()) {
                    behind.removeIf(partition -> consumer.position(partition) >= goal.get(partition));
                }
                if (behind.isEmpty()) {
                    caughtUp.complete(null);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    handler.take(KafkaLog.toLogRecord(byName.get(record.topic()), record));
                }
            }
        } catch (WakeupException | InterruptException closed) {
            if (!closing) {
                failure = closed;
            }
        } catch (RuntimeException failed) {
            failure = failed;
            LOG.atError().addKeyValue("tail", thread.getName()).setCause(failed).log("a tail of the log ended");
        } finally {
            caughtUp.completeExceptionally(
                    new IllegalStateException("the tail ended before it had caught up", failure));
            ended.countDown();
        }
    }

    private void seek(Instant time, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> asked = new HashMap<>();
        ends.keySet().forEach(partition -> asked.put(partition, time.toEpochMilli()));
        consumer.offsetsForTimes(asked)
                .forEach((partition, found) ->
                        consumer.seek(partition, found == null ? ends.get(partition) : found.offset()));
    }

    /** Done when everything that stood in the log at the start has been handed over. */
    public CompletableFuture<Void> caughtUp() {
        return caughtUp;
    }

    /** What ended the tail; null while it runs or after a close. */
    public Throwable failure() {
        return failure;
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (!ended.await(5, TimeUnit.SECONDS)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
