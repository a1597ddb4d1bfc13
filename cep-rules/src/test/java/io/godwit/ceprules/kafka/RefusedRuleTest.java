package io.godwit.ceprules.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.RefusedRuleHistory;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

/** The log of a later build, whose built-in rule "idle-host" this build refuses, and the earlier build that goes on with it. */
final class RefusedRuleTest {
    private final RefusedRuleHistory history = RefusedRuleHistory.random(21, 200);

    @Test
    void a_segment_opens_without_the_rule_and_the_log_says_from_where_on_it_is_silent() {
        long half = history.end() / 2;
        history.record(history.said().subList(0, history.saidBelow(half)));
        RuleShelf shelf = shelf();
        try (SegmentWork work = new SegmentRestorer(
                        history.log(), active -> shelf.of(active, _ -> true), OperatorRules.HERE)
                .restore(0, new OffsetAndMetadata(half))) {
            List<SpecificRecord> changes = work.detector.activate(live(shelf, work));
            assertEquals(new RuleDeactivated("idle-host", 1, 0, half), changes.getFirst());
            assertEquals(2, changes.size(), "that, and a checkpoint");
            assertEquals(List.of(), work.detector.activate(live(shelf, work)), "it is said once");
        }
        assertEquals(1, shelf.refused().size());
        assertTrue(
                shelf.refused().getFirst().contains("refuses rule idle-host v1: line"),
                shelf.refused().toString());
        assertTrue(shelf.refused().getFirst().contains("run the build that brought it"));
    }

    @Test
    void under_the_name_of_a_built_in_rule_this_build_s_text_goes_on_and_what_stands_there_is_told() {
        for (boolean builtIn : List.of(true, false)) {
            RuleShelf shelf = shelf();
            LogRecord foreign = new LogRecord(
                    Topic.RULES,
                    0,
                    1000,
                    0,
                    "overload".getBytes(StandardCharsets.UTF_8),
                    EventCodec.encode(new RuleDeployed(
                            "overload", 2, "// name: overload\nselect hostId from HostLoss", "me", "", builtIn, 60)));
            shelf.take(foreign);
            List<String> wanted = shelf.wanted(new OpenDetections(0), _ -> true).rules().stream()
                    .map(rule -> rule.rule().toString())
                    .toList();
            assertEquals(List.of("host-crash v1", "overload v1", "underload v1", "vm-crash v1"), wanted);
            String says = shelf.refused().getLast();
            assertTrue(says.startsWith("this build refuses rule overload v2: "), says);
            assertTrue(says.contains("this build's own text runs and no other"), says);
            assertEquals(1000, shelf.unusable(0, 0).getLast().record().offset());
        }
    }

    @Test
    void the_other_rules_say_what_they_say_without_it_whenever_a_restart_comes() {
        List<SpecificRecord> whole = history.withoutIdleHost(history.said());
        for (long restart = 40; restart < history.end(); restart += history.end() / 7) {
            List<SpecificRecord> records = new ArrayList<>(history.said().subList(0, history.saidBelow(restart)));
            RefusedRuleHistory here = RefusedRuleHistory.random(21, 200);
            here.record(records);
            RuleShelf shelf = new RuleShelf(Admission.HERE);
            here.rules().forEach(shelf::take);
            try (SegmentWork work = new SegmentRestorer(
                            here.log(), active -> shelf.of(active, _ -> true), OperatorRules.HERE)
                    .restore(0, new OffsetAndMetadata(restart))) {
                SegmentDetector detector = work.detector;
                records.addAll(detector.activate(live(shelf, work)));
                for (long offset = restart; offset < here.end(); offset++) {
                    records.addAll(detector.take(here.observation(offset)).records());
                }
            }
            assertEquals(whole, history.withoutIdleHost(records), "restart at " + restart);
            assertTrue(records.stream().noneMatch(record -> history.isOpenAtEnd(records, record, "idle-host")));
        }
    }

    @Test
    void a_replay_takes_what_it_said_from_the_record_and_draws_the_others_again() {
        history.record(history.said());
        DetectionReplay.Result result = DetectionReplay.run(history.log(), 0, 0, Long.MAX_VALUE);
        assertEquals(Optional.empty(), result.difference());
        assertTrue(result.detections() > 5);
        assertEquals(1, result.refused().size());
        assertTrue(
                result.refused().getFirst().contains("replay with the build that ran it"),
                result.refused().toString());
        long end = history.end();
        for (long from = 0; from < end; from += 211) {
            assertEquals(
                    Optional.empty(),
                    DetectionReplay.run(history.log(), 0, from, Math.min(end, from + 150))
                            .difference(),
                    "from " + from);
        }
    }

    @Test
    void a_replay_over_the_change_of_builds_says_the_same_as_both_did() {
        long half = history.end() / 2;
        List<SpecificRecord> records = new ArrayList<>(history.said().subList(0, history.saidBelow(half)));
        history.record(records);
        RuleShelf shelf = shelf();
        List<SpecificRecord> later = new ArrayList<>();
        try (SegmentWork work = new SegmentRestorer(
                        history.log(), active -> shelf.of(active, _ -> true), OperatorRules.HERE)
                .restore(0, new OffsetAndMetadata(half))) {
            later.addAll(work.detector.activate(live(shelf, work)));
            for (long offset = half; offset < history.end(); offset++) {
                later.addAll(work.detector.take(history.observation(offset)).records());
            }
        }
        history.record(later);
        assertEquals(
                Optional.empty(),
                DetectionReplay.run(history.log(), 0, 0, Long.MAX_VALUE).difference());
    }

    private static List<CompiledRule> live(RuleShelf shelf, SegmentWork work) {
        return shelf.wanted(work.detector.openDetections(), _ -> true).rules();
    }

    private RuleShelf shelf() {
        RuleShelf shelf = new RuleShelf(Admission.HERE);
        history.rules().forEach(shelf::take);
        return shelf;
    }
}
