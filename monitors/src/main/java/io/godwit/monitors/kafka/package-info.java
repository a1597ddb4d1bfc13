/** A monitor's ways to Kafka: its share of the segments, and what it writes. */
package io.godwit.monitors.kafka;
