package io.godwit.ceprules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.Evidence;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogOfSome;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** A detection that began a day before the stretch, in which it ends. */
final class DetectionCausesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATE = START.plus(Duration.ofDays(1));
    private static final String RULE = """
        // name: racked
        select hostId, count(*) as value from HostSample(rack = 'r1')#time(5 sec) group by hostId\
        """;

    private final MemoryLog log = new MemoryLog("rennes", 1);

    DetectionCausesTest() {
        RuleActivated activated = new RuleActivated("racked", 1, 0, 2L);
        add(Topic.INVENTORY, START, new HostJoined("h1", "rennes", "r1", "h1", 0, "", "", "me", "test"));
        add(Topic.RULES, START, new RuleDeployed("racked", 1, RULE, "me", "test", false, 5));
        for (int second = 0; second < 10; second++) {
            add(Topic.OBSERVATIONS, START.plusSeconds(second), new Tick(0, START.getEpochSecond() + second, "cep-1"));
        }
        add(Topic.DETECTIONS, START.plusSeconds(1), activated);
        add(
                Topic.DETECTIONS,
                START.plusSeconds(9),
                new DetectionBegan(
                        "d-1",
                        DetectionKind.CUSTOM,
                        "h1",
                        null,
                        START.plusSeconds(9),
                        "value",
                        1L,
                        0L,
                        "",
                        "racked",
                        1,
                        evidence(9),
                        null));
        add(Topic.OBSERVATIONS, LATE, new Tick(0, LATE.getEpochSecond(), "cep-1"));
        add(
                Topic.DETECTIONS,
                LATE,
                new DetectionsCheckpointed(0, 10L, LATE, List.of(), List.of(activated), List.of(), List.of()));
        add(
                Topic.DETECTIONS,
                LATE.plusSeconds(1),
                new DetectionEnded(
                        "d-1",
                        DetectionKind.CUSTOM,
                        "h1",
                        null,
                        START.plusSeconds(9),
                        LATE,
                        "it is over",
                        "racked",
                        1,
                        evidence(10),
                        null,
                        Instant.EPOCH));
    }

    @Test
    void what_its_beginning_rests_on_is_found_where_it_stands_and_the_hosts_that_its_rule_asks_for() {
        List<String> read = new ArrayList<>();
        Log watched = new LogOfSome(log, record -> {
            read.add(place(record));
            return true;
        });
        DetectionCauses causes = new DetectionCauses(
                watched, RuleLog.read(log), 0, LATE.minusSeconds(60), LATE.plusSeconds(60), Admission.HERE);
        LogRecord ended = log.at(Topic.DETECTIONS, 0, 3).orElseThrow();

        List<String> of =
                causes.of(ended).stream().map(DetectionCausesTest::place).toList();

        List<String> expected = new ArrayList<>(List.of("DETECTIONS 0", "DETECTIONS 3", "INVENTORY 0"));
        expected.addAll(List.of("OBSERVATIONS 10", "OBSERVATIONS 9", "RULES 0")); // of its end and of its beginning
        List<String> window = of.stream()
                .filter(place -> place.startsWith("OBSERVATIONS") && !expected.contains(place))
                .toList();
        assertEquals(
                expected.stream().sorted().toList(),
                of.stream().filter(place -> !window.contains(place)).sorted().toList());
        assertEquals(9, window.size(), window.toString()); // 5 s of the rule and 30 s of its hold
        assertEquals(1, read.stream().filter("DETECTIONS 2"::equals).count(), "the stretch is read once");
    }

    private static String place(LogRecord record) {
        return record.topic() + " " + record.offset();
    }

    private static List<Evidence> evidence(long offset) {
        return List.of(new Evidence(new Position(Topic.OBSERVATIONS.stage(), 0, offset, "", ""), "1"));
    }

    private void add(Topic topic, Instant at, SpecificRecord event) {
        log.append(topic, 0, at, "h1", EventCodec.encode(event));
    }
}
