package io.godwit.monitors.kafka;

import io.godwit.monitors.MonitorMetrics;
import io.godwit.monitors.watch.HostWatch;
import io.godwit.monitors.watch.Membership;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.kafka.DeadLetters;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.service.Health;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A monitor as a member of its group: the segments that it is given are those whose hosts it watches. Each segment's
 * inventory is read from its start whenever the segment is given; no offsets are committed.
 */
public final class InventoryMember implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InventoryMember.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final String site;
    private final Slot slot;
    private final Consumer<byte[], byte[]> consumer;
    private final Membership membership;
    private final HostWatch watch;
    private final ObservationWriter writer;
    private final Set<Integer> reading = new HashSet<>();
    private final Thread thread;
    private volatile Health health = Health.starting("waits for its share of the segments");
    private volatile boolean closing;

    /** Joins the group. */
    public InventoryMember(
            SiteKafka kafka,
            Slot slot,
            String clientId,
            Membership membership,
            HostWatch watch,
            ObservationWriter writer) {
        this.site = kafka.site();
        this.slot = slot;
        this.consumer = kafka.groupConsumer(slot, kafka.settings().session(), clientId);
        this.membership = membership;
        this.watch = watch;
        this.writer = writer;
        this.thread = Thread.ofPlatform().daemon().name("inventory-" + slot).start(this::run);
    }

    public Health health() {
        return health;
    }

    private void run() {
        boolean away = false;
        try (consumer) {
            consumer.subscribe(List.of(Topic.INVENTORY.of(site)), new Share());
            while (!closing) {
                try {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                        take(KafkaLog.toLogRecord(Topic.INVENTORY, record));
                    }
                    membership.heartbeats(answeredHeartbeats(), System.nanoTime());
                    serveWhatIsRead();
                    away = false;
                } catch (FencedInstanceIdException fenced) {
                    throw fenced;
                } catch (WakeupException woken) {
                    // closing, or nothing
                } catch (KafkaException failed) {
                    if (!away) {
                        LOG.atWarn()
                                .addKeyValue("slot", slot)
                                .addKeyValue("cause", failed.getMessage())
                                .log("the inventory cannot be read; tried again until it can");
                    }
                    away = true;
                    Thread.sleep(POLL);
                }
            }
        } catch (FencedInstanceIdException fenced) {
            health = Health.failed("another process has the slot " + slot + "; give this one a slot of its own");
            LOG.atError().addKeyValue("slot", slot).log("another process has this slot; give each process its own");
            abandon();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            health = Health.failed("the monitor stopped: " + failed.getMessage());
            LOG.atError().addKeyValue("slot", slot).setCause(failed).log("the monitor stopped");
            abandon();
        }
    }

    private void abandon() {
        membership.assigned(Set.of(), System.nanoTime());
        watch.served().forEach(watch::end);
    }

    private void take(LogRecord record) {
        try {
            SpecificRecord event = EventCodec.decode(record.value());
            if (event instanceof HostJoined joined && joined.getSegment() != record.segment()) {
                throw new UnreadableRecord("the host's segment is %d, the record stands in %d; add the host again"
                        .formatted(joined.getSegment(), record.segment()));
            }
            watch.take(record.segment(), event);
        } catch (UnreadableRecord unreadable) {
            MonitorMetrics.DEAD_LETTERS.inc();
            writer.lasting(DeadLetters.record(site, record, unreadable.getMessage(), slot.toString()));
        }
    }

    private void serveWhatIsRead() {
        for (int segment : List.copyOf(reading)) {
            var lag = consumer.currentLag(new TopicPartition(Topic.INVENTORY.of(site), segment));
            if (lag.isPresent() && lag.getAsLong() == 0) {
                reading.remove(segment);
                watch.serve(segment);
            }
        }
        if (!health.ready() || !reading.isEmpty()) {
            Set<Integer> given = membership.segments();
            boolean joined = !consumer.groupMetadata().memberId().isEmpty();
            health = joined && reading.isEmpty()
                    ? Health.ready("watches the hosts of segments " + given)
                    : Health.starting("reads the inventory of segments " + new TreeSet<>(reading));
        }
    }

    /** Heartbeats that the coordinator answered. */
    private long answeredHeartbeats() {
        return consumer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("heartbeat-total"))
                .mapToLong(metric -> ((Number) metric.getValue().metricValue()).longValue())
                .sum();
    }

    /** What the group gives and takes. */
    private final class Share implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> given) {
            Set<Integer> all = membership.segments();
            for (TopicPartition partition : given) {
                all.add(partition.partition());
                reading.add(partition.partition());
                watch.begin(partition.partition());
            }
            consumer.seekToBeginning(given);
            membership.assigned(all, System.nanoTime());
            LOG.atInfo().addKeyValue("slot", slot).addKeyValue("segments", all).log("segments assigned");
            health = Health.starting("reads the inventory of segments " + all);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> taken) {
            Set<Integer> all = membership.segments();
            Set<Integer> gone = taken.stream().map(TopicPartition::partition).collect(Collectors.toSet());
            all.removeAll(gone);
            membership.assigned(all, System.nanoTime());
            gone.forEach(segment -> {
                reading.remove(segment);
                watch.end(segment);
            });
        }
    }

    /** Stays in the group by name, so that a restart in this slot takes up its segments at once. */
    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
