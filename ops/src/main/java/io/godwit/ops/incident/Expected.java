package io.godwit.ops.incident;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * What was detected and decided in a period, a line each, in the order of the log's times: time, position, kind of the event,
 * and the event as JSON.
 */
final class Expected {
    private record Line(long millis, Topic topic, int segment, long offset, String text) {}

    private Expected() {}

    static List<String> lines(Log log, Instant from, Instant to) {
        List<Line> lines = new ArrayList<>();
        for (Topic topic : List.of(Topic.DETECTIONS, Topic.HOST_PARTITIONS, Topic.COMMANDS)) {
            for (int segment = 0; segment < log.segments(); segment++) {
                LogRange range = new LogRange(
                        topic, segment, log.offsetAt(topic, segment, from), log.offsetAt(topic, segment, to));
                log.scan(List.of(range), record -> {
                    add(lines, record);
                    return true;
                });
            }
        }
        lines.sort(Comparator.comparingLong(Line::millis)
                .thenComparing(Line::topic)
                .thenComparingInt(Line::segment)
                .thenComparingLong(Line::offset));
        return lines.stream().map(Line::text).toList();
    }

    private static void add(List<Line> lines, LogRecord record) {
        SpecificRecord event;
        try {
            event = EventCodec.decode(record.value());
        } catch (UnreadableRecord _) {
            return; // nobody of ours has said it
        }
        if (event instanceof DetectionBegan || event instanceof DetectionEnded || decides(event)) {
            String text = "%s %s %d:%d %s %s"
                    .formatted(
                            Instant.ofEpochMilli(record.timestampMillis()),
                            record.topic().stage(),
                            record.segment(),
                            record.offset(),
                            event.getSchema().getName(),
                            event);
            lines.add(new Line(record.timestampMillis(), record.topic(), record.segment(), record.offset(), text));
        }
    }

    private static boolean decides(SpecificRecord event) {
        Schema.Field field = event.getSchema().getField("decision");
        return field != null && event.get(field.pos()) instanceof Decision;
    }
}
