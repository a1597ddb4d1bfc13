/** What overlay-sync reads and writes: the only clients of Kafka outside the mirror. */
package io.godwit.overlaysync.kafka;
