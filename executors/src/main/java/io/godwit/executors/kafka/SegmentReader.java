package io.godwit.executors.kafka;

import io.godwit.executors.work.Ledger;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a newly owned segment's commands went through, from the place that the last commit names. */
public final class SegmentReader {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentReader.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Outcomes that are folded before the place that is needed, so that a command written twice is known. */
    private static final long MORE = 1000;

    /** Host partition records that are read back for the newest epochs. */
    private static final long GRANTS_BACK = 1000;

    private final SiteKafka kafka;
    private final Admin admin;
    private final RegionTail region;
    private final String clientId;

    public SegmentReader(SiteKafka kafka, Admin admin, RegionTail region, String clientId) {
        this.kafka = kafka;
        this.admin = admin;
        this.region = region;
        this.clientId = clientId;
    }

    /**
     * What a segment is taken up with.
     *
     * @param position offset of the first command that may be open
     * @param note who committed last; of an empty slot where nobody did
     */
    public record Restored(Ledger ledger, long position, long outcomesEnd, CommitNote note, boolean committed) {}

    /**
     * Blocks until what earlier owners committed is read, also what is being committed now: the offsets given must be those
     * of a reader that waits for open transactions, and outcomes are read up to the end that even uncommitted ones have.
     *
     * @param committed by command partition; null values where nobody committed
     */
    public Map<Integer, Restored> read(Collection<Integer> segments, Map<TopicPartition, OffsetAndMetadata> committed) {
        Map<TopicPartition, Long> ends = ends(segments);
        Map<Integer, Restored> restored = new HashMap<>();
        try (Consumer<byte[], byte[]> consumer = kafka.reader(clientId + "-restore")) {
            consumer.assign(ends.keySet()); // first, or the client warns of offsets it was not assigned
            Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(ends.keySet());
            for (int segment : segments) {
                TopicPartition outcomes = new TopicPartition(Topic.OUTCOMES.of(kafka.site()), segment);
                OffsetAndMetadata last = committed.get(new TopicPartition(Topic.COMMANDS.of(kafka.site()), segment));
                CommitNote note = CommitNote.parse(last == null ? null : last.metadata());
                restored.put(
                        segment,
                        new Restored(
                                new Ledger(note.outcomesFrom()),
                                last == null ? 0 : last.offset(),
                                ends.get(outcomes),
                                note,
                                last != null));
            }
            ends.forEach((partition, end) -> {
                long from = partition.topic().equals(Topic.OUTCOMES.of(kafka.site()))
                        ? Math.min(restored.get(partition.partition()).note().outcomesFrom(), end - MORE)
                        : end - GRANTS_BACK;
                consumer.seek(partition, Math.max(beginnings.get(partition), Math.max(0, from)));
            });
            fold(consumer, ends, restored);
        }
        return restored;
    }

    private void fold(
            Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends, Map<Integer, Restored> restored) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        Set<TopicPartition> behind = new HashSet<>(ends.keySet());
        while (true) {
            behind.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
            if (behind.isEmpty()) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new KafkaException("reading " + behind + " took more than " + LIMIT.toSeconds()
                        + " s; if that goes on, a transaction may hang in them: see \"transactions that hang\" in"
                        + " docs/kafka.md");
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                try {
                    if (record.topic().equals(Topic.OUTCOMES.of(kafka.site()))) {
                        restored.get(record.partition())
                                .ledger()
                                .fold(EventCodec.decode(record.value()), record.timestamp());
                    } else {
                        region.take(KafkaLog.toLogRecord(Topic.HOST_PARTITIONS, record));
                    }
                } catch (UnreadableRecord unreadable) {
                    LOG.atWarn()
                            .addKeyValue("topic", record.topic())
                            .addKeyValue("segment", record.partition())
                            .addKeyValue("offset", record.offset())
                            .addKeyValue("why", unreadable.getMessage())
                            .log("a record was passed over");
                }
            }
        }
    }

    private Map<TopicPartition, Long> ends(Collection<Integer> segments) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int segment : segments) {
            asked.put(new TopicPartition(Topic.OUTCOMES.of(kafka.site()), segment), OffsetSpec.latest());
            asked.put(new TopicPartition(Topic.HOST_PARTITIONS.of(kafka.site()), segment), OffsetSpec.latest());
        }
        try {
            return admin
                    .listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .all()
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .entrySet()
                    .stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, end -> end.getValue().offset()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KafkaException(interrupted);
        } catch (ExecutionException | java.util.concurrent.TimeoutException failed) {
            throw new KafkaException(
                    "cannot ask for the ends of " + asked.keySet() + ": " + failed.getMessage(), failed);
        }
    }
}
