package io.godwit.schemas.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MentionsTest {
    private static final long HOME = 1000;

    private final LogOf log = new LogOf(1);
    private final RegionState state = new RegionState("a", 1);

    @Test
    void what_is_folded_already_is_left_out_also_of_a_copy_whose_records_bear_other_offsets() {
        began("d1", "h1");
        began("d2", "h2");
        began("d3", "h1");
        state.foldedFrom(new LogRange(Topic.DETECTIONS, 0, 2, 3)); // d3 was folded as part of a stretch

        Mentions mentions = new Mentions(new Copy(log.log), Optional.empty(), state);
        mentions.fold(Topic.DETECTIONS, List.of("h1"));
        mentions.fold(Topic.DETECTIONS, List.of("d1", "h1"));

        assertEquals(
                List.of("d1"),
                state.detections().all().stream().map(Detections.Detection::id).toList());
    }

    @Test
    void a_moment_bounds_what_counts() {
        began("d1", "h1");
        began("d2", "h1");

        Mentions mentions = new Mentions(log.log, Optional.of(LogOf.START.plusSeconds(1)), state);
        mentions.fold(Topic.DETECTIONS, List.of("h1"));

        assertEquals(
                List.of("d1"),
                state.detections().all().stream().map(Detections.Detection::id).toList());
    }

    private void began(String id, String host) {
        int second = (int) log.log.end(Topic.DETECTIONS, 0) + 1;
        log.append(
                second,
                0,
                host,
                new DetectionBegan(
                        id,
                        DetectionKind.OVERLOAD,
                        host,
                        null,
                        LogOf.START.plusSeconds(second),
                        "cpu-demand",
                        8100L,
                        8000L,
                        "mc",
                        "overload",
                        1,
                        List.of(),
                        null));
    }

    /** As a mirrored topic is read: ranges are meant in the offsets of the copy, records bear those of their home. */
    private record Copy(Log behind) implements Log {
        @Override
        public String site() {
            return behind.site();
        }

        @Override
        public String incarnation() {
            return behind.incarnation();
        }

        @Override
        public int segments() {
            return behind.segments();
        }

        @Override
        public long beginning(Topic topic, int segment) {
            return behind.beginning(topic, segment);
        }

        @Override
        public long end(Topic topic, int segment) {
            return behind.end(topic, segment);
        }

        @Override
        public long offsetAt(Topic topic, int segment, Instant time) {
            return behind.offsetAt(topic, segment, time);
        }

        @Override
        public void scan(List<LogRange> ranges, Visitor visitor) {
            behind.scan(
                    ranges,
                    record -> visitor.take(new LogRecord(
                            record.topic(),
                            record.segment(),
                            record.offset() + HOME,
                            record.timestampMillis(),
                            record.key(),
                            record.value())));
        }

        @Override
        public void close() {
            behind.close();
        }
    }
}
