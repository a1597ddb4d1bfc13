package io.godwit.schedulers.partition;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.log.Topic;
import org.apache.avro.specific.SpecificRecord;

/**
 * One record that a scheduler wants appended.
 *
 * @param segment segment to append it to, which need not be the scheduler's own
 * @param value the event as it will stand in the log
 */
@SuppressWarnings("ArrayRecordComponent") // bytes of the log, passed on untouched; nobody compares outputs by equals
public record Output(Topic topic, int segment, String key, SpecificRecord event, byte[] value) {
    public static Output of(Topic topic, int segment, String key, SpecificRecord event) {
        return new Output(topic, segment, key, event, EventCodec.encode(event));
    }
}
