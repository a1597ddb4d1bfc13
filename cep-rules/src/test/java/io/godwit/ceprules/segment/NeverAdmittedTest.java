package io.godwit.ceprules.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** A version that takes too much to be looked through is quarantined, and nobody tries it again: no restart and no replay. */
final class NeverAdmittedTest {
    private static final RuleId SECOND = new RuleId("often", 2);

    private final History history = RestartTest.random(15, 200);
    private final List<SpecificRecord> said = new ArrayList<>();

    /** Answers for all versions but the one that nobody may ask about. */
    private static final class AllButTheSecond implements Admission {
        @Override
        public Optional<Answer> of(RuleVersion rule) {
            return Optional.of(await(rule));
        }

        @Override
        public Answer await(RuleVersion rule) {
            if (RuleId.of(rule).equals(SECOND)) {
                throw new AssertionError(rule + " is looked through again");
            }
            return HERE.await(rule);
        }
    }

    @Test
    void it_stands_in_the_log_and_a_restart_and_a_replay_go_by_that() {
        List<CompiledRule> builtIn = History.builtIn();
        CompiledRule first = often(1);
        CompiledRule third = often(3);
        builtIn.forEach(rule -> ChildJvmTest.deploy(history, rule));
        List.of(first, often(2), third).forEach(rule -> ChildJvmTest.deploy(history, rule));
        SegmentDetector detector = history.fresh(with(builtIn, first), said);
        long quarter = history.end() / 4;
        for (long offset = 0; offset < history.end(); offset++) {
            if (offset == quarter) {
                List<SpecificRecord> change = detector.activate(builtIn);
                assertTrue(change.getFirst() instanceof RuleDeactivated gone && gone.getVersion() == 1);
                said.addAll(change);
                said.add(detector.quarantine(SECOND, "it takes too much"));
            }
            if (offset == 2 * quarter) {
                Place place = detector.place();
                detector.close();
                detector = ChildJvmTest.reopened(history, place, builtIn, said, OperatorRules.HERE);
                assertEquals(List.of(), detector.activate(builtIn, Set.of(SECOND)), "nothing changes by a restart");
            }
            if (offset == 3 * quarter) {
                List<SpecificRecord> change = detector.activate(with(builtIn, third));
                assertTrue(change.get(0) instanceof RuleDeactivated gone && gone.getVersion() == 2, change::toString);
                assertTrue(change.get(1) instanceof RuleActivated on && on.getVersion() == 3, change::toString);
                said.addAll(change);
            }
            said.addAll(detector.take(history.record(offset)).records());
        }
        detector.close();
        said.forEach(record ->
                history.log.append(Topic.DETECTIONS, History.SEGMENT, Instant.EPOCH, "k", EventCodec.encode(record)));
        assertEquals(List.of(1, 3), versionsThatDetected());
        for (long from = 0; from < history.end(); from += quarter / 2) {
            assertEquals(
                    Optional.empty(),
                    DetectionReplay.run(
                                    history.log,
                                    RuleLog.read(history.log),
                                    History.SEGMENT,
                                    from,
                                    Long.MAX_VALUE,
                                    OperatorRules.HERE,
                                    new AllButTheSecond())
                            .difference(),
                    "from " + from);
        }
    }

    private List<Integer> versionsThatDetected() {
        return said.stream()
                .filter(DetectionBegan.class::isInstance)
                .map(DetectionBegan.class::cast)
                .filter(began -> began.getRule().equals("often"))
                .map(DetectionBegan::getRuleVersion)
                .distinct()
                .toList();
    }

    private static List<CompiledRule> with(List<CompiledRule> builtIn, CompiledRule rule) {
        List<CompiledRule> rules = new ArrayList<>(builtIn);
        rules.add(rule);
        return rules;
    }

    private static CompiledRule often(int version) {
        return RuleCompiler.compile(new RuleVersion(
                "often",
                version,
                "// name: often\n// hold: 5s\nselect hostId from HostSample(cpuPermille > " + (700 + version) + ")",
                false));
    }
}
