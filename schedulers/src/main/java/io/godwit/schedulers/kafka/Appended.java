package io.godwit.schedulers.kafka;

/**
 * A value on its way to a topic, with the segment that it must stand in: sinks see neither headers nor the decision.
 *
 * @param value single-object encoded event
 */
@SuppressWarnings("ArrayRecordComponent") // handed from the processor to the sink, never compared
record Appended(int segment, byte[] value) {}
