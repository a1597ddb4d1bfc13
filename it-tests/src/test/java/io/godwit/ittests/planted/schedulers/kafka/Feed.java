package io.godwit.ittests.planted.schedulers.kafka;

import org.apache.kafka.common.TopicPartition;

/** Right: a package named kafka may use Kafka. */
public record Feed(TopicPartition partition) {}
