package io.godwit.ceprules.segment;

import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.log.LogRecord;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * An observation in its place, decoded once for all that draw from it.
 *
 * @param atMillis the segment's log time with it: the running maximum of timestamps
 * @param record as it stands in the log; empty where only its event is at hand
 * @param event empty where it cannot be read
 * @param fault why it cannot be read; "" else
 */
public record Observation(
        long offset, long atMillis, Optional<LogRecord> record, Optional<SpecificRecord> event, String fault) {
    /** @param nowMillis log time before it */
    public static Observation of(LogRecord record, long nowMillis) {
        long atMillis = Math.max(nowMillis, record.timestampMillis());
        try {
            return new Observation(
                    record.offset(), atMillis, Optional.of(record), Optional.of(Observed.decode(record)), "");
        } catch (UnreadableRecord unreadable) {
            return new Observation(
                    record.offset(), atMillis, Optional.of(record), Optional.empty(), unreadable.getMessage());
        }
    }

    /** One whose bytes are not at hand. */
    static Observation decoded(SpecificRecord event, long offset, long atMillis) {
        return new Observation(offset, atMillis, Optional.empty(), Optional.of(event), "");
    }
}
