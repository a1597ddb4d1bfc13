package io.godwit.ceprules.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class ReplayTest {
    private static final String OFTEN =
            "// name: often\n// hold: 10s\nselect hostId from HostSample(cpuPermille > 850)";

    /** A history with a rule deployed, and retired again, in the middle; its detections recorded in the log. */
    private static History recorded(long seed) {
        History history = RestartTest.random(seed, 200);
        List<CompiledRule> rules = new ArrayList<>(History.builtIn());
        for (CompiledRule rule : rules) {
            deploy(history, rule);
        }
        CompiledRule often = History.custom(OFTEN);
        deploy(history, often);
        List<SpecificRecord> records = new ArrayList<>();
        try (SegmentDetector detector = history.fresh(rules, records)) {
            long end = history.end();
            for (long offset = 0; offset < end; offset++) {
                if (offset == end / 3) {
                    rules.add(often);
                    records.addAll(detector.activate(rules));
                }
                if (offset == 2 * end / 3) {
                    rules.remove(often);
                    records.addAll(detector.activate(rules));
                }
                records.addAll(detector.take(history.record(offset)).records());
            }
        }
        records.forEach(record -> history.log.append(
                Topic.DETECTIONS,
                History.SEGMENT,
                Instant.ofEpochMilli(history.atMillis),
                "k",
                EventCodec.encode(record)));
        return history;
    }

    private static void deploy(History history, CompiledRule rule) {
        RuleDeployed deployed = new RuleDeployed(
                rule.rule().name(),
                1,
                rule.rule().text(),
                "me",
                "test",
                rule.rule().builtIn(),
                60);
        history.log.append(
                Topic.RULES, History.SEGMENT, Instant.EPOCH, rule.rule().name(), EventCodec.encode(deployed));
    }

    @Test
    void a_replay_of_everything_says_what_was_recorded() {
        DetectionReplay.Result result = DetectionReplay.run(recorded(11).log, History.SEGMENT, 0, Long.MAX_VALUE);
        assertEquals(Optional.empty(), result.difference());
        assertTrue(result.detections() > 5);
        assertTrue(result.lookBackWhole());
    }

    @Test
    void a_replay_of_any_part_says_what_was_recorded_there() {
        History history = recorded(12);
        long end = history.end();
        for (long from = 0; from < end; from += 97) {
            DetectionReplay.Result result =
                    DetectionReplay.run(history.log, History.SEGMENT, from, Math.min(end, from + 150));
            assertEquals(Optional.empty(), result.difference(), "from " + from);
        }
    }

    @Test
    void a_record_that_no_engine_said_is_the_first_difference() {
        History history = recorded(13);
        DetectionReplay.Result before = DetectionReplay.run(history.log, History.SEGMENT, 0, Long.MAX_VALUE);
        DetectionBegan began =
                (DetectionBegan) DetectionReplay.recorded(history.log, History.SEGMENT, 0, Long.MAX_VALUE).stream()
                        .map(DetectionReplay.Said::event)
                        .filter(DetectionBegan.class::isInstance)
                        .findFirst()
                        .orElseThrow();
        history.log.append(Topic.DETECTIONS, History.SEGMENT, Instant.EPOCH, "k", EventCodec.encode(began));
        DetectionReplay.Result after = DetectionReplay.run(history.log, History.SEGMENT, 0, Long.MAX_VALUE);
        assertEquals(before.said(), after.difference().orElseThrow().index());
        assertEquals(Optional.empty(), after.difference().orElseThrow().replayed());
    }

    @Test
    void a_checkpoint_that_no_engine_said_is_the_first_difference() {
        History history = recorded(14);
        List<DetectionReplay.Said> all = DetectionReplay.recorded(history.log, History.SEGMENT, 0, Long.MAX_VALUE);
        DetectionReplay.Said second = all.stream()
                .filter(said -> said.event() instanceof DetectionsCheckpointed)
                .skip(1)
                .findFirst()
                .orElseThrow();
        DetectionsCheckpointed other = DetectionsCheckpointed.newBuilder((DetectionsCheckpointed) second.event())
                .setActive(List.of())
                .build();
        MemoryLog changed = new MemoryLog(history.log.site(), history.log.segments());
        for (Topic topic : Topic.values()) {
            history.log.scan(List.of(LogRange.all(topic, History.SEGMENT)), record -> {
                boolean it = Arrays.equals(record.value(), EventCodec.encode(second.event()));
                changed.append(
                        topic,
                        History.SEGMENT,
                        Instant.ofEpochMilli(record.timestampMillis()),
                        "k",
                        it ? EventCodec.encode(other) : record.value());
                return true;
            });
        }
        DetectionReplay.Difference difference = DetectionReplay.run(changed, History.SEGMENT, 0, Long.MAX_VALUE)
                .difference()
                .orElseThrow();
        assertEquals(other, difference.recorded().orElseThrow().event());
        assertEquals(second, difference.replayed().orElseThrow());
    }
}
