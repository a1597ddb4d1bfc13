package io.godwit.ittests.planted.schedulers;

import org.apache.kafka.common.TopicPartition;

/** Right: a shell, and what is nested in it, may use Kafka. */
public record MindTopology(TopicPartition partition) {
    record Part(TopicPartition partition) {}
}
