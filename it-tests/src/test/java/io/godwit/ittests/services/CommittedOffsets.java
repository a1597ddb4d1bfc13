package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.kafka.SiteKafka;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/** The places of consumer groups as they are committed: the broker keeps each commit in a topic of its own. */
final class CommittedOffsets implements AutoCloseable {
    private static final String TOPIC = "__consumer_offsets";
    private static final int PARTITIONS = 4; // as the embedded broker has them
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Consumer<byte[], byte[]> commits;
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final Map<String, Long> newest = new HashMap<>();

    CommittedOffsets(SiteKafka kafka) {
        commits = kafka.reader("committed-offsets");
        commits.assign(IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(TOPIC, partition))
                .toList());
    }

    /** Waits until a group has committed this place or a later one. */
    void await(String group, TopicPartition partition, long offset, Duration patience) {
        String wanted = key(group, partition.topic(), partition.partition());
        long until = System.nanoTime() + patience.toNanos();
        while (newest.getOrDefault(wanted, -1L) < offset) {
            assertTrue(System.nanoTime() < until, () -> wanted + " did not come to " + offset + ": " + newest);
            commits.poll(POLL).forEach(this::take);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return; // a group that is forgotten
        }
        CoordinatorRecord commit = serde.deserialize(ByteBuffer.wrap(record.key()), ByteBuffer.wrap(record.value()));
        if (commit.key() instanceof OffsetCommitKey key
                && commit.value().message() instanceof OffsetCommitValue value) {
            newest.put(key(key.group(), key.topic(), key.partition()), value.offset());
        }
    }

    private static String key(String group, String topic, int partition) {
        return group + " " + topic + " " + partition;
    }

    @Override
    public void close() {
        commits.close();
    }
}
