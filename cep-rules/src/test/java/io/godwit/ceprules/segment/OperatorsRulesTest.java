package io.godwit.ceprules.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RulesPage;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class OperatorsRulesTest {
    @Test
    void every_example_of_the_page_begins_a_detection_and_ends_it_when_nothing_speaks_for_it() throws IOException {
        List<CompiledRule> rules = new ArrayList<>();
        for (String text : RulesPage.read().examples()) {
            rules.add(History.custom(text));
        }
        assertTrue(rules.size() >= 9);
        History history = new History().join("h1", "r1").join("h2", "r1").join("h3", "r1");
        List<String> others = List.of("k1", "k2", "k3", "k4");
        others.forEach(host -> history.join(host, "r2"));
        for (int second = 0; second < 30; second++) {
            history.later(1000).alive().sample("h1", 7900, 40L << 30, History.vm("v1", VmState.RUNNING));
            if (second % 10 == 0) {
                history.news("h1", "v1", VmChange.FAILED)
                        .news("h1", "v2", VmChange.MIGRATED_IN)
                        .probe("h1", false)
                        .lost("h1"); // a busy one
            }
            if (second < 4) {
                history.sample("h2", 3000 + 500 * second, 8L << 30); // no VM on it
            }
            if (second == 5) {
                history.lost("h2"); // which says nothing any more
            }
            if (second == 12) { // the last one makes most of its rack nearly full
                others.forEach(host -> history.sample(host, host.equals("k1") ? 1000 : 7280, 8L << 30));
            }
            if (second == 15) {
                history.sample("s1", "", 8_000_000); // its 8 GiB take 18 minutes
            }
            if (second == 25) {
                history.lost("h3").sample("h3", 1000, 8L << 30); // the third of its rack, and seen again at once
            }
            history.tick();
        }
        history.watch(2400);
        List<SpecificRecord> said = history.detections(rules);
        for (CompiledRule rule : rules) {
            String name = rule.rule().name();
            assertEquals(
                    1,
                    said.stream()
                            .filter(record -> record instanceof DetectionBegan began
                                    && began.getRule().equals(name))
                            .count(),
                    name);
            assertEquals(
                    1,
                    said.stream()
                            .filter(record -> record instanceof DetectionEnded ended
                                    && ended.getRule().equals(name))
                            .count(),
                    name);
        }
    }

    @Test
    void what_a_built_in_rule_opened_ends_at_the_next_tick_once_no_version_of_it_is_active() {
        History history = new History();
        history.sample("h1", 9000).later(1000).sample("h1", 9000).later(1000).tick();
        List<CompiledRule> rules = new ArrayList<>(History.builtIn());
        List<SpecificRecord> said = new ArrayList<>();
        try (SegmentDetector detector = history.fresh(rules, said)) {
            detector.take(history.record(0));
            rules.removeIf(rule -> rule.rule().name().equals("overload"));
            detector.activate(rules);
            LogRecord sample = history.record(1);
            assertEquals(List.of(), detector.take(sample).records());
            DetectionEnded ended =
                    (DetectionEnded) detector.take(history.record(2)).records().getFirst();
            assertEquals("the rule was retired", ended.getReason());
            assertEquals(2, ended.getEvidence().getLast().getPosition().getOffset());
            assertEquals(List.of(), detector.openDetections().open());
        }
    }
}
