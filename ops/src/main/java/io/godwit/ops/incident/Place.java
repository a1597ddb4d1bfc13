package io.godwit.ops.incident;

import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;

/** Where a record stands. */
public record Place(Topic topic, int segment, long offset) {
    static Place of(LogRecord record) {
        return new Place(record.topic(), record.segment(), record.offset());
    }

    /** As in "detections 3:412", the form that other verbs print. */
    String text() {
        return "%s %d:%d".formatted(topic.stage().substring(0, topic.stage().indexOf('.')), segment, offset);
    }

    String anchor() {
        return text().replace(' ', '-').replace(':', '-');
    }
}
