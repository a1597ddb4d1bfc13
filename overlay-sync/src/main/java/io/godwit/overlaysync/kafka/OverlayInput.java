package io.godwit.overlaysync.kafka;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.RoundTrip;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Inventory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What overlay-sync reads: which segments are its own (a group on the inventory, of which it reads nothing by itself), the
 * inventory of the site from the start, and of the observations from now on those few that say something of the network;
 * samples pass by after a look at ten bytes. Used by one thread.
 */
public final class OverlayInput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OverlayInput.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Set<Long> WANTED = Set.of(
            EventCodec.fingerprint(HostLost.class),
            EventCodec.fingerprint(RoundTrip.class),
            EventCodec.fingerprint(CoordinateAnnounced.class));
    private static final long VM_DEFINED = EventCodec.fingerprint(VmDefined.class);

    private final Slot slot;
    private final Consumer<byte[], byte[]> group;
    private final Queue<LogRecord> inventoryRecords = new ConcurrentLinkedQueue<>();
    private final Queue<LogRecord> observed = new ConcurrentLinkedQueue<>();
    private final Inventory inventory;
    private final TopicTail inventoryTail;
    private final TopicTail observationTail;
    private final Thread lookBack;
    private volatile boolean closing;
    private Set<Integer> segments = new TreeSet<>();
    private boolean assigned;
    private boolean changed;

    /** @param coordinatesKept how far back announced coordinates are read */
    public OverlayInput(SiteKafka kafka, Slot slot, Duration coordinatesKept) {
        this.slot = slot;
        this.group = kafka.groupConsumer(slot);
        String topic = Topic.INVENTORY.of(kafka.site());
        int count;
        try {
            count = group.partitionsFor(topic).size();
        } catch (RuntimeException unreachable) {
            group.close();
            throw unreachable;
        }
        if (count == 0) {
            group.close();
            throw new KafkaException(
                    "topic " + topic + " is not there; create it with: godwit topics create --site " + kafka.site());
        }
        List<Integer> all = IntStream.range(0, count).boxed().toList();
        this.inventory = new Inventory(count);
        this.inventoryTail = new TopicTail(
                kafka,
                kafka.site(),
                slot + "-inventory",
                List.of(Topic.INVENTORY),
                all,
                TopicTail.From.BEGINNING,
                this::takeInventory);
        this.observationTail = new TopicTail(
                kafka,
                kafka.site(),
                slot + "-observations",
                List.of(Topic.OBSERVATIONS),
                all,
                TopicTail.From.END,
                record -> takeObservation(observed, record));
        this.lookBack = Thread.ofVirtual().name(slot + "-coordinates").start(() -> lookBack(kafka, coordinatesKept));
        group.subscribe(List.of(topic), new Assignment());
    }

    /** Waits a moment for whatever comes; true where hosts or own segments have changed. */
    public boolean poll() {
        group.poll(POLL);
        group.pause(group.assignment()); // membership is all that is wanted of this consumer
        if (inventoryTail.failure() != null || observationTail.failure() != null) {
            throw new KafkaException(
                    "a tail of the log ended",
                    inventoryTail.failure() != null ? inventoryTail.failure() : observationTail.failure());
        }
        boolean news = changed;
        changed = false;
        for (LogRecord record = inventoryRecords.poll(); record != null; record = inventoryRecords.poll()) {
            try {
                inventory.take(record);
                news = true;
            } catch (UnreadableRecord damaged) {
                // the monitors read the same topic and send it to the dead letters
                LOG.atWarn()
                        .addKeyValue("segment", record.segment())
                        .addKeyValue("offset", record.offset())
                        .log("an inventory record cannot be read and is passed over: " + damaged.getMessage());
            }
        }
        return news;
    }

    /** The next observation that says something of the network; null where there is none now. */
    public LogRecord next() {
        return observed.poll();
    }

    /** The event of an observation; null where it cannot be read, which then stands in the dead letters. */
    public SpecificRecord decode(LogRecord record, OverlayOutput output) {
        try {
            return EventCodec.decode(record.value());
        } catch (UnreadableRecord damaged) {
            if (segments.contains(record.segment())) { // the others have owners that see it as well
                output.deadLetter(record, damaged.getMessage());
            }
            return null;
        }
    }

    public Map<String, Inventory.Entry> hosts() {
        return inventory.hosts();
    }

    public boolean owns(int segment) {
        return segments.contains(segment);
    }

    public int segments() {
        return segments.size();
    }

    /** Whether the group has answered and the inventory is read. */
    public boolean ready() {
        return assigned && inventoryTail.caughtUp().isDone();
    }

    @Override
    public void close() {
        closing = true;
        lookBack.interrupt();
        inventoryTail.close();
        observationTail.close();
        group.close();
    }

    private void takeInventory(LogRecord record) {
        // definitions carry whole domain XMLs and say nothing of where a host is
        if (record.value() == null
                || record.value().length < EventCodec.HEADER_BYTES
                || fingerprint(record) != VM_DEFINED) {
            inventoryRecords.add(record);
        }
    }

    private static void takeObservation(Queue<LogRecord> queue, LogRecord record) {
        if (record.value() != null
                && record.value().length >= EventCodec.HEADER_BYTES
                && WANTED.contains(fingerprint(record))) {
            queue.add(record);
        }
    }

    /** Of a value that is long enough; one that begins otherwise than an event has none of ours. */
    private static long fingerprint(LogRecord record) {
        return record.value()[0] == (byte) 0xC3 && record.value()[1] == 0x01
                ? EventCodec.fingerprintOf(record.value())
                : 0;
    }

    /** Hands over the coordinates that were announced of late; without them the map is measured anew. */
    private void lookBack(SiteKafka kafka, Duration kept) {
        long coordinate = EventCodec.fingerprint(CoordinateAnnounced.class);
        try (KafkaLog log = new KafkaLog(kafka, kafka.site())) {
            Instant from = Instant.now().minus(kept);
            List<LogRange> ranges = new ArrayList<>();
            for (int segment = 0; segment < log.segments(); segment++) {
                ranges.add(new LogRange(
                        Topic.OBSERVATIONS, segment, log.offsetAt(Topic.OBSERVATIONS, segment, from), Long.MAX_VALUE));
            }
            log.scan(ranges, record -> {
                if (record.value() != null
                        && record.value().length >= EventCodec.HEADER_BYTES
                        && fingerprint(record) == coordinate) {
                    observed.add(record);
                }
                return !closing;
            });
        } catch (RuntimeException failed) {
            if (!closing) {
                LOG.atWarn()
                        .addKeyValue("slot", slot)
                        .setCause(failed)
                        .log("announced coordinates could not be read back; they are measured anew");
            }
        }
    }

    private final class Assignment implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            added.forEach(partition -> segments.add(partition.partition()));
            assigned = true;
            changed = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> gone) {
            gone.forEach(partition -> segments.remove(partition.partition()));
            changed = true;
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> gone) {
            segments = new TreeSet<>();
            changed = true;
        }
    }
}
