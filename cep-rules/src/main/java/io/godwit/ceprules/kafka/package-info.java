/** The worker between Kafka and the detectors: consumer group, transactions, ticks, rules. */
package io.godwit.ceprules.kafka;
