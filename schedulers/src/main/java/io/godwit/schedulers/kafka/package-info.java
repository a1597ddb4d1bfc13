/** The scheduler on Kafka Streams: one topology, one processor per segment, its state in one logged store. */
package io.godwit.schedulers.kafka;
