package io.godwit.ceprules.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** What the header of an operator's rule lets its detections do goes with them into the log. */
final class TermsTest {
    private static final String CROWDED = """
        // name: crowded
        // hold: 2s
        // owner: storage team
        // severity: critical
        // action: migrate-away
        // mode: shadow
        // cool-down: 10s
        select hostId from HostSample(cpuDemandMillicores > 7000)
        """;
    private static final String LOADED = """
        // name: loaded
        // kind: OVERLOAD
        // mode: auto
        // hold: 2s
        select hostId from HostSample(cpuDemandMillicores > 7000)
        """;

    private static List<DetectionBegan> began(List<SpecificRecord> said, String rule) {
        return said.stream()
                .filter(DetectionBegan.class::isInstance)
                .map(DetectionBegan.class::cast)
                .filter(began -> began.getRule().equals(rule))
                .toList();
    }

    @Test
    void beginning_and_end_carry_what_the_header_says() {
        History history = new History();
        history.later(1000).sample("h1", 7500).watch(4);
        List<SpecificRecord> said = history.detections(List.of(History.custom(CROWDED)));

        DetectionTerms terms = new DetectionTerms(
                "storage team", Severity.CRITICAL, DetectionAction.MIGRATE_AWAY, ActingMode.SHADOW, 10_000L);
        assertEquals(terms, began(said, "crowded").getFirst().getTerms());
        DetectionEnded ended = said.stream()
                .filter(DetectionEnded.class::isInstance)
                .map(DetectionEnded.class::cast)
                .findFirst()
                .orElseThrow();
        assertEquals(terms, ended.getTerms());
        assertEquals(ended.getUntil().plusSeconds(10), ended.getCoolDownUntil());
    }

    @Test
    void none_begins_anew_for_a_subject_that_cools_down_and_one_does_right_after_that() {
        History history = new History();
        history.later(1000).sample("h1", 7500).watch(3); // ends 3 s later, so that it cools down for 10 s from there
        for (int second = 0; second < 12; second++) {
            history.sample("h1", 7500)
                    .sample("h2", second < 1 ? 7500 : 100)
                    .later(1000)
                    .tick();
        }
        List<SpecificRecord> said = history.detections(List.of(History.custom(CROWDED)));

        List<DetectionBegan> ofH1 = began(said, "crowded").stream()
                .filter(one -> one.getHostId().equals("h1"))
                .toList();
        assertEquals(2, ofH1.size());
        assertEquals(
                ofH1.getFirst().getSince().plusSeconds(3 + 10), ofH1.getLast().getSince());
        assertEquals(3, began(said, "crowded").size(), "another host does not wait for it");
    }

    @Test
    void a_checkpoint_keeps_what_cools_down_so_that_a_reader_may_begin_there() {
        History history = new History();
        history.later(1000).sample("h1", 7500).watch(3);
        List<CompiledRule> rules = List.of(History.custom(CROWDED));
        List<SpecificRecord> records = new ArrayList<>();
        try (SegmentDetector detector = history.fresh(rules, records)) {
            for (long offset = 0; offset < history.end(); offset++) {
                records.addAll(detector.take(history.record(offset)).records());
            }
            DetectionsCheckpointed checkpoint = detector.openDetections()
                    .checkpoint(history.end(), detector.place().logTime());
            assertEquals("h1", checkpoint.getCooling().getFirst().getHostId());

            OpenDetections restored = new OpenDetections(History.SEGMENT);
            restored.evolve(checkpoint);
            history.later(1000).sample("h1", 7500).later(9000).sample("h1", 7500);
            long next = detector.place().nextOffset();
            try (SegmentDetector again = SegmentDetector.open(
                    History.SEGMENT, restored, detector.place(), rules, LookBack.of(history.log))) {
                assertEquals(List.of(), again.take(history.record(next)).records());
                assertEquals(1, again.take(history.record(next + 1)).records().size());
            }
        }
    }

    @Test
    void a_version_that_may_do_something_else_takes_its_place_at_once() {
        History history = new History();
        history.later(1000).sample("h1", 7500).later(500).tick().later(500).sample("h1", 7500);
        List<SpecificRecord> records = new ArrayList<>();
        try (SegmentDetector detector = history.fresh(List.of(History.custom(CROWDED)), records)) {
            detector.take(history.record(0));
            CompiledRule promoted =
                    RuleCompiler.compile(new RuleVersion("crowded", 2, CROWDED.replace("shadow", "auto"), false));
            detector.activate(List.of(promoted));
            DetectionEnded ended =
                    (DetectionEnded) detector.take(history.record(1)).records().getFirst();
            assertEquals(Instant.EPOCH, ended.getCoolDownUntil());
            assertEquals(ActingMode.SHADOW, ended.getTerms().getMode());
            DetectionBegan began =
                    (DetectionBegan) detector.take(history.record(2)).records().getFirst();
            assertEquals(ActingMode.AUTO, began.getTerms().getMode());
            assertEquals(2, began.getRuleVersion());
        }
    }

    @Test
    void a_rule_of_a_built_in_kind_has_detections_of_its_own_and_hides_none_of_the_built_in_rule() {
        History history = new History();
        history.later(1000)
                .sample("h1", 7500)
                .later(1000)
                .sample("h1", 9000)
                .later(1000)
                .tick();
        List<CompiledRule> rules = new ArrayList<>(History.builtIn());
        rules.add(History.custom(LOADED));
        List<SpecificRecord> said = history.detections(rules);

        DetectionBegan own = began(said, "loaded").getFirst();
        assertEquals(DetectionKind.OVERLOAD, own.getKind());
        assertTrue(own.getId().startsWith("OVERLOAD-loaded-h1-"), own.getId());
        assertEquals(1, began(said, "overload").size());
        assertEquals(null, began(said, "overload").getFirst().getTerms());
    }
}
