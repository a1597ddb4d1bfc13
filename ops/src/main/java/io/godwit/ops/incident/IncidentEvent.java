package io.godwit.ops.incident;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** An event of a period, and where it stands. */
record IncidentEvent(Instant at, Place place, SpecificRecord event) {
    /** All but observations and journals, in the order of the log's times. */
    static List<IncidentEvent> of(Log log, Instant from, Instant to) {
        List<IncidentEvent> events = new ArrayList<>();
        for (Topic topic : Topic.values()) {
            boolean told = topic != Topic.OBSERVATIONS && topic != Topic.JOURNAL;
            for (int segment = 0; told && segment < log.segments(); segment++) {
                LogRange range = new LogRange(
                        topic, segment, log.offsetAt(topic, segment, from), log.offsetAt(topic, segment, to));
                log.scan(List.of(range), record -> {
                    try {
                        events.add(new IncidentEvent(
                                Instant.ofEpochMilli(record.timestampMillis()),
                                Place.of(record),
                                EventCodec.decode(record.value())));
                    } catch (UnreadableRecord _) {
                        // a service tells it to the dead letters
                    }
                    return true;
                });
            }
        }
        events.sort(Comparator.comparing(IncidentEvent::at)
                .thenComparing(event -> event.place().topic())
                .thenComparingInt(event -> event.place().segment())
                .thenComparingLong(event -> event.place().offset()));
        return events;
    }
}
