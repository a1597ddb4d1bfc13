package io.godwit.ittests.planted.ops.simulate;

import org.apache.kafka.clients.producer.Producer;

/** Wrong: what is simulated could write to a region. */
public record Rehearsed(Producer<byte[], byte[]> producer) {}
