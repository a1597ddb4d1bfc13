package io.godwit.ops.webhooks;

import io.godwit.ops.region.WebhookConfig;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.service.Health;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the detections for one receiver, in a thread and a consumer group of its own, and tells it each at least once and in
 * order for each segment. A receiver that does not answer is tried again at the same place; nobody else waits for it.
 */
final class Webhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofMinutes(1);

    private final String name;
    private final WebhookConfig config;
    private final SiteKafka kafka;
    private final Slot slot;
    private final BooleanSupplier silent;
    private final InstantSource clock;
    private final Thread thread;
    private volatile Consumer<byte[], byte[]> consumer;
    private volatile boolean closing;
    private volatile Health health = Health.starting("joins its group");
    private Duration pause = PAUSE_MIN;

    /** @param silent whether the site's mode has nothing told now */
    Webhook(
            String name,
            WebhookConfig config,
            SiteKafka kafka,
            Slot slot,
            BooleanSupplier silent,
            InstantSource clock) {
        this.name = name;
        this.config = config;
        this.kafka = kafka;
        this.slot = slot;
        this.silent = silent;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("webhook-" + name).start(this::run);
    }

    Health health() {
        return health;
    }

    private void run() {
        try (Receiver receiver = new Receiver(config)) {
            while (!closing) {
                try (Consumer<byte[], byte[]> joined = kafka.groupConsumer(new Slot("webhook-" + name, slot.name()))) {
                    consumer = joined;
                    follow(joined, receiver);
                } catch (WakeupException | InterruptException | InterruptedException stopped) {
                    // closing, or the loop goes on
                } catch (KafkaException | CompletionException failed) {
                    health = Health.starting("its log fails: " + failed.getMessage());
                    LOG.atWarn()
                            .addKeyValue("webhook", name)
                            .addKeyValue("reason", failed.getMessage())
                            .log("webhook starts again");
                    await(PAUSE_MIN);
                }
            }
        }
    }

    private void follow(Consumer<byte[], byte[]> joined, Receiver receiver) throws InterruptedException {
        joined.subscribe(List.of(Topic.DETECTIONS.of(kafka.site())), new FromNowOn(joined));
        long resumeAt = 0;
        boolean paused = false;
        while (!closing) {
            if (paused && System.nanoTime() - resumeAt >= 0) {
                joined.resume(joined.assignment());
                paused = false;
            } else if (paused) {
                joined.pause(joined.assignment()); // also what was assigned meanwhile
            }
            ConsumerRecords<byte[], byte[]> records = joined.poll(POLL);
            if (!paused && !joined.assignment().isEmpty() && pause.equals(PAUSE_MIN)) {
                health = Health.ready("tells " + config.url());
            }
            if (!take(joined, receiver, records)) {
                paused = true;
                resumeAt = System.nanoTime() + pause.toNanos();
                pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
            }
        }
    }

    /** False where the receiver has to be tried again: then all goes on with the first record that it does not have. */
    private boolean take(Consumer<byte[], byte[]> joined, Receiver receiver, ConsumerRecords<byte[], byte[]> records)
            throws InterruptedException {
        Map<TopicPartition, Long> next = new HashMap<>();
        boolean failed = false;
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                failed = failed || !told(receiver, record);
                if (failed) {
                    joined.seek(partition, record.offset());
                    next.put(partition, record.offset());
                    break;
                }
                next.put(partition, record.offset() + 1);
            }
        }
        if (!next.isEmpty()) {
            joined.commitSync(next.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, entry -> new OffsetAndMetadata(entry.getValue()))));
        }
        return !failed;
    }

    private boolean told(Receiver receiver, ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
        Optional<Notice> notice = notice(record);
        if (notice.isEmpty() || silent.getAsBoolean()) {
            return true;
        }
        Receiver.Answer answer = receiver.post(notice.get());
        Duration age = Duration.between(Instant.ofEpochMilli(record.timestamp()), clock.instant());
        switch (answer) {
            case Receiver.Answer.Taken _ -> {
                WebhookMetrics.posted(name, WebhookMetrics.Post.TAKEN, age);
                pause = PAUSE_MIN;
                return true;
            }
            case Receiver.Answer.Refused refused -> {
                WebhookMetrics.posted(name, WebhookMetrics.Post.REFUSED, age);
                pause = PAUSE_MIN;
                warn("the receiver refuses it, so it is not told", notice.get(), refused.why());
                return true;
            }
            case Receiver.Answer.Failed failed -> {
                boolean givenUp = age.compareTo(config.giveUpAfter()) > 0;
                WebhookMetrics.posted(name, givenUp ? WebhookMetrics.Post.GIVEN_UP : WebhookMetrics.Post.FAILED, age);
                warn(givenUp ? "it is given up" : "it is tried again", notice.get(), failed.why());
                health = Health.degraded("%s does not take what is told since %s: %s"
                        .formatted(config.url(), Instant.ofEpochMilli(record.timestamp()), failed.why()));
                return givenUp;
            }
        }
    }

    private void warn(String what, Notice notice, String why) {
        LOG.atWarn()
                .addKeyValue("webhook", name)
                .addKeyValue("notice", notice.key())
                .addKeyValue("reason", why)
                .log(what);
    }

    private Optional<Notice> notice(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Notice.of(kafka.site(), EventCodec.decode(record.value()));
        } catch (UnreadableRecord damaged) {
            return Optional.empty(); // a scheduler tells it to the dead letters
        }
    }

    /** A webhook that is new tells what is detected from its first start on, not what was before. */
    private record FromNowOn(Consumer<byte[], byte[]> joined) implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            Map<TopicPartition, OffsetAndMetadata> committed = joined.committed(Set.copyOf(partitions));
            List<TopicPartition> fresh = partitions.stream()
                    .filter(partition -> committed.get(partition) == null)
                    .toList();
            if (fresh.isEmpty()) {
                return; // Kafka takes no partitions for all of them
            }
            joined.seekToEnd(fresh);
            joined.commitSync(fresh.stream()
                    .collect(Collectors.toMap(
                            partition -> partition, partition -> new OffsetAndMetadata(joined.position(partition)))));
        }
    }

    private void await(Duration most) {
        try {
            Thread.sleep(most);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing = true;
        Consumer<byte[], byte[]> joined = consumer;
        if (joined != null) {
            joined.wakeup();
        }
        try {
            thread.join(config.timeout().plus(Duration.ofSeconds(5)));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
