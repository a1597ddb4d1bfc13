package io.godwit.ittests.planted.ops.backtest;

import org.apache.kafka.clients.producer.Producer;

/** Wrong: what is tried on the past could write to a region. */
public record Followed(Producer<byte[], byte[]> producer) {}
