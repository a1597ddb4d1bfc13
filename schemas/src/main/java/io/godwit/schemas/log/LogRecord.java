package io.godwit.schemas.log;

import io.godwit.schemas.events.Position;

/**
 * One record as it stands in a log, undecoded.
 *
 * @param offset offset at home, from 0; for a mirrored copy that of the original
 * @param timestampMillis log time of the record in milliseconds since 1970; for a mirrored copy that of the original
 * @param key UTF-8 of the key; null where the topic has none
 * @param value single-object encoded event; null is never written and unreadable
 */
@SuppressWarnings("ArrayRecordComponent") // bytes of the log, passed on untouched; nobody compares records
public record LogRecord(Topic topic, int segment, long offset, long timestampMillis, byte[] key, byte[] value) {
    public Position position() {
        return new Position(topic.stage(), segment, offset, "", "");
    }
}
