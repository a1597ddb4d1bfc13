/**
 * Host partitions: what a scheduler of one segment knows, and what it decides on each input. Pure: no Kafka, no clock, no
 * randomness; the same inputs in the same order lead to the same outputs, byte for byte.
 */
package io.godwit.schedulers.partition;
